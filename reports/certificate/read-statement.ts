// Reads what verification needs out of a signed payload: the one place where a certificate's JSON becomes our type. The
// rest of the statement is compared as a whole with one that is made anew, and needs no reading.
import { levels, type Level } from "../../contract/result/document.js";
import type { Problem } from "./problems.js";
import { certificateSchema, predicateType, statementType } from "./statement.js";

export interface SignedHistory {
  readonly id: string;
  /** Relative to the run's folder, and within it. */
  readonly file: string;
  readonly sha256: string;
}

export interface SignedStatement {
  /** The whole, as it was signed. */
  readonly whole: unknown;
  readonly target: string;
  readonly level: Level;
  readonly suiteVersion: string;
  readonly claimsSha256: string;
  readonly ownClaims: readonly string[];
  readonly runId: string;
  readonly documentSha256: string;
  readonly histories: readonly SignedHistory[];
  readonly issuedAt: string;
  readonly expiresAt: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** @param payload what a signature holds for */
export function readStatement(payload: string): SignedStatement | Problem {
  let whole: unknown;
  try {
    whole = JSON.parse(payload);
  } catch {
    return stranger("its content is no JSON");
  }
  const statement = fieldsOf(whole);
  const predicate = fieldsOf(statement["predicate"]);
  const facts = fieldsOf(predicate["edgemark"]);
  if (statement["_type"] !== statementType) return stranger(`its type is ${shown(statement["_type"])}`);
  if (statement["predicateType"] !== predicateType) return stranger(`its predicate is ${shown(statement["predicateType"])}`);
  if (facts["schema"] !== certificateSchema) return stranger(`its schema is ${shown(facts["schema"])}`);

  const missing: string[] = [];
  const text = (from: Fields, name: string, pattern: RegExp): string => {
    const value = from[name];
    if (typeof value === "string" && pattern.test(value)) return value;
    missing.push(name);
    return "";
  };
  const list = (from: Fields, name: string): readonly unknown[] => {
    const value = from[name];
    if (Array.isArray(value)) return value;
    missing.push(name);
    return [];
  };
  const claims = fieldsOf(facts["claims"]);
  const level = levels.find((known) => known === facts["level"]);
  if (level === undefined) missing.push("level");
  const read = {
    whole,
    target: text(fieldsOf(list(statement, "subject")[0]), "name", /[^]/),
    suiteVersion: text(facts, "suiteVersion", /[^]/),
    claimsSha256: text(claims, "sha256", digest),
    ownClaims: list(claims, "own").map(String),
    // The run's id names a folder to look into: it must be one name.
    runId: text(facts, "runId", /^(?!\.{1,2}$)[^/\\\0]{1,255}$/),
    documentSha256: text(fieldsOf(facts["document"]), "sha256", digest),
    histories: list(facts, "histories").map(fieldsOf).map((history) => ({ id: text(history, "id", /[^]/), file: text(history, "file", insideFolder), sha256: text(history, "sha256", digest) })),
    issuedAt: momentIn(facts, "issuedAt", missing),
    expiresAt: momentIn(facts, "expiresAt", missing),
  };
  if (level === undefined || missing.length > 0) return stranger(`what it says of ${[...new Set(missing)].slice(0, 8).join(", ")} is missing or cannot be`);
  return { ...read, level };
}

const digest = /^[0-9a-f]{64}$/;
/** Relative, without a step up: a stranger's certificate must not choose which files are read. */
const insideFolder = /^(?![/\\])(?!.*(^|[/\\])\.\.([/\\]|$))[^\0]{1,1000}$/;

function momentIn(facts: Fields, name: string, missing: string[]): string {
  const value = facts[name];
  const atMs = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (typeof value === "string" && Number.isFinite(atMs) && new Date(atMs).toISOString() === value) return value;
  missing.push(name);
  return "";
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? "missing").slice(0, 80);
}

function stranger(came: string): Problem {
  return { code: "no-certificate", message: `expected an in-toto statement of a test result with Edgemark's part (${certificateSchema}); it is signed, but ${came}; use the Edgemark that wrote it, or take another certificate` };
}

// Verification: certificate, key, time, files and claims in, problems out. No clock, network or file: whoever calls
// brings them. In two steps, because which files are wanted stands in the certificate, and is read only once its signature holds.
import type { KeyObject } from "node:crypto";
import type { Claim } from "../../contract/claims/types.js";
import { messageOf } from "../../contract/errors.js";
import type { ResultDocument } from "../../contract/result/document.js";
import { isCutShort } from "../../contract/result/cut-short.js";
import { parseResult } from "../../contract/result/parse.js";
import { judge } from "../judge.js";
import { canonicalJson, claimsDigest, sha256 } from "./canonical.js";
import { openEnvelope } from "./envelope.js";
import type { Problem } from "./problems.js";
import { readStatement, type SignedStatement } from "./read-statement.js";
import { statementOf } from "./statement.js";

export interface OpenedCertificate {
  readonly statement: SignedStatement;
  readonly keyId: string;
  readonly isKeyGiven: boolean;
  /** What is wrong with its dates. */
  readonly problems: readonly Problem[];
}

/** Clocks of two machines differ by a little; a certificate of the future differs by more. */
const clockDifferenceMs = 5 * 60_000;

/**
 * First step: is it a certificate, who signed it, and is it its time?
 * @param text content of certificate.json
 * @param key Ed25519 public key that is trusted; without one, the key that the certificate brings
 * @param nowMs wall time, ms since 1970
 */
export function openCertificate(text: string, nowMs: number, key?: KeyObject): OpenedCertificate | Problem {
  const opened = openEnvelope(text, key);
  if ("code" in opened) return opened;
  const statement = readStatement(opened.payload);
  if ("code" in statement) return statement;
  return { statement, keyId: opened.keyId, isKeyGiven: opened.isKeyGiven, problems: datesOf(statement, nowMs) };
}

function datesOf({ issuedAt, expiresAt }: SignedStatement, nowMs: number): readonly Problem[] {
  const now = new Date(nowMs).toISOString();
  if (nowMs >= Date.parse(expiresAt)) return [{ code: "expired", message: `expected a certificate that is still valid; it expired at ${expiresAt}, and it is ${now}; certify the target again` }];
  if (nowMs + clockDifferenceMs < Date.parse(issuedAt)) return [{ code: "not-yet-valid", message: `expected a certificate that was issued before now; it was issued at ${issuedAt}, and it is ${now}; set the clock of this machine, or of the one that signed` }];
  return [];
}

export interface RunFiles {
  /** Content of result.json; undefined when there is none. */
  readonly document: Uint8Array | undefined;
  /** By file as the certificate names it: its SHA-256; a file that is not there is left out. */
  readonly histories: ReadonlyMap<string, string>;
}

export interface JudgingToday {
  readonly suiteVersion: string;
  readonly claims: readonly Claim[];
}

/** Second step: are the files those that were signed, and does judging them again say the same? */
export function verifyRun(statement: SignedStatement, files: RunFiles, today: JudgingToday): readonly Problem[] {
  return [...historyProblems(statement, files), ...documentProblems(statement, files.document, today)];
}

function historyProblems({ histories }: SignedStatement, files: RunFiles): Problem[] {
  return histories.flatMap(({ file, sha256: wanted }): Problem[] => {
    const found = files.histories.get(file);
    if (found === undefined) return [{ code: "history-missing", message: `expected the history ${file}; it is not in the run's folder; bring the whole folder, or name where runs are kept with --runs` }];
    return found === wanted ? [] : [{ code: "history-changed", message: `expected the history ${file} with the SHA-256 ${wanted}; it has ${found}; it was changed after it was signed` }];
  });
}

function documentProblems(statement: SignedStatement, bytes: Uint8Array | undefined, today: JudgingToday): Problem[] {
  if (bytes === undefined) return [{ code: "document-missing", message: `expected the result.json of run ${statement.runId}; it is neither beside the certificate nor in the folder of runs; bring it, or name where runs are kept with --runs` }];
  const found = sha256(bytes);
  // A cut file is said to be one: it was lost on its way, and nobody need be suspected.
  if (found !== statement.documentSha256 && isCutShort(Buffer.from(bytes).toString("utf8"))) return [{ code: "document-truncated", message: `expected a whole result.json with the SHA-256 ${statement.documentSha256}; it ends in the middle, after ${bytes.byteLength} bytes (cut short while it was written or copied?); take it as it was signed` }];
  if (found !== statement.documentSha256) return [{ code: "document-changed", message: `expected a result.json with the SHA-256 ${statement.documentSha256}; it has ${found}; it was changed after it was signed` }];
  let document: ResultDocument;
  try {
    document = parseResult(Buffer.from(bytes).toString("utf8"), "result.json");
  } catch (error) {
    return [{ code: "document-invalid", message: `expected a result document; it is the one that was signed, and is none: ${messageOf(error)}` }];
  }
  const unable = incomparable(statement, today);
  return unable.length > 0 ? unable : judgedAgain(statement, document, found, today.claims);
}

/** Only the same suite with the same claims can say whether judging again gives the same. */
function incomparable(statement: SignedStatement, { suiteVersion, claims }: JudgingToday): Problem[] {
  if (statement.suiteVersion !== suiteVersion) return [{ code: "suite-version", message: `expected a certificate of Edgemark ${suiteVersion}; Edgemark ${statement.suiteVersion} made it, so the document cannot be judged again here; verify it with that version` }];
  const today = claimsDigest(claims);
  if (statement.claimsSha256 === today) return [];
  const hint = statement.ownClaims.length === 0 ? "verify it with the Edgemark that signed it, without claims of your own" : `name the file that holds ${statement.ownClaims.slice(0, 5).join(", ")} with --claims`;
  return [{ code: "claims-differ", message: `expected the claims with the SHA-256 ${statement.claimsSha256}, which judged the run; today's have ${today}, so the document cannot be judged again; ${hint}` }];
}

function judgedAgain(statement: SignedStatement, recorded: ResultDocument, documentSha256: string, claims: readonly Claim[]): Problem[] {
  const judgement = judge(recorded, claims);
  const { issuedAt, expiresAt } = statement;
  const again = statementOf({ document: { ...recorded, ...judgement }, claims, documentSha256, issuedAt, expiresAt });
  const { level, verdict, counts, claimCounts } = recorded;
  const differences = [
    ...differing(statement.whole, again, ""),
    ...differing({ level, verdict, counts, claimCounts }, { level: judgement.level, verdict: judgement.verdict, counts: judgement.counts, claimCounts: judgement.claimCounts }, "result.json: "),
  ];
  if (differences.length === 0) return [];
  const more = differences.length > 8 ? `\n  and ${differences.length - 8} more` : "";
  return [{ code: "judged-differently", message: `expected the document, judged again, to say what the certificate says; it differs:\n  ${differences.slice(0, 8).join("\n  ")}${more}\ndo not trust whoever signed this` }];
}

/** Where two values differ, each with both sides; a list is one value. */
function differing(said: unknown, found: unknown, at: string): string[] {
  if (textOf(said) === textOf(found)) return [];
  if (!isObject(said) || !isObject(found)) return [`${at === "" ? "statement" : at}: it says ${short(said)}; judged again it is ${short(found)}`];
  const join = at === "" || at.endsWith(" ") ? at : `${at}.`;
  return [...new Set([...Object.keys(said), ...Object.keys(found)])].flatMap((key) => differing(said[key], found[key], `${join}${key.slice(0, 80)}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A key that is missing is not a key that is null. */
function textOf(value: unknown): string {
  return value === undefined ? "missing" : canonicalJson(value);
}

function short(value: unknown): string {
  const text = textOf(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

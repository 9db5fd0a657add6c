// edgemark claims: lists what is documented and by which checks it is tested, and says honestly what no check tests yet.
import { loadClaims } from "../contract/claims/registry.js";
import { claimKinds } from "../contract/claims/schema.js";
import type { Claim } from "../contract/claims/types.js";
import { didYouMean, EdgemarkError, exitCodes } from "../contract/errors.js";
import { levels } from "../contract/result/document.js";
import { pathProblem } from "../reports/judge-path.js";
import type { Suite } from "../suites/check.js";
import { listOf, type CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";

export interface ClaimsOptions {
  /** Only these, in full. */
  readonly ids?: readonly string[];
  readonly product?: string;
  readonly kind?: string;
  readonly level?: string;
  /** Only claims that could be tested and are not. */
  readonly untested?: boolean;
  readonly json?: boolean;
  /** Files of the user's own claims. */
  readonly claims?: readonly string[];
}

interface Row {
  readonly claim: Claim;
  /** Checks that name it, in every suite and profile. */
  readonly checks: readonly string[];
}

/** Text beyond this is hard to read, however wide the terminal. */
const widestColumns = 100;

/**
 * Lists claims.
 * @param suites every suite, whose checks name the claims they test
 * @returns 0
 * @throws EdgemarkError usage.flag for a product, kind, level or id that no claim has, usage.claims for a file that is not valid
 */
export function runClaims(options: ClaimsOptions, io: Pick<CommandIo, "out" | "err" | "columns">, suites: readonly Suite[]): number {
  const claims = loadClaims(options.claims ?? [], pathProblem);
  const ids = claims.map(({ id }) => id);
  const naming = checksByClaim(suites);
  for (const [id, checks] of naming) {
    if (!ids.includes(id)) io.err(`warning: ${checks.join(", ")} names the claim ${id}; there is none\n`);
  }
  expectKnown("product", options.product, claims.map(({ product }) => product));
  expectKnown("kind", options.kind, claimKinds);
  expectKnown("level", options.level, levels);
  for (const id of options.ids ?? []) expectKnown("claim", id, ids);

  const all = claims.map((claim): Row => ({ claim, checks: naming.get(claim.id) ?? [] }));
  const chosen = all.filter((row) => isChosen(row, options));
  const shown = options.untested === true ? chosen.filter(isUntested) : chosen;
  if (options.json === true) {
    io.out(`${JSON.stringify(shown.map(({ claim, checks }) => ({ ...claim, checks })), null, 2)}\n`);
  } else if ((options.ids ?? []).length > 0) {
    io.out(shown.map(inFull).join("\n"));
  } else {
    io.out(table(shown, Math.min(io.columns, widestColumns)));
    io.err(`${summaryOf(chosen)}\n`);
  }
  return exitCodes.held;
}

function checksByClaim(suites: readonly Suite[]): ReadonlyMap<string, readonly string[]> {
  const byClaim = new Map<string, string[]>();
  for (const check of suites.flatMap((suite) => suite.checks)) {
    for (const id of new Set(check.claims ?? [])) byClaim.set(id, [...(byClaim.get(id) ?? []), check.id]);
  }
  return byClaim;
}

function expectKnown(what: string, given: string | undefined, known: readonly string[]): void {
  if (given === undefined || known.includes(given)) return;
  const names = [...new Set(known)];
  const hint = didYouMean(given, names, names.length > 40 ? "edgemark claims lists them" : `there are ${names.join(", ")}`);
  throw new EdgemarkError("usage.flag", `the name of a ${what} expected; ${given} is none; ${hint}`);
}

function isChosen({ claim }: Row, { ids = [], product, kind, level }: ClaimsOptions): boolean {
  return (
    (ids.length === 0 || ids.includes(claim.id)) &&
    (product === undefined || claim.product === product) &&
    (kind === undefined || claim.kind === kind) &&
    (level === undefined || claim.level === level)
  );
}

/** A user's own claim is judged by its path; context is never judged. */
function isUntested({ claim, checks }: Row): boolean {
  return claim.kind !== "context" && claim.own !== true && checks.length === 0;
}

function summaryOf(rows: readonly Row[]): string {
  const context = rows.filter(({ claim }) => claim.kind === "context").length;
  const testable = rows.length - context;
  const untested = rows.filter(isUntested).length;
  return `${rows.length} claims: ${testable - untested} tested by checks or by a path of your own, ${untested} without a check yet, ${context} context only (never judged)`;
}

function table(rows: readonly Row[], columns: number): string {
  const header = ["CLAIM", "PRODUCT", "LEVEL", "KIND", "CHECKS", "STATEMENT"];
  const cells = rows.map(({ claim, checks }) => [claim.id, claim.product, claim.level, claim.kind, claim.kind === "context" ? "-" : String(checks.length), `${claim.statement}: ${claim.figure}`]);
  const all = [header, ...cells];
  const widths = header.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all
    .map((row) => {
      const fixed = row.slice(0, -1).map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ");
      const left = Math.max(10, columns - fixed.length - 2);
      const last = row.at(-1) ?? "";
      return `${fixed}  ${last.length > left ? `${last.slice(0, left - 1)}…` : last}\n`;
    })
    .join("");
}

function inFull({ claim, checks }: Row): string {
  const { holds, tolerance, versions, conflicts, source } = claim;
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["figure", claim.figure],
    ["product", `${claim.product}, level ${claim.level}, ${claim.kind}, ${claim.nature}${claim.binding === false ? ", not binding" : ""}`],
    ["source", `${source.document}${source.version === undefined ? "" : ` (${source.version})`}`],
    ["words", source.quote],
    ["holds", holds === undefined ? undefined : `${JSON.stringify(holds)} ${claim.unit ?? ""}${claim.scaled === true ? ", divided by the time scale" : ""}`],
    ["limits", claim.limits === undefined ? undefined : Object.entries(claim.limits).map(([name, value]) => `${name} ${value}`).join(", ")],
    ["tolerance", tolerance === undefined ? undefined : `${tolerance.value} ${claim.unit ?? ""}: ${tolerance.reason}`],
    ["path", claim.path],
    ["versions", versions?.map(({ figure, document }) => `${figure} (${document})`).join("; ")],
    ["conflicts", conflicts?.join(", ")],
    ["checks", claim.kind === "context" ? "never judged" : checks.length === 0 ? "none yet" : checks.join(", ")],
  ];
  return `${claim.id}  ${claim.statement}\n${lines.map(([name, text]) => (text === undefined ? "" : `  ${name.padEnd(10)} ${text}\n`)).join("")}`;
}

/** @param loadSuites every suite, loaded only when the command runs */
export function claimsCommand(loadSuites: () => Promise<readonly Suite[]>): CommandSpec {
  return {
    name: "claims",
    summary: "Lists the documented claims, what tests them, and what no check tests yet.",
    args: [{ flags: "[claims...]", words: "only these, in full: KV-01 (default: all, a line each)" }],
    options: [
      { flags: "--product <name>", words: "only this product: kv, do, d1, r2, workers... (default: all)" },
      { flags: "--kind <kind>", words: "only this kind (default: all)", choices: claimKinds },
      { flags: "--level <level>", words: "only this level (default: all)", choices: levels },
      { flags: "--untested", words: "only claims that no check names yet (default: off)" },
      { flags: "--claims <files>", words: "claims files of your own, besides the documented ones", parse: listOf },
      { flags: "--json", words: "print one JSON array on stdout (default: off)" },
    ],
    examples: [
      ["edgemark claims --product kv --untested", "what is documented of KV and has no check yet"],
      ["edgemark claims KV-01", "one claim with its source, threshold and checks"],
      ["edgemark claims --claims my-slo.yaml --json", "whether your own file is valid, and everything as data"],
    ],
    async run(given, ids, io) {
      const text = (name: string): string | undefined => (typeof given[name] === "string" ? given[name] : undefined);
      const product = text("product");
      const kind = text("kind");
      const level = text("level");
      const options = {
        ids,
        ...(product === undefined ? {} : { product }),
        ...(kind === undefined ? {} : { kind }),
        ...(level === undefined ? {} : { level }),
        untested: given["untested"] === true,
        json: given["json"] === true,
        claims: Array.isArray(given["claims"]) ? given["claims"].map(String) : [],
      };
      return runClaims(options, io, await loadSuites());
    },
  };
}

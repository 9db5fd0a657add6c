// JUnit XML as GitLab, Jenkins and the usual GitHub actions read it. It must agree with the exit code: what fails the
// run is a failure here, what a known-failures file excuses is skipped with its reason, what could not tell says so.
import type { CheckResult, ClaimResult, ResultDocument } from "../contract/result/document.js";
import { overview } from "./overview.js";
import { escapeXml, shortened, visible } from "./text.js";
import { isoMoment, quantity } from "./words.js";

interface Case {
  readonly classname: string;
  readonly name: string;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly properties: readonly (readonly [string, string])[];
  readonly output: string;
}

interface Outcome {
  readonly kind: "passed" | "failure" | "error" | "skipped";
  readonly type: string;
  readonly message: string;
  readonly detail: string;
}

const passed: Outcome = { kind: "passed", type: "", message: "", detail: "" };

/** @returns a JUnit XML document: a suite per product, one for measured claims, one for what concerns the run itself */
export function junitReport(whole: ResultDocument): string {
  const document = shortened(whole);
  const started = isoMoment(document.run.startedAtMs)?.replace(/\.\d+Z$/, "");
  const suites = overview(document).products.map(({ product, checks }) => suite(product, checks.map(checkCase), started));
  const claims = document.claims.filter(standsAlone).map((claim) => claimCase(claim, document.run.replay));
  if (claims.length > 0) suites.push(suite("claims", claims, started));
  const run = runCases(document);
  if (run.length > 0) suites.push(suite("run", run, started));
  const sums = suites.reduce((sum, one) => ({ tests: sum.tests + one.tests, failures: sum.failures + one.failures, errors: sum.errors + one.errors, skipped: sum.skipped + one.skipped }), { tests: 0, failures: 0, errors: 0, skipped: 0 });
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<testsuites${attributes({ name: `edgemark ${document.target.name} ${document.target.version}`, tests: String(sums.tests), failures: String(sums.failures), errors: String(sums.errors), time: seconds(document.run.durationMs) })}>\n` +
    `${suites.map((one) => one.xml).join("")}</testsuites>\n`
  );
}

interface Sums {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

function suite(name: string, cases: readonly Case[], started: string | undefined): Sums & { readonly xml: string } {
  const of = (kind: Outcome["kind"]) => cases.filter((one) => one.outcome.kind === kind).length;
  const sums = { tests: cases.length, failures: of("failure"), errors: of("error"), skipped: of("skipped") };
  const durationMs = cases.reduce((sum, one) => sum + one.durationMs, 0);
  const head = attributes({ name: `edgemark.${name}`, ...counted(sums), time: seconds(durationMs), ...(started === undefined ? {} : { timestamp: started }) });
  return { ...sums, xml: `  <testsuite${head}>\n${cases.map(caseXml).join("")}  </testsuite>\n` };
}

function caseXml(one: Case): string {
  const { outcome } = one;
  const said = attributes(outcome.kind === "skipped" ? { message: outcome.message } : { type: outcome.type, message: outcome.message });
  const body = outcome.kind === "passed" ? "" : `      <${outcome.kind}${said}>${block(outcome.detail)}</${outcome.kind}>\n`;
  return (
    `    <testcase${attributes({ classname: one.classname, name: one.name, time: seconds(one.durationMs) })}>\n` +
    // Jenkins' schema has no properties of a test case: they are lines of what it says.
    `${body}      <system-out>${block([...one.properties.map(([name, value]) => visible(`${name}: ${value}`)), one.output].join("\n"))}</system-out>\n    </testcase>\n`
  );
}

function checkCase(check: CheckResult): Case {
  const properties: (readonly [string, string])[] = [["verdict", check.verdict], ["level", check.level]];
  if (check.claims.length > 0) properties.push(["claims", check.claims.join(" ")]);
  if (check.known !== undefined) properties.push(["known", check.known.kind]);
  return {
    classname: `edgemark.${check.product}`,
    name: `${check.id}: ${check.promise}`,
    durationMs: check.durationMs,
    outcome: checkOutcome(check),
    properties,
    output: [`replay: ${check.replay}`, ...check.evidence.slice(0, 20).map((one) => `${one.kind}: ${one.text}`)].map((line) => visible(line, { lines: true })).join("\n"),
  };
}

function checkOutcome(check: CheckResult): Outcome {
  const reason = check.reason ?? check.verdict;
  const detail = [reason, ...(check.expected === undefined ? [] : [`expected: ${check.expected}`]), ...(check.observed === undefined ? [] : [`observed: ${check.observed}`])]
    .map((line) => visible(line, { lines: true }))
    .join("\n");
  if (check.verdict === "pass") return passed;
  if (check.known !== undefined && check.verdict !== "error") return { kind: "skipped", type: "", message: `known ${check.known.kind}: ${check.known.reason}`, detail };
  switch (check.verdict) {
    case "fail":
      return { kind: "failure", type: "fail", message: reason, detail };
    case "error":
      return { kind: "error", type: "error", message: reason, detail };
    case "inconclusive":
    case "not-applicable":
      return { kind: "skipped", type: "", message: `${check.verdict}: ${reason}`, detail };
  }
}

/** Claims that no test case above stands for: measured ones, and failed ones without a failed check. */
function standsAlone(claim: ClaimResult): boolean {
  return claim.kind !== "context" && (claim.measured !== undefined || (claim.verdict === "fail" && claim.checks.length === 0));
}

function claimCase(claim: ClaimResult, replay: string): Case {
  const measured = claim.measured === undefined ? "not measured" : `${quantity(claim.measured.value, claim.measured.unit)} (n = ${claim.measured.n})`;
  const detail = visible(`${claim.reason}\ndocumented: ${claim.documented}\nmeasured: ${measured}`, { lines: true });
  const skipped = (message: string): Outcome => ({ kind: "skipped", type: "", message, detail });
  const outcome =
    claim.verdict === "pass" ? passed
    : claim.verdict === "error" ? { kind: "error" as const, type: "error", message: claim.reason, detail }
    : claim.verdict !== "fail" ? skipped(`${claim.verdict}: ${claim.reason}`)
    : claim.binding ? { kind: "failure" as const, type: "claim", message: claim.reason, detail }
    : skipped(`informs only, does not hold: ${claim.reason}`);
  const properties = [["verdict", claim.verdict], ["documented", claim.documented], ["measured", measured]] as const;
  return { classname: "edgemark.claims", name: `${claim.id}: ${claim.statement}`, durationMs: 0, outcome, properties, output: visible(`replay: ${replay}`) };
}

/** What fails a run and is no check: an interruption, and known-failure entries that passed. */
function runCases(document: ResultDocument): readonly Case[] {
  const output = visible(`replay: ${document.run.replay}`);
  const base = { classname: "edgemark.run", durationMs: 0, properties: [], output };
  const stale = document.staleKnown.map((id) => ({
    ...base,
    name: `known failure ${id}`,
    outcome: { kind: "failure" as const, type: "stale", message: `${id} passed: remove it from the known failures`, detail: "" },
  }));
  if (document.run.interrupted === undefined) return stale;
  return [{ ...base, name: "run to its end", outcome: { kind: "error", type: "interrupted", message: document.run.interrupted, detail: "" } }, ...stale];
}

function counted(sums: Sums): Record<string, string> {
  return { tests: String(sums.tests), failures: String(sums.failures), errors: String(sums.errors), skipped: String(sums.skipped) };
}

/** Longer than any run: beyond it a number would be written with an exponent, which no reader takes. */
const longestSeconds = 1e12;

function seconds(durationMs: number): string {
  return Number.isFinite(durationMs) && durationMs > 0 ? Math.min(durationMs / 1000, longestSeconds).toFixed(3) : "0.000";
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => ` ${name}="${escapeXml(visible(value))}"`).join("");
}

/** Text that is visible() already, with its lines. */
function block(text: string): string {
  return escapeXml(text);
}

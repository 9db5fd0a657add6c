// Judges one claim against a result document. Pure. Missing data never passes.
import { boundsOf, figureOf } from "../contract/claims/threshold.js";
import type { Claim } from "../contract/claims/types.js";
import { messageOf } from "../contract/errors.js";
import type { ClaimResult, Measurement, ResultDocument, Verdict } from "../contract/result/document.js";
import { measurementIdOf, selectPath, type Selected } from "./judge-path.js";
import type { CountedCheck } from "./judge-level.js";

/** A claim's result and whether only known failures made it fail. */
export interface JudgedClaim {
  readonly result: ClaimResult;
  readonly isExcused: boolean;
}

type Opinion = Pick<ClaimResult, "verdict" | "reason" | "measured">;

const worstFirst: readonly Verdict[] = ["fail", "error", "inconclusive"];

/**
 * Judges one claim.
 * - context: shown when its path selects something, never counted.
 * - No check of the document names it and its path selects nothing: it is no part of this run (undefined), save for a
 *   user's own claim: that fails when the suite that measures it ran, and is inconclusive when it did not.
 * - Checks that name it: any fail, fails; else any error, error; else any inconclusive, inconclusive; else all
 *   not-applicable, not-applicable; else they hold.
 * - A path: each selected value is compared. A void measurement is inconclusive, unless its numbers are too large, if
 *   anything, and keep the claim's limit all the same; another unit is an error.
 * - Checks that hold and a path that selects nothing: not measured, a failure. It is not applicable where the number may
 *   be another check's to record that was not there: one that names the claim does not apply, or only a part ran. The
 *   check with the measurement's own id has no such excuse.
 * - Both: the worse of the two.
 * @param checks the checks of the document that name the claim
 */
export function judgeClaim(claim: Claim, document: ResultDocument, checks: readonly CountedCheck[]): JudgedClaim | undefined {
  const selected = claim.path === undefined ? [] : selectPath(document, claim.path);
  if (claim.kind === "context") {
    if (selected.length === 0) return undefined;
    const opinion: Opinion = { verdict: "not-applicable", reason: "context: shown, never judged", ...measuredOf(claim, document, selected) };
    return { result: resultOf(claim, document, checks, opinion), isExcused: false };
  }
  if (checks.length === 0 && selected.length === 0 && claim.own !== true) return undefined;
  const opinion = opinionOf(claim, document, checks, selected);
  return { result: resultOf(claim, document, checks, opinion), isExcused: opinion.verdict === "fail" && failsOnlyAsKnown(checks) };
}

/** True when a known failure names the claim and nothing else that names it failed. */
function failsOnlyAsKnown(checks: readonly CountedCheck[]): boolean {
  const failed = checks.filter(({ verdict }) => verdict === "fail");
  return failed.length > 0 && failed.every(({ check }) => check.known?.kind === "failing");
}

function opinionOf(claim: Claim, document: ResultDocument, checks: readonly CountedCheck[], selected: readonly Selected[]): Opinion {
  const byChecks = checks.length === 0 ? undefined : opinionOfChecks(checks);
  if (claim.path === undefined || claim.holds === undefined) return byChecks ?? { verdict: "inconclusive", reason: "neither a check nor a path judges it" };
  if (selected.length === 0) {
    if (byChecks !== undefined && byChecks.verdict !== "pass") return byChecks;
    return byChecks === undefined ? ownNotMeasured(claim.path, document) : notMeasured(claim.path, document, checks);
  }
  const byValues = opinionOfValues(claim, document, selected);
  if (byChecks === undefined) return byValues;
  const worst = worstFirst.find((verdict) => verdict === byValues.verdict || verdict === byChecks.verdict);
  if (worst === undefined || worst === byValues.verdict) return byValues;
  return { ...byValues, verdict: byChecks.verdict, reason: byChecks.reason };
}

function opinionOfChecks(checks: readonly CountedCheck[]): Opinion {
  const applicable = checks.filter(({ verdict }) => verdict !== "not-applicable");
  const [first] = checks;
  if (applicable.length === 0) return { verdict: "not-applicable", reason: first?.check.reason ?? "no check of it applies to this target" };
  for (const verdict of worstFirst) {
    const found = applicable.filter((counted) => counted.verdict === verdict);
    if (found.length === 0) continue;
    const names = found.map(({ check }) => `${check.id}${check.known === undefined ? "" : ` (known ${check.known.kind})`}`).join(", ");
    return { verdict, reason: `${found.length} of ${applicable.length} checks ${verdict}: ${names}` };
  }
  return { verdict: "pass", reason: applicable.length === 1 ? "its check passed" : `all ${applicable.length} checks passed` };
}

function notMeasured(path: string, document: ResultDocument, checks: readonly CountedCheck[]): Opinion {
  const measurementId = measurementIdOf(path);
  const hasRunItsCheck = checks.some(({ check, verdict }) => check.id === measurementId && verdict === "pass");
  const inapplicable = checks.find(({ verdict }) => verdict === "not-applicable");
  if (!hasRunItsCheck && inapplicable !== undefined) return { verdict: "not-applicable", reason: `not measured: ${inapplicable.check.id} does not apply to this target` };
  if (!hasRunItsCheck && document.run.partial !== undefined) return { verdict: "not-applicable", reason: `not measured: the run was partial (${document.run.partial})` };
  return { verdict: "fail", reason: `not measured: ${path} selects nothing; its checks ran and left no number` };
}

/** Of a user's own claim, which no check names. */
function ownNotMeasured(path: string, document: ResultDocument): Opinion {
  const suite = measurementIdOf(path)?.split(".")[0];
  if (suite !== undefined && !document.run.suites.includes(suite)) {
    return { verdict: "inconclusive", reason: `not measured: suite ${suite} did not run (${document.run.suites.join(", ") || "none"} did)` };
  }
  return { verdict: "fail", reason: `not measured: ${path} selects nothing; nothing in this run records it` };
}

function opinionOfValues(claim: Claim, document: ResultDocument, selected: readonly Selected[]): Opinion {
  const measurements = selected.flatMap((item) => measurementAt(document, item) ?? []);
  const shown = measuredOf(claim, document, selected);
  const voided = measurements.find(({ voidBecause }) => voidBecause !== undefined);
  const unjudged: Opinion = { verdict: "inconclusive", reason: `${voided?.id ?? ""} is void: ${voided?.voidBecause ?? ""}`, ...shown };
  if (voided !== undefined && !measurements.every((one) => one.voidBecause === undefined || one.isUpperBound === true)) return unjudged;
  const stranger = measurements.find(({ unit }) => factorBetween(unit, claim.unit) === undefined);
  if (stranger !== undefined) return { verdict: "error", reason: `the claim is in ${claim.unit}, ${stranger.id} was measured in ${stranger.unit}: correct the claim's unit`, ...shown };
  try {
    const broken = selected.filter((item) => !holdsFor(claim, document, item));
    const wanted = wantedOf(claim, document.target.timeScale);
    if (voided !== undefined && (broken.length > 0 || !isLimitFromAbove(claim))) return unjudged;
    if (broken.length === 0) return { verdict: "pass", reason: voided === undefined ? `${wanted} holds` : `${wanted} holds even with the driver's own lateness in it (${voided.voidBecause})`, ...shown };
    const values = broken.slice(0, 5).map((item) => describe(claim, document, item)).join(", ");
    return { verdict: "fail", reason: `expected ${wanted}; measured ${values}${broken.length > 5 ? ` and ${broken.length - 5} more` : ""}`, ...shown };
  } catch (error) {
    return { verdict: "error", reason: messageOf(error), ...shown };
  }
}

/** Whether a value that is too large, if anything, shows that the claim holds: only a number that may be as small as it likes. */
function isLimitFromAbove({ holds }: Claim): boolean {
  return holds !== undefined && "atMost" in holds;
}

function holdsFor(claim: Claim, document: ResultDocument, item: Selected): boolean {
  const { holds } = claim;
  if (holds === undefined) return false;
  if ("every" in holds) return item.value === holds.every;
  if ("equals" in holds && typeof holds.equals !== "number") return item.value === holds.equals;
  const value = inUnitOf(claim, document, item);
  const { low, high } = boundsOf(claim, document.target.timeScale);
  return value !== undefined && value >= low && value <= high;
}

/** A finite number in the claim's unit; anything else is no number and holds nothing. */
function inUnitOf(claim: Claim, document: ResultDocument, item: Selected): number | undefined {
  if (typeof item.value !== "number" || !Number.isFinite(item.value)) return undefined;
  const measurement = measurementAt(document, item);
  // The number of samples is a count, whatever unit the measurement has.
  const factor = measurement === undefined ? 1 : factorBetween(measurement.unit, claim.unit);
  return factor === undefined ? undefined : item.value * factor;
}

function measurementAt(document: ResultDocument, { location }: Selected): Measurement | undefined {
  const [root, id, field] = location;
  if (root !== "measurements" || id === undefined || (field !== "value" && field !== "percentiles" && field !== "samples" && field !== "series" && field !== "matrix")) return undefined;
  return Object.hasOwn(document.measurements, id) ? document.measurements[id] : undefined;
}

const perSecond: Readonly<Record<string, number>> = { us: 1_000_000, ms: 1_000, s: 1 };

/** @returns what a value in `from` is multiplied by to be in `to`; undefined when they do not measure the same */
function factorBetween(from: string, to: string | undefined): number | undefined {
  if (from === to) return 1;
  const a = perSecond[from];
  const b = to === undefined ? undefined : perSecond[to];
  return a === undefined || b === undefined ? undefined : b / a;
}

/** The selected value farthest from holding, for a report to show. */
function measuredOf(claim: Claim, document: ResultDocument, selected: readonly Selected[]): Pick<ClaimResult, "measured"> {
  const numbers = selected.flatMap((item) => {
    const value = inUnitOf(claim, document, item);
    return value === undefined ? [] : [{ value, n: measurementAt(document, item)?.n ?? selected.length }];
  });
  const lowestIsWorst = claim.holds !== undefined && "atLeast" in claim.holds;
  const [first, ...rest] = numbers;
  if (first === undefined) return {};
  const worst = rest.reduce((a, b) => ((lowestIsWorst ? b.value < a.value : b.value > a.value) ? b : a), first);
  return { measured: { ...worst, unit: claim.unit ?? "" } };
}

function wantedOf(claim: Claim, timeScale: number): string {
  const { holds } = claim;
  if (holds === undefined) return "nothing";
  if ("every" in holds) return `every ${holds.every}`;
  if ("equals" in holds && typeof holds.equals !== "number") return `${holds.equals}`;
  const { low, high } = boundsOf(claim, timeScale);
  const unit = claim.unit === undefined ? "" : ` ${claim.unit}`;
  if (low === -Infinity) return `at most ${high}${unit}`;
  if (high === Infinity) return `at least ${low}${unit}`;
  return low === high ? `${low}${unit}` : `${low} to ${high}${unit}`;
}

/** A value as the claim counts it, to the digits that tell it from its bound. */
function describe(claim: Claim, document: ResultDocument, item: Selected): string {
  const number = inUnitOf(claim, document, item);
  if (number !== undefined) {
    const short = Number(number.toPrecision(4));
    const isOutside = !holdsFor(claim, document, { ...item, value: (item.value as number) * (short / number) });
    return `${isOutside ? short : number}${claim.unit === undefined ? "" : ` ${claim.unit}`}`;
  }
  const { value } = item;
  const text = typeof value === "string" ? JSON.stringify(value) : typeof value === "object" && value !== null ? "an object" : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function resultOf(claim: Claim, document: ResultDocument, checks: readonly CountedCheck[], opinion: Opinion): ClaimResult {
  const threshold = claim.kind === "number" ? figureOf(claim, document.target.timeScale) : undefined;
  return {
    id: claim.id,
    product: claim.product,
    level: claim.level,
    kind: claim.kind,
    statement: claim.statement,
    ...opinion,
    documented: claim.figure,
    ...(threshold === undefined ? {} : { threshold }),
    ...(threshold === undefined || claim.scaled !== true || document.target.timeScale === 1 ? {} : { scaledBy: document.target.timeScale }),
    ...(claim.path === undefined ? {} : { path: claim.path }),
    source: { document: claim.source.document, quote: claim.source.quote },
    checks: checks.map(({ check }) => check.id),
    binding: claim.binding ?? true,
  };
}

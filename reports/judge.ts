// Judging: a result document and the claims in, verdicts out. No clock, network, file or randomness, so last year's run
// can be judged again by today's claims. How one claim is judged stands in judge-claim.ts, how a level is in judge-level.ts.
import type { Claim } from "../contract/claims/types.js";
import type { CheckResult, ClaimResult, Counts, Level, ResultDocument, Verdict } from "../contract/result/document.js";
import { judgeClaim, type JudgedClaim } from "./judge-claim.js";
import { levelOf, type CountedCheck } from "./judge-level.js";

export interface Judgement {
  readonly claims: readonly ClaimResult[];
  /** Claims by verdict, those that only inform included, context left out. */
  readonly claimCounts: Counts;
  /** Checks by verdict: a known failure counts as fail, a flaky one as inconclusive. */
  readonly counts: Counts;
  readonly verdict: Verdict;
  readonly level: Level | null;
}

/**
 * Judges a run. The counts state what happened; the verdict says whether anything is wrong that nobody knew:
 * - fail: a check fails that is not known to fail, a binding claim fails for another reason than known failures, or a
 *   known failure passed (stale);
 * - error: the harness failed somewhere, or a binding claim cannot be compared;
 * - inconclusive: a check or a binding claim is undecided (known flaky ones set aside), the run was interrupted, or
 *   nothing passed although something was applicable;
 * - not-applicable: nothing was applicable;
 * - pass: otherwise, and only with at least one check passed.
 * @param document the run; its own claims, counts, verdict and level are not read
 * @param claims the registry's and users' own claims
 */
export function judge(document: ResultDocument, claims: readonly Claim[]): Judgement {
  const checks = document.checks.map((check) => ({ check, verdict: countedVerdict(check) }));
  const naming = checksByClaim(checks);
  const judged = claims.flatMap((claim) => judgeClaim(claim, document, naming.get(claim.id) ?? []) ?? []);
  const results = judged.map(({ result }) => result);
  const ownClaims = new Set(claims.filter(({ own }) => own === true).map(({ id }) => id));
  return {
    claims: results,
    claimCounts: countOf(results.filter(({ kind }) => kind !== "context").map(({ verdict }) => verdict)),
    counts: countOf(checks.map(({ verdict }) => verdict)),
    verdict: verdictOf(document, checks, judged),
    level: levelOf(document, checks, results, ownClaims),
  };
}

/** A known flaky check can neither pass nor fail; that it did not apply, or that the harness broke, is still said. */
function countedVerdict(check: CheckResult): Verdict {
  return check.known?.kind === "flaky" && (check.verdict === "pass" || check.verdict === "fail") ? "inconclusive" : check.verdict;
}

function checksByClaim(checks: readonly CountedCheck[]): ReadonlyMap<string, readonly CountedCheck[]> {
  const byClaim = new Map<string, CountedCheck[]>();
  for (const counted of checks) {
    for (const id of new Set(counted.check.claims)) {
      const list = byClaim.get(id);
      if (list === undefined) byClaim.set(id, [counted]);
      else list.push(counted);
    }
  }
  return byClaim;
}

function verdictOf(document: ResultDocument, checks: readonly CountedCheck[], judged: readonly JudgedClaim[]): Verdict {
  const decisive = [
    ...checks.filter(({ check, verdict }) => !isKnown(check, verdict)).map(({ verdict }) => verdict),
    ...judged.filter((claim) => weighs(claim, checks)).map(({ result }) => result.verdict),
  ];
  const isStale = document.staleKnown.length > 0 || checks.some(({ check }) => check.known?.kind === "failing" && check.verdict === "pass");
  if (isStale || decisive.includes("fail")) return "fail";
  if (decisive.includes("error")) return "error";
  if (decisive.includes("inconclusive") || document.run.interrupted !== undefined) return "inconclusive";
  if (checks.some(({ verdict }) => verdict === "pass")) return "pass";
  return checks.length > 0 && checks.every(({ verdict }) => verdict === "not-applicable") ? "not-applicable" : "inconclusive";
}

/** A failure or an indecision that was foreseen changes nothing about the run. */
function isKnown(check: CheckResult, verdict: Verdict): boolean {
  return (check.known?.kind === "failing" && verdict === "fail") || (check.known?.kind === "flaky" && verdict === "inconclusive");
}

function weighs({ result, isExcused }: JudgedClaim, checks: readonly CountedCheck[]): boolean {
  if (!result.binding || result.kind === "context" || isExcused) return false;
  if (result.verdict !== "inconclusive") return true;
  // Undecided only because of flaky checks: as foreseen as they are.
  const undecided = checks.filter(({ check, verdict }) => result.checks.includes(check.id) && verdict === "inconclusive");
  return undecided.length === 0 || undecided.some(({ check }) => check.known?.kind !== "flaky");
}

function countOf(verdicts: readonly Verdict[]): Counts {
  const count = (wanted: Verdict): number => verdicts.filter((verdict) => verdict === wanted).length;
  return { pass: count("pass"), fail: count("fail"), notApplicable: count("not-applicable"), inconclusive: count("inconclusive"), error: count("error") };
}

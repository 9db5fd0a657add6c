// Merged samples against the plan: whether anything was measured, whether k6 kept its rate, whether what was expected held,
// and each threshold. Pure. Missing samples never pass, though k6's own thresholds let them.
import type { Verdict } from "../../contract/result/document.js";
import type { K6Plan } from "./plan.js";
import { countOf, percentileOf, sortedOf, sumOf, type K6Samples } from "./samples.js";

export interface K6Finding {
  readonly id: string;
  readonly promise: string;
  readonly verdict: Verdict;
  readonly reason?: string;
}

/** What the machine did to k6 itself. */
export interface K6Health {
  /** Time that k6's threads waited for a processor, for each request, ms; undefined where it cannot be known. */
  readonly waitedMsPerRequest: number | undefined;
}

/** As the open loop has it: the driver's own share of a figure. */
const waitShare = 0.2;
const waitFloorMs = 1;

/**
 * A threshold limits what the driver may wait, as in the open loop: a machine that keeps k6 waiting keeps the target waiting too.
 * @returns why no figure may be judged, or undefined when they may
 */
export function voidOf({ thresholds }: K6Plan, samples: K6Samples, { waitedMsPerRequest }: K6Health): string | undefined {
  const dropped = sumOf(samples, "dropped_iterations");
  if (dropped > 0) return `k6 dropped ${dropped} iterations, since no user was free: the latencies leave out what they would have met; give it more with --vus, or a lower --rate`;
  const sorted = sortedOf(samples, "http_req_duration");
  const p99Ms = percentileOf(sorted, 99) ?? 0;
  const allowedMs = Math.max(waitFloorMs, waitShare * Math.min(p99Ms, ...thresholds.map(({ atMostMs }) => atMostMs)));
  if (waitedMsPerRequest === undefined || waitedMsPerRequest <= allowedMs) return undefined;
  return `driver lagged: k6 waited ${waitedMsPerRequest.toFixed(1)} ms for a processor with each request, and ${allowedMs.toFixed(1)} ms are allowed beside a p99 of ${p99Ms.toFixed(1)} ms`;
}

/** @param voidBecause what {@link voidOf} said */
export function findingsOf(plan: K6Plan, samples: K6Samples, voidBecause: string | undefined): readonly K6Finding[] {
  const judged = (id: string, promise: string, holds: boolean, reason: string): K6Finding => ({ id, promise, verdict: voidBecause !== undefined ? "inconclusive" : holds ? "pass" : "fail", ...(holds ? {} : { reason }) });
  const findings: K6Finding[] = [{ id: "load.k6.driver", promise: "k6 kept its rate and was not held up", verdict: voidBecause === undefined ? "pass" : "inconclusive", ...(voidBecause === undefined ? {} : { reason: `void: ${voidBecause}` }) }];
  for (const { id, title } of plan.scenarios) {
    const iterations = countOf(samples, `iterations{scenario:${id}}`);
    const checks = samples.get(`checks{scenario:${id}}`)?.values ?? [];
    const failed = checks.filter((value) => value === 0).length;
    if (iterations === 0) findings.push({ id: `load.k6.${id}`, promise: `${title}: users do what they came for`, verdict: "inconclusive", reason: "no iteration ended: nothing was measured" });
    else if (checks.length === 0) findings.push({ id: `load.k6.${id}`, promise: `${title}: users do what they came for`, verdict: "inconclusive", reason: `${iterations} iterations and not one expectation was looked at` });
    else findings.push(judged(`load.k6.${id}`, `${title}: users do what they came for`, failed === 0, `${failed} of ${checks.length} expectations did not hold`));
  }
  for (const { metric, tag, percentile, atMostMs, claim } of plan.thresholds) {
    const name = tag === undefined ? metric : `${metric}{${tag}}`;
    const id = `load.k6.threshold.${name.replace(/[^a-z0-9]+/gi, "-").replace(/-$/, "")}.p${percentile}`;
    const promise = `p${percentile} of ${name} is at most ${atMostMs} ms (${claim})`;
    const measured = percentileOf(sortedOf(samples, name), percentile);
    findings.push(measured === undefined ? { id, promise, verdict: "inconclusive", reason: "no samples" } : judged(id, promise, measured <= atMostMs, `it was ${measured.toFixed(1)} ms`));
  }
  return findings;
}

// How far a percentile can be trusted: a confidence interval from order statistics, which assume no distribution. Latencies
// that come in clumps (a stall makes a hundred slow ones at once) say less than as many independent ones; how much less
// is estimated from the run itself, and the interval widened by it.
import type { RequestLog } from "./request-log.js";

export interface Interval {
  readonly lowMs: number;
  readonly highMs: number;
  /** As many independent requests would say as much. */
  readonly effectiveN: number;
}

/** Two-sided 95 % of Student's t: the variance is itself an estimate, from 20 stretches. */
const z95 = 2.093;
/** Stretches of the run that are compared to see clumps: enough for a variance, long enough to hold a clump each. */
const stretches = 20;

/**
 * The 95 % confidence interval of a percentile of the latency, of the requests that count in it (answers and timeouts).
 * @param percentile 0 to 100
 * @returns undefined when there are too few requests for any interval: then the percentile is a guess
 */
export function percentileInterval(log: RequestLog, percentile: number): Interval | undefined {
  const latencies: number[] = [];
  for (const { outcome, latencyMs } of log) if (outcome === "ok" || outcome === "status" || outcome === "timeout") latencies.push(latencyMs);
  return intervalOf(latencies, percentile);
}

/**
 * The same of any values.
 * @param values in the order in which they came about
 */
export function intervalOf(values: readonly number[], percentile: number): Interval | undefined {
  const share = percentile / 100;
  const sorted = Float64Array.from(values).sort();
  const at = (rank: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? NaN;
  const effectiveN = sorted.length / Math.max(1, designEffect(values, at(Math.ceil(share * sorted.length) - 1), share));
  const ranks = ranksOf(effectiveN, share);
  if (ranks === undefined) return undefined;
  return { lowMs: at(Math.floor(ranks.low * sorted.length)), highMs: at(Math.ceil(ranks.high * sorted.length) - 1), effectiveN };
}

/**
 * The shares of the sample between which the percentile lies with 95 %. Wilson's interval of the proportion that is below
 * it: unlike the plain normal one, it stays inside 0 and 1 and covers near them.
 * @returns undefined when the upper end would be beyond the largest value
 */
function ranksOf(n: number, share: number): { readonly low: number; readonly high: number } | undefined {
  const square = z95 * z95;
  const centre = (share + square / (2 * n)) / (1 + square / n);
  const half = (z95 / (1 + square / n)) * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n));
  // No value of the sample bounds the percentile from above: with 95 % that takes log(0.025)/log(share) values.
  if (share ** n > 0.025) return undefined;
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** How many times the variance of independent values the share above `threshold` has, from stretch to stretch. */
function designEffect(values: readonly number[], threshold: number, share: number): number {
  const length = Math.floor(values.length / stretches);
  if (length < 2) return 1;
  let sum = 0;
  let squares = 0;
  for (let stretch = 0; stretch < stretches; stretch++) {
    let above = 0;
    for (let index = stretch * length; index < (stretch + 1) * length; index++) if ((values[index] ?? 0) > threshold) above++;
    sum += above;
    squares += above * above;
  }
  const variance = (squares - (sum * sum) / stretches) / (stretches - 1);
  const independent = length * share * (1 - share);
  return independent === 0 ? 1 : variance / independent;
}

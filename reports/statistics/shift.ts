// How far one sample lies from another: the median of all pairwise differences, with the interval of the Mann-Whitney
// test. It gives a change point its size.
import { normalQuantile } from "./distributions.js";
import type { Estimate } from "./signed-rank.js";

/** Up to here (smaller times larger sample) the distribution is counted out. */
const mostExact = 400;

/**
 * @param before one sample, not empty
 * @param after the other, not empty
 * @returns after - before; the interval is infinite when there are too few values for this confidence
 * @throws RangeError for an empty sample
 */
export function shiftBetween(before: readonly number[], after: readonly number[], confidence: number): Estimate {
  const [m, n] = [before.length, after.length];
  if (m === 0 || n === 0) throw new RangeError("two samples expected; one is empty");
  const differences = Float64Array.from(after.flatMap((later) => before.map((earlier) => later - earlier))).sort();
  const half = differences.length >> 1;
  const value = differences.length % 2 === 1 ? (differences[half] ?? NaN) : ((differences[half - 1] ?? NaN) + (differences[half] ?? NaN)) / 2;
  const rank = m * n <= mostExact ? exactRank(m, n, (1 - confidence) / 2) : normalRank(m, n, (1 - confidence) / 2);
  if (rank === 0) return { value, low: -Infinity, high: Infinity };
  return { value, low: differences[rank - 1] ?? NaN, high: differences[m * n - rank] ?? NaN };
}

/** The largest k of which P(U < k) is at most `tail`. */
function exactRank(m: number, n: number, tail: number): number {
  const counts = uCounts(m, n);
  const all = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  let rank = 0;
  for (const count of counts) {
    below += count;
    if (below / all > tail * (1 + 1e-12)) break;
    rank++;
  }
  return rank;
}

function normalRank(m: number, n: number, tail: number): number {
  return Math.max(0, Math.floor((m * n) / 2 + normalQuantile(tail) * Math.sqrt((m * n * (m + n + 1)) / 12)));
}

/** How many arrangements of m and n values give each U: the Gaussian binomial coefficient, factor by factor. */
function uCounts(m: number, n: number): Float64Array {
  const counts = new Float64Array(m * n + 1);
  counts[0] = 1;
  for (let i = 1; i <= m; i++) {
    const up = n + i;
    for (let u = m * n; u >= up; u--) counts[u] = (counts[u] ?? 0) - (counts[u - up] ?? 0);
    for (let u = i; u <= m * n; u++) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0);
  }
  return counts;
}

// Wilcoxon's signed-rank test of paired differences, and the Hodges-Lehmann estimate with its interval. They assume no
// distribution but symmetry: one slice that met a neighbour's burst moves a mean, and moves these hardly.
import { normalBelow, normalQuantile } from "./distributions.js";

export interface SignedRank {
  /** Sum of the ranks of the positive differences. */
  readonly w: number;
  /** Differences that are not zero: only they count. */
  readonly n: number;
  /** Two-sided; 1 when every difference is zero. */
  readonly p: number;
}

export interface Estimate {
  /** Median of all pairwise means of the differences. */
  readonly value: number;
  /** Bounds of the interval; infinite when there are too few differences for this confidence. */
  readonly low: number;
  readonly high: number;
}

/** Up to here the distribution is counted out; beyond, the normal one differs in the fourth digit. */
const mostExact = 50;

/**
 * The signed-rank test; zeros are left out, equal sizes share their mean rank. Exact for up to 50 differences, ties included.
 * @param differences b - a of each pair
 */
export function signedRank(differences: readonly number[]): SignedRank {
  const nonZero = differences.filter((difference) => difference !== 0);
  const n = nonZero.length;
  if (n === 0) return { w: 0, n, p: 1 };
  const ranks = doubledRanks(nonZero.map(Math.abs));
  const doubledW = nonZero.reduce((sum, difference, index) => sum + (difference > 0 ? (ranks[index] ?? 0) : 0), 0);
  if (n > mostExact) return { w: doubledW / 2, n, p: normalP(doubledW / 2, ranks) };
  const counts = sumCounts(ranks);
  let atMost = 0;
  let atLeast = 0;
  for (const [sum, count] of counts.entries()) {
    if (sum <= doubledW) atMost += count;
    if (sum >= doubledW) atLeast += count;
  }
  return { w: doubledW / 2, n, p: Math.min(1, (2 * Math.min(atMost, atLeast)) / 2 ** n) };
}

/**
 * The Hodges-Lehmann estimate of the middle of the differences, with the interval that goes with the test.
 * @param confidence for example 0.95
 * @throws RangeError without differences
 */
export function hodgesLehmann(differences: readonly number[], confidence: number): Estimate {
  const n = differences.length;
  if (n === 0) throw new RangeError("differences expected; there are none");
  const means = new Float64Array((n * (n + 1)) / 2);
  let index = 0;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) means[index++] = ((differences[i] ?? 0) + (differences[j] ?? 0)) / 2;
  means.sort();
  const half = means.length >> 1;
  const value = means.length % 2 === 1 ? (means[half] ?? NaN) : ((means[half - 1] ?? NaN) + (means[half] ?? NaN)) / 2;
  const rank = criticalRank(n, (1 - confidence) / 2);
  if (rank === 0) return { value, low: -Infinity, high: Infinity };
  return { value, low: means[rank - 1] ?? NaN, high: means[means.length - rank] ?? NaN };
}

/** The fewest pairs with which this test can say anything at a confidence: 6 at 0.95. */
export function fewestPairs(confidence: number): number {
  return Math.ceil(Math.log2(2 / (1 - confidence)) - 1e-9);
}

/** The largest k of which P(W < k) is at most `tail`; 0 when there is none. */
function criticalRank(n: number, tail: number): number {
  if (n > mostExact) {
    const [mean, deviation] = [(n * (n + 1)) / 4, Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24)];
    return Math.max(0, Math.floor(mean + normalQuantile(tail) * deviation));
  }
  const counts = sumCounts(Array.from({ length: n }, (_, index) => index + 1));
  let below = 0;
  let rank = 0;
  for (const count of counts) {
    below += count;
    // A hair of tolerance: 2 of 64 is the tail 0.025 + 0.00625, but 1 of 40 may be written 0.025000000000000022.
    if (below / 2 ** n > tail * (1 + 1e-12)) break;
    rank++;
  }
  return rank;
}

/** How many of the 2^n choices of signs give each sum of ranks. Doubles hold 2^50 exactly. */
function sumCounts(ranks: readonly number[]): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const counts = new Float64Array(total + 1);
  counts[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= rank; sum--) counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
  }
  return counts;
}

/** Twice the ranks of the sizes, so that the mean rank of ties stays whole. */
export function doubledRanks(sizes: readonly number[]): number[] {
  const order = sizes.map((size, index) => ({ size, index })).sort((a, b) => a.size - b.size);
  const ranks = new Array<number>(sizes.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && order[end + 1]?.size === order[start]?.size) end++;
    for (let at = start; at <= end; at++) {
      const one = order[at];
      if (one !== undefined) ranks[one.index] = start + end + 2;
    }
    start = end + 1;
  }
  return ranks;
}

/** With the variance that the ranks really have, ties included, and the half that makes steps continuous. */
function normalP(w: number, doubled: readonly number[]): number {
  const mean = doubled.reduce((sum, rank) => sum + rank, 0) / 4;
  const variance = doubled.reduce((sum, rank) => sum + rank * rank, 0) / 16;
  const z = Math.max(0, Math.abs(w - mean) - 0.5) / Math.sqrt(variance);
  return Math.min(1, 2 * normalBelow(-z));
}

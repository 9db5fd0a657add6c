// Pairs of numbers in, a verdict out: better, worse, same, or cannot tell. The interval decides: it must lie wholly beyond
// the smallest change that matters, or wholly inside it; what straddles is not known. Pure.
import { median } from "../../contract/median.js";
import { fewestPairs, hodgesLehmann, signedRank } from "../statistics/signed-rank.js";
import type { ComparedMetric, ComparisonVerdict, Direction } from "./types.js";

/** Together, all metrics of a comparison alarm falsely at most this often. */
const familyError = 0.05;

export interface PairedOptions {
  readonly direction: Direction;
  /** Of the interval, from {@link confidenceFor}. */
  readonly confidence: number;
  /** 0.05 is 5 %. */
  readonly minEffect: number;
  /** Pairs that were lost to void or missing numbers. */
  readonly lostPairs?: number;
}

export type PairedResult = Pick<ComparedMetric, "pairs" | "lostPairs" | "a" | "b" | "ratio" | "p" | "verdict" | "reason">;

/** The confidence of each interval when so many metrics are compared at once (Bonferroni). */
export function confidenceFor(metrics: number): number {
  return 1 - familyError / Math.max(1, metrics);
}

/**
 * Judges pairs, a before and b after, each measured side by side.
 * @param pairs values of the same unit, 0 or more
 */
export function comparePairs(pairs: readonly (readonly [a: number, b: number])[], { direction, confidence, minEffect, lostPairs = 0 }: PairedOptions): PairedResult {
  const about = { pairs: pairs.length, lostPairs, ...(pairs.length === 0 ? {} : { a: median(pairs.map(([a]) => a)), b: median(pairs.map(([, b]) => b)) }) };
  const told = (verdict: ComparisonVerdict, reason: string): PairedResult => ({ ...about, verdict, reason: lostPairs === 0 ? reason : `${reason}; ${lostPairs} of ${lostPairs + pairs.length} pairs are lost to void or missing numbers` });
  if (pairs.length === 0) return told("cannot tell", "no pair of runs has this number on both sides");
  // A number that is the same every time needs no statistics, and a ratio to 0 says nothing.
  if (pairs.every(([a, b]) => a === b) && pairs.length >= fewestPairs(confidence)) return { ...told("same", "every pair is equal"), ratio: { value: 1, low: 1, high: 1 }, p: 1 };
  if (pairs.some(([a, b]) => !(a > 0) || !(b > 0))) return told("cannot tell", "some values are 0, and a ratio to 0 says nothing");
  const logs = pairs.map(([a, b]) => Math.log(b / a));
  const { value, low, high } = hodgesLehmann(logs, confidence);
  const ratio = { value: Math.exp(value), ...(Number.isFinite(low) ? { low: Math.exp(low), high: Math.exp(high) } : {}) };
  const { p } = signedRank(logs);
  const result = (verdict: ComparisonVerdict, reason: string): PairedResult => ({ ...told(verdict, reason), ratio, p });
  if (!Number.isFinite(low)) return result("cannot tell", `${fewestPairs(confidence)} pairs are needed to say anything, and there are ${pairs.length}`);
  // As many were lost as count: whatever took them may have chosen which.
  if (lostPairs > pairs.length) return result("cannot tell", "more pairs are lost than count");
  const beyond = Math.log1p(minEffect);
  const words = `${percent(ratio.value)}, and ${percent(Math.exp(low))} to ${percent(Math.exp(high))} with ${confidenceInWords(confidence)} confidence`;
  if (low > beyond) return result(direction === "lower" ? "worse" : "better", words);
  if (high < -beyond) return result(direction === "lower" ? "better" : "worse", words);
  if (low >= -beyond && high <= beyond) return result("same", `${words}: within ${percent(1 + minEffect)} either way`);
  return result("cannot tell", `${words}: not clearly within ${percent(1 + minEffect)} and not clearly beyond`);
}

/** "+12.3 %" */
export function percent(ratio: number): string {
  const change = (ratio - 1) * 100;
  return `${change < 0 ? "-" : "+"}${Math.abs(change).toFixed(1)} %`;
}

export function confidenceInWords(confidence: number): string {
  return `${Number((confidence * 100).toFixed(3))} %`;
}

// What a comparison says: two sides, what differs between their conditions, and a verdict with its numbers for each metric
// and each check. Plain data, so that every report reads the same.
import type { Verdict } from "../../contract/result/document.js";

export const comparisonSchema = "edgemark.comparison/1";

/** Cannot tell is an answer: noise, too few runs, missing data, another machine. It is never a pass. */
export const comparisonVerdicts = ["worse", "cannot tell", "better", "same"] as const;
export type ComparisonVerdict = (typeof comparisonVerdicts)[number];

/** Which way a metric gets better. */
export type Direction = "lower" | "higher";

/** One side: what was measured, in how many runs. */
export interface ComparedSide {
  /** As it was named: a path, a target, a revision. */
  readonly name: string;
  readonly target: string;
  readonly version: string;
  readonly runs: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export interface ComparedMetric {
  /** Id of the measurement, with " p99" where it is that percentile of it. */
  readonly id: string;
  readonly unit: string;
  readonly direction: Direction;
  /** Pairs that count: both runs have the number, and neither is void. */
  readonly pairs: number;
  /** Pairs that do not, because a number is missing or void. */
  readonly lostPairs: number;
  /** Median of each side's values; absent where there are none. */
  readonly a?: number;
  readonly b?: number;
  /** b / a, the middle of the pairs, with its interval; bounds are absent where there are too few pairs for any. */
  readonly ratio?: { readonly value: number; readonly low?: number; readonly high?: number };
  /** Wilcoxon's signed-rank test, two-sided. */
  readonly p?: number;
  readonly verdict: ComparisonVerdict;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** A check whose verdict is not the same on both sides. */
export interface ComparedCheck {
  readonly id: string;
  readonly promise: string;
  readonly a: Verdict | "missing";
  readonly b: Verdict | "missing";
  readonly verdict: ComparisonVerdict;
  readonly reason: string;
}

export interface Comparison {
  readonly schema: typeof comparisonSchema;
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** What makes the two incomparable: no number is judged while there is any. */
  readonly differences: readonly string[];
  /** Documents that could not be used, with the reason. */
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
  /** Of one interval: 1 - 0.05 / metrics, so that all of them together alarm falsely in at most 5 % of comparisons. */
  readonly confidence: number;
  /** Smallest relative change that matters: 0.05 is 5 %. */
  readonly minEffect: number;
  readonly metrics: readonly ComparedMetric[];
  /** Those that differ. */
  readonly checks: readonly ComparedCheck[];
  /** Checks with the same verdict on both sides. */
  readonly sameChecks: number;
  readonly verdict: ComparisonVerdict;
  readonly reason: string;
}

/** Worse beats cannot tell, which beats better: what might hide a regression is said first. */
export function verdictOfAll(verdicts: readonly ComparisonVerdict[]): ComparisonVerdict {
  return comparisonVerdicts.find((one) => verdicts.includes(one)) ?? "cannot tell";
}

// What a folder of nights says: for each number where it changed, by how much and how sure that is, and whether the last
// nights got worse. Plain data, so that every report reads the same.
import type { ComparedCheck, ComparisonVerdict, Direction } from "../comparison/types.js";

export const nightsSchema = "edgemark.nights/1";

/** A night from which on a number is another. */
export interface NightChange {
  /** Id of that night's run, its file in the folder, and when it began. */
  readonly night: string;
  readonly file: string;
  readonly atMs: number;
  readonly kind: "worse" | "better";
  /** After / before, with a 95 % interval; bounds are absent where there are too few nights for any. */
  readonly ratio: { readonly value: number; readonly low?: number; readonly high?: number };
  /** How probable it is that chance alone cuts the nights so. */
  readonly p: number;
  readonly nightsBefore: number;
  readonly nightsAfter: number;
}

export interface NightsMetric {
  readonly id: string;
  readonly unit: string;
  readonly direction: Direction;
  /** [when the night began, value], in the order of time; nights without the number are left out and counted. */
  readonly values: readonly (readonly [atMs: number, value: number])[];
  readonly missingNights: number;
  readonly changes: readonly NightChange[];
  /** Of the last nights. */
  readonly verdict: ComparisonVerdict;
  readonly reason: string;
}

export interface NightsJudgement {
  readonly schema: typeof nightsSchema;
  readonly target: string;
  /** Nights that are judged together. */
  readonly nights: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Documents that cannot be used at all: damaged, missing, of another schema version. */
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
  /** Sound documents that are not judged with the last night: another machine, target or profile, or interrupted. */
  readonly apart: readonly { readonly file: string; readonly reason: string }[];
  readonly metrics: readonly NightsMetric[];
  /** Checks whose verdict is another than in the night before. */
  readonly checks: readonly ComparedCheck[];
  readonly verdict: ComparisonVerdict;
  readonly reason: string;
}

// The result document: everything that one run measured and decided, in one JSON file. Judging and every report read
// this and nothing else, so that last year's run can be judged again by today's claims.
import type { TargetDescription } from "../target/types.js";

export const resultSchema = "edgemark.result/1";

/** Only pass certifies. Missing data never passes. */
export const verdicts = ["pass", "fail", "not-applicable", "inconclusive", "error"] as const;
export type Verdict = (typeof verdicts)[number];

export const levels = ["isolate", "storage", "distributed"] as const;
/** What a certificate attests; each level includes the one before. */
export type Level = (typeof levels)[number];

export const profiles = ["quick", "full", "nightly"] as const;
export type Profile = (typeof profiles)[number];

export interface Counts {
  readonly pass: number;
  readonly fail: number;
  readonly notApplicable: number;
  readonly inconclusive: number;
  readonly error: number;
}

/** One number with what it takes to believe it. */
export interface Measurement {
  readonly id: string;
  readonly value: number;
  readonly unit: "ms" | "us" | "s" | "count" | "ratio" | "bytes" | "requests/s" | "MB";
  /** How many samples stand behind the value. */
  readonly n: number;
  /** Mode, rate, PoPs, fault, time scale: what a reader needs to compare it. */
  readonly conditions: Readonly<Record<string, string | number | boolean>>;
  /** By name: p50, p99, min, max. Same unit as value. */
  readonly percentiles?: Readonly<Record<string, number>>;
  /** The distribution for charts, ascending, at most 512 values. Same unit as value. */
  readonly samples?: readonly number[];
  /** Values over time: [seconds since the measurement began, value]. */
  readonly series?: readonly (readonly [number, number])[];
  /** What the first number of each of the series is, when it is not a time: "PoPs", "keys". */
  readonly along?: string;
  /** What the values of the series are, where they are not what the measurement is: {what: "latency of each answer", unit: "ms"}. */
  readonly seriesOf?: { readonly what: string; readonly unit: Measurement["unit"] };
  /** A value per PoP pair or per PoP, for heat maps: row, column, value. */
  readonly matrix?: readonly { readonly row: string; readonly column: string; readonly value: number }[];
  /** Wall time of the series' second 0, so that a chart can mark the run's faults on it. */
  readonly startedAtMs?: number;
  /** Set when the number must not be judged (a driver that lagged), with the reason. */
  readonly voidBecause?: string;
  /** Beside voidBecause: the numbers are too large, if anything (the driver's own lateness is in them). A limit that they keep is kept; nothing else may be judged by them. */
  readonly isUpperBound?: boolean;
}

/** A proof that something happened, or an exchange that failed. Strings are cut and redacted when recorded. */
export interface Evidence {
  readonly kind: "fault" | "exchange" | "history" | "observation";
  readonly text: string;
  /** The smallest part of a history that shows a violation, in the order of the calls, at most 60; the file has all. */
  readonly operations?: readonly ShownOperation[];
}

/** One operation of a history as a report draws it: times count from the first call of those shown, values are cut. */
export interface ShownOperation {
  readonly process: number;
  readonly outcome: "ok" | "fail" | "info";
  readonly action: string;
  readonly key: string;
  readonly input?: string;
  readonly output?: string;
  readonly popId?: string;
  readonly callMs: number;
  /** null: the answer was lost. */
  readonly returnMs: number | null;
}

export interface CheckResult {
  readonly id: string;
  readonly product: string;
  readonly level: Level;
  readonly promise: string;
  /** Ids of the claims this check stands for. */
  readonly claims: readonly string[];
  readonly verdict: Verdict;
  readonly durationMs: number;
  /** Why, when the verdict is not pass: one line. */
  readonly reason?: string;
  /** What was expected and what came, when a comparison failed. */
  readonly expected?: string;
  readonly observed?: string;
  readonly evidence: readonly Evidence[];
  /** Set when a known-failures entry names this check. */
  readonly known?: { readonly kind: "failing" | "flaky"; readonly reason: string };
  /** The command that runs this check again as it ran. */
  readonly replay: string;
}

export interface ClaimResult {
  readonly id: string;
  readonly product: string;
  readonly level: Level;
  readonly kind: "must" | "number" | "context";
  readonly statement: string;
  readonly verdict: Verdict;
  readonly reason: string;
  /** The documented figure in words, and what was measured. */
  readonly documented: string;
  readonly measured?: { readonly value: number; readonly unit: string; readonly n: number };
  /** What the measured value was held against, in its unit: after the time scale, before the tolerance. */
  readonly threshold?: number;
  /** The target's time scale, where the documented figure was divided by it. */
  readonly scaledBy?: number;
  /** The claim's path into this document, which tells the measurement it judges. */
  readonly path?: string;
  /** Where the claim is written, with the words that carry the figure. */
  readonly source?: { readonly document: string; readonly quote: string };
  readonly checks: readonly string[];
  /** Whether a failing verdict fails the run: documented promises do, marketing figures only inform. */
  readonly binding: boolean;
}

export interface HistoryReference {
  readonly id: string;
  /** Relative to the run's folder. */
  readonly file: string;
  readonly operations: number;
  readonly sha256: string;
}

export interface FaultRecord {
  readonly kind: string;
  readonly popId: string;
  readonly scope: string;
  readonly evidence: string;
  readonly injectedAtMs: number;
  readonly healedAtMs?: number;
}

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly kernel: string;
  readonly node: string;
  readonly platform: string;
  /** Load average over one minute when the run began. */
  readonly loadAverage: number;
  readonly edgemarkVersion: string;
  readonly gitCommit: string;
  readonly gitDirty: boolean;
}

export interface ResultDocument {
  readonly schema: typeof resultSchema;
  readonly run: {
    readonly id: string;
    readonly startedAtMs: number;
    readonly durationMs: number;
    readonly seed: number;
    readonly profile: Profile;
    readonly suites: readonly string[];
    /** The command that repeats the run. */
    readonly replay: string;
    /** Set when the run was cut short, with the reason; such a run never certifies. */
    readonly interrupted?: string;
    /** Set when only some checks of the suites were chosen (--only), with what was chosen; such a run never certifies. */
    readonly partial?: string;
  };
  readonly target: TargetDescription & { readonly address: string };
  readonly environment: Environment;
  readonly checks: readonly CheckResult[];
  readonly measurements: Readonly<Record<string, Measurement>>;
  readonly histories: readonly HistoryReference[];
  readonly faults: readonly FaultRecord[];
  /** Judged after the run; judging again replaces these four. */
  readonly claims: readonly ClaimResult[];
  readonly counts: Counts;
  readonly claimCounts: Counts;
  readonly verdict: Verdict;
  /** The highest level all of whose checks passed; null when none did. */
  readonly level: Level | null;
  /** Known-failure entries that passed: the run fails until they are removed. */
  readonly staleKnown: readonly string[];
}

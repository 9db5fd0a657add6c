// Readings against the truth: each driver's error, and whether ours is right. Pure.
import type { CalibrationCase, Truth } from "./cases.js";
import type { Reading } from "./reading.js";

/** right: within what the case allows. wrong: not. void: the reading says itself that it must not be used. */
export type CalibrationVerdict = "right" | "wrong" | "void";

export interface JudgedTruth {
  readonly name: string;
  readonly truth: number;
  /** undefined: the driver does not say. */
  readonly measured: number | undefined;
  /** Relative to the truth; undefined when the truth is 0. */
  readonly errorRatio: number | undefined;
  readonly allowed: number;
  readonly isWithin: boolean;
}

export interface JudgedReading {
  readonly caseId: string;
  readonly title: string;
  readonly driver: string;
  readonly isOurs: boolean;
  readonly n: number;
  readonly verdict: CalibrationVerdict;
  readonly reason?: string;
  readonly truths: readonly JudgedTruth[];
  readonly cpuUsPerRequest?: number;
}

/** @param reading a driver's @returns undefined errors where it says nothing, and never right by saying nothing */
export function judgeReading(one: CalibrationCase, reading: Reading, isOurs: boolean): JudgedReading {
  const truths = one.truths.map((truth) => judgeTruth(truth, reading.values[truth.name]));
  const wrong = truths.filter(({ isWithin }) => !isWithin).map(({ name }) => name);
  const verdict = reading.void !== undefined ? "void" : wrong.length > 0 ? "wrong" : "right";
  const reason = reading.void ?? (wrong.length > 0 ? `off at ${wrong.join(", ")}` : undefined);
  return {
    caseId: one.id,
    title: one.title,
    driver: reading.driver,
    isOurs,
    n: reading.n,
    verdict,
    truths,
    ...(reason === undefined ? {} : { reason }),
    ...(reading.cpuUsPerRequest === undefined ? {} : { cpuUsPerRequest: reading.cpuUsPerRequest }),
  };
}

function judgeTruth({ name, value, within }: Truth, measured: number | undefined): JudgedTruth {
  const allowed = Math.max(within.ratio * value, within.atLeast);
  return {
    name,
    truth: value,
    measured,
    errorRatio: measured === undefined || value === 0 ? undefined : (measured - value) / value,
    allowed,
    // A millionth: shares are computed in floating point.
    isWithin: measured !== undefined && Math.abs(measured - value) <= allowed + 1e-6,
  };
}

/**
 * Beside the hogs a driver is right when it says that it lagged. One that measured the truth all the same was not held up,
 * and nothing is shown; one that gave other numbers as good took its own lag for the target's.
 */
export function judgeBesideHogs(judged: JudgedReading): JudgedReading {
  if (judged.verdict === "void") return { ...judged, verdict: "right", reason: `void, as it must be: ${judged.reason ?? ""}` };
  if (judged.verdict === "right") return { ...judged, verdict: "void", reason: "the hogs did not hold the driver up: nothing is shown" };
  return { ...judged, reason: `the driver's own lag was taken for the target's (${judged.reason ?? ""})` };
}

/** Of our driver in all cases. */
export function verdictOf(all: readonly JudgedReading[]): CalibrationVerdict {
  const ours = all.filter(({ isOurs }) => isOurs);
  if (ours.some(({ verdict }) => verdict === "wrong")) return "wrong";
  return ours.length > 0 && ours.every(({ verdict }) => verdict === "right") ? "right" : "void";
}

// Cold-start samples into figures. Pure: the pair's warm latency is subtracted, what was not cold is left out and counted, and
// a series that a busy machine took part in is void instead of slow.
import { intervalOf } from "../open-loop/interval.js";

/** One version that was never loaded, asked for the first time, and then again. */
export interface ColdSample {
  /** First request: to the first byte, ms. */
  readonly coldMs: number;
  /** Median of the requests right after it, on the same connection, ms. */
  readonly warmMs: number;
  /** Requests that the isolate had answered before the first one; undefined when it does not say. */
  readonly before: number | undefined;
  /** Time in which the driver or the target's processes wanted a processor and did not get one, during the first request, ms. */
  readonly waitedMs: number;
}

export interface Estimate {
  readonly value: number;
  /** 95 % confidence; undefined: the samples do not bound it. */
  readonly low: number | undefined;
  readonly high: number | undefined;
}

export interface ColdStart {
  /** Samples that were cold. */
  readonly n: number;
  /** Answers of isolates that had answered before: not counted. */
  readonly notCold: number;
  /** What being cold added, ms, ascending. */
  readonly addedMs: readonly number[];
  /** By rank: 50, 90, 99. */
  readonly percentiles: Readonly<Record<50 | 90 | 99, Estimate>>;
  readonly firstByteP50Ms: number;
  readonly warmP50Ms: number;
  /** Median time that was spent waiting for a processor. */
  readonly waitedP50Ms: number;
  /** Set when the figures must not be judged. */
  readonly voidBecause?: string;
}

/**
 * A cold start of a few ms is a few ms of processor time. Where half of the samples waited longer than this share of it for
 * a processor that somebody else had, the figure is the machine's and not the target's: the share that the open loop allows its
 * own lag.
 */
const waitShare = 0.2;
/** Threads of one process hand work to each other; that much waiting is its own. */
const waitFloorMs = 0.5;

/** @returns undefined when no sample was cold */
export function coldStartOf(samples: readonly ColdSample[]): ColdStart | undefined {
  const cold = samples.filter(({ before }) => before === undefined || before === 0);
  if (cold.length === 0) return undefined;
  // In the order in which they came about: the interval looks for clumps.
  const added = cold.map(({ coldMs, warmMs }) => coldMs - warmMs);
  const estimate = (percentile: number): Estimate => {
    const interval = intervalOf(added, percentile);
    const sorted = [...added].sort((a, b) => a - b);
    return { value: rankOf(sorted, percentile), low: interval?.lowMs, high: interval?.highMs };
  };
  const waitedP50Ms = median(cold.map(({ waitedMs }) => waitedMs));
  const firstByteP50Ms = median(cold.map(({ coldMs }) => coldMs));
  const allowedMs = Math.max(waitFloorMs, waitShare * firstByteP50Ms);
  const notCold = samples.length - cold.length;
  return {
    n: cold.length,
    notCold,
    addedMs: [...added].sort((a, b) => a - b),
    percentiles: { 50: estimate(50), 90: estimate(90), 99: estimate(99) },
    firstByteP50Ms,
    warmP50Ms: median(cold.map(({ warmMs }) => warmMs)),
    waitedP50Ms,
    ...(waitedP50Ms > allowedMs ? { voidBecause: `the machine was busy: half of the first requests waited ${waitedP50Ms.toFixed(1)} ms or more for a processor, and ${allowedMs.toFixed(1)} ms are allowed beside ${firstByteP50Ms.toFixed(1)} ms` } : {}),
  };
}

/** @returns the median, NaN of nothing */
export function median(values: readonly number[]): number {
  return rankOf([...values].sort((a, b) => a - b), 50);
}

/** Nearest rank. @param sorted ascending */
export function rankOf(sorted: readonly number[], percentile: number): number {
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? NaN;
}

/** At most `count` ascending values at evenly spaced ranks, for a document. */
export function thinnedTo(sorted: readonly number[], count: number): number[] {
  if (sorted.length <= count) return [...sorted];
  return Array.from({ length: count }, (_, index) => sorted[Math.round((index * (sorted.length - 1)) / (count - 1))] ?? NaN);
}

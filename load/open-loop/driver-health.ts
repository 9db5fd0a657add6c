// Whether a run's numbers are the target's or the driver's own. A run whose driver lagged is void, not slow.
import type { LatencyHistogram } from "./histogram.js";
import type { Outcome } from "./request-log.js";

/**
 * The schedule lag may be at most this, whatever the latency. The clock's own wake-up is below 0.2 ms at p50 and 0.5 ms at
 * p99 on a machine with a core to spare (clock.ts); twice that is room for a neighbour, and at p99 is still no more than a
 * fifth of the smallest p99 that is promised anywhere (5 ms for a KV hit).
 */
const lagFloorMs = { 50: 0.4, 99: 1 } as const;

/**
 * ... or this share of the latency's p99. Latency counts from the intended time and so contains the lag: where the lag is
 * a fifth of it at the same rank, at most a fifth of the figure is the driver's. A run that is judged by a threshold may
 * have at most this share of the threshold instead: a machine that keeps the driver waiting keeps the target waiting too,
 * and a target must not fail for that.
 */
const lagShare = 0.2;

export interface DriverHealth {
  readonly latency: LatencyHistogram;
  readonly lag: LatencyHistogram;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly intended: number;
  readonly begun: number;
  /** What the latency will be compared with, when it will. */
  readonly thresholdMs?: number;
}

export interface Void {
  readonly reason: string;
  /**
   * Every request was sent and the driver was late with some. Latency counts from the intended time, and nothing that is asked
   * later is answered sooner: the numbers are too large, if anything. A limit that they keep is kept.
   */
  readonly isUpperBound: boolean;
}

/** @returns why the run must not be judged, or undefined when it may */
export function voidOf({ latency, lag, counts, intended, begun, thresholdMs = Infinity }: DriverHealth): Void | undefined {
  if (counts.saturated > 0) {
    return { reason: `driver saturated: ${counts.saturated} of ${intended} requests were not sent because every connection was busy or they were already too late`, isUpperBound: false };
  }
  if (begun < intended || counts.aborted > 0) return { reason: `aborted: ${intended - begun} of ${intended} requests were not sent, ${counts.aborted} were cut off`, isUpperBound: false };
  const lagged = lagAt(99, { latency, lag, thresholdMs });
  if (lagged.ms <= lagged.allowedMs) return undefined;
  return { reason: `driver lagged: it sent 1 % of the requests more than ${lagged.ms.toFixed(1)} ms late, and ${lagged.allowedMs.toFixed(1)} ms are allowed beside a p99 of ${percentileMs(latency, 99).toFixed(1)} ms`, isUpperBound: true };
}

/** @returns the latency at a rank by itself, ms; undefined when an answer is missing or the driver lagged at that rank */
export function soundPercentileMs(run: Pick<DriverHealth, "latency" | "lag" | "counts" | "intended">, rank: keyof typeof lagFloorMs): number | undefined {
  if (run.counts.ok < run.intended || run.latency.n === 0) return undefined;
  const lagged = lagAt(rank, run);
  return lagged.ms <= lagged.allowedMs ? run.latency.percentileMs(rank) : undefined;
}

/** @returns the lag at a rank, and how much of it leaves the latency at the same rank the target's */
function lagAt(rank: keyof typeof lagFloorMs, { latency, lag, thresholdMs = Infinity }: Pick<DriverHealth, "latency" | "lag" | "thresholdMs">): { readonly ms: number; readonly allowedMs: number } {
  return { ms: percentileMs(lag, rank), allowedMs: Math.max(lagFloorMs[rank], lagShare * Math.min(percentileMs(latency, rank), thresholdMs)) };
}

function percentileMs(of: LatencyHistogram, rank: number): number {
  return of.n === 0 ? 0 : of.percentileMs(rank);
}

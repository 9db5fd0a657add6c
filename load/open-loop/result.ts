// What a run of the open loop says: computed from the log of its requests and from nothing else.
import type { Measurement } from "../../contract/result/document.js";
import { voidOf } from "./driver-health.js";
import { LatencyHistogram } from "./histogram.js";
import type { Outcome, RequestLog, RequestSample } from "./request-log.js";

export interface OpenLoopResult {
  /** Set when the run must not be judged, with the reason. */
  readonly void?: string;
  /** Beside void: the latencies are too large, if anything (driver-health.ts). */
  readonly isUpperBound?: boolean;
  /** Requests the schedule asked for. */
  readonly intended: number;
  /** Wall time when the schedule began, to place faults in the run. */
  readonly startedAtMs: number;
  /** From the first intended time to the last answer. */
  readonly durationMs: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Answers by who gave them. */
  readonly answersByTag: Readonly<Record<string, number>>;
  readonly connectionsOpened: number;
  /**
   * From the intended time to the end of the answer: what a user waits. Answers of any status, and timeouts with the time
   * they waited; broken and refused connections fail fast and would flatter it, so they are only counted.
   */
  readonly latency: LatencyHistogram;
  /** The same requests from when they were really sent. */
  readonly service: LatencyHistogram;
  /** How late the driver sent each request. */
  readonly lag: LatencyHistogram;
  /** Every request, in the order of the schedule. */
  readonly log: RequestLog;
}

/** The latency of every answer over time, as a measurement carries it for a report to draw. */
export function latencySeries({ startedAtMs, log }: Pick<OpenLoopResult, "startedAtMs" | "log">): Pick<Measurement, "startedAtMs" | "seriesOf" | "series"> {
  return { startedAtMs, seriesOf: { what: "latency of each answer, from the time it was due", unit: "ms" }, series: [...log].filter(({ outcome }) => outcome === "ok").map(({ intendedMs, latencyMs }) => [intendedMs / 1_000, latencyMs] as const) };
}

/** Why the latencies of a run must not be judged, as a measurement of them carries it; nothing when they may. */
export function voidMarksOf({ void: reason, isUpperBound }: Pick<OpenLoopResult, "void" | "isUpperBound">): Pick<Measurement, "voidBecause" | "isUpperBound"> {
  return reason === undefined ? {} : { voidBecause: reason, ...(isUpperBound === true ? { isUpperBound } : {}) };
}

export interface RunFacts {
  readonly log: RequestLog;
  readonly intended: number;
  readonly startedAtMs: number;
  readonly connectionsOpened: number;
  readonly thresholdMs?: number;
}

export function summarize({ log, intended, startedAtMs, connectionsOpened, thresholdMs }: RunFacts): OpenLoopResult {
  const [latency, service, lag] = [new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram()];
  const counts: Record<Outcome, number> = { ok: 0, status: 0, reset: 0, refused: 0, unreachable: 0, timeout: 0, malformed: 0, saturated: 0, aborted: 0 };
  const answersByTag = new Map<string, number>();
  let durationMs = 0;
  for (const { intendedMs, latencyMs, lagMs, outcome, tag } of log) {
    counts[outcome]++;
    lag.recordMs(lagMs);
    durationMs = Math.max(durationMs, intendedMs + latencyMs);
    const isAnswer = outcome === "ok" || outcome === "status";
    if (isAnswer || outcome === "timeout") {
      latency.recordMs(latencyMs);
      service.recordMs(latencyMs - lagMs);
    }
    if (isAnswer) answersByTag.set(tag ?? "unclassified", (answersByTag.get(tag ?? "unclassified") ?? 0) + 1);
  }
  const voided = voidOf({ latency, lag, counts, intended, begun: log.length, ...(thresholdMs === undefined ? {} : { thresholdMs }) });
  return {
    ...(voided === undefined ? {} : { void: voided.reason, isUpperBound: voided.isUpperBound }),
    intended,
    startedAtMs,
    durationMs,
    counts,
    answersByTag: Object.fromEntries(answersByTag),
    connectionsOpened,
    latency,
    service,
    lag,
    log,
  };
}

export interface Bucket {
  /** Start of the bucket, ms from the start of the run. */
  readonly fromMs: number;
  /** Requests that were meant to be sent in it. */
  readonly intended: number;
  readonly ok: number;
  readonly failed: number;
  /** Median and largest latency of its answers; undefined without any. */
  readonly p50Ms: number | undefined;
  readonly maxMs: number | undefined;
}

/**
 * A run over time, by intended send time.
 * @param bucketMs for example 10 or 100
 */
export function seriesOf(log: RequestLog, bucketMs: number): Bucket[] {
  const samples: RequestSample[][] = [];
  for (const sample of log) {
    const index = Math.floor(sample.intendedMs / bucketMs);
    while (samples.length <= index) samples.push([]);
    samples[index]?.push(sample);
  }
  return samples.map((inside, index) => {
    const latencies = inside.filter(({ outcome }) => outcome === "ok").map(({ latencyMs }) => latencyMs);
    latencies.sort((a, b) => a - b);
    return {
      fromMs: index * bucketMs,
      intended: inside.length,
      ok: latencies.length,
      failed: inside.length - latencies.length,
      p50Ms: latencies[Math.floor(latencies.length / 2)],
      maxMs: latencies.at(-1),
    };
  });
}

/**
 * Every request that failed or took long, in the order of the schedule.
 * @param lateMs latency from which an answer counts as late
 * @param limit longest list; counts are in the result
 */
export function failedOrLate(log: RequestLog, lateMs: number, limit = 10_000): RequestSample[] {
  const found: RequestSample[] = [];
  for (const sample of log) {
    if (found.length >= limit) break;
    if (sample.outcome !== "ok" || sample.latencyMs >= lateMs) found.push(sample);
  }
  return found;
}

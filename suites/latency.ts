// One latency measurement of a check: open-loop load on its fixture, recorded whole, before anything is asserted.
import assert from "node:assert/strict";
import type { Measurement } from "../contract/result/document.js";
import { soundPercentileMs } from "../load/open-loop/driver-health.js";
import { runOpenLoop } from "../load/open-loop/open-loop.js";
import { type OpenLoopResult, voidMarksOf } from "../load/open-loop/result.js";
import { type CheckContext, Inconclusive } from "./check.js";

export interface LatencyMeasurement {
  /** Id of the measurement that is recorded. */
  readonly id: string;
  /** Begins with "/". */
  readonly path: string;
  /** What is timed, in words for the report. */
  readonly what: string;
  readonly ratePerSecond: number;
  /** The figure it will be judged by: a driver whose lag comes near it makes the run void. */
  readonly thresholdMs: number;
}

const durationMsByProfile = { quick: 4_000, full: 20_000, nightly: 60_000 } as const;
const requestTimeoutMs = 5_000;
/** As many as can be under way before the first of them times out, and some: a target that stands still for a while is slow, and not the driver's fault. */
const spareConnections = 1.2;

/** The longest that {@link measureLatency} takes, ms: for a check's timeout. */
export const latencyTimeoutMs = 90_000;

/**
 * Loads the fixture at its first PoP and records the latencies.
 * @throws AssertionError when a request was not answered with success, Inconclusive when the driver could not send them all
 */
export async function measureLatency(context: CheckContext, wanted: LatencyMeasurement): Promise<void> {
  const result = await loadFixture(context, wanted);
  record(context, wanted, result);
  assertAnswered(result);
}

export interface AddedMeasurement {
  /** Id of the second measurement: what is added, at the median. */
  readonly id: string;
  /** The same request without what is measured; begins with "/". */
  readonly path: string;
  readonly what: string;
}

/**
 * Loads the fixture with requests and, at the same time, with the same requests without what is measured, so that the machine's
 * slowness is in both; records the latencies of the first, and what they take longer.
 * @throws as {@link measureLatency}
 */
export async function measureAddedLatency(context: CheckContext, wanted: LatencyMeasurement, added: AddedMeasurement): Promise<void> {
  // Random arrivals of another seed: those of the same would meet each other every time.
  const [result, without] = await Promise.all([loadFixture(context, wanted), loadFixture(context, { ...wanted, path: added.path }, 1)]);
  record(context, wanted, result);
  context.measure(addedBy(wanted, added, { result, without }));
  for (const one of [result, without]) assertAnswered(one);
}

/**
 * @returns what the median of the one run is above that of the other; void when one of them is. A driver that was late with a few
 *   has not moved the medians, and what else went on met both at the same time: a limit that is kept is kept. What made the driver
 *   late may have made the part itself slow, so one that is broken shows nothing.
 */
export function addedBy({ ratePerSecond }: Pick<LatencyMeasurement, "ratePerSecond">, { id, what }: Pick<AddedMeasurement, "id" | "what">, { result, without }: { readonly result: OpenLoopResult; readonly without: OpenLoopResult }): Measurement {
  const [p50Ms, withoutP50Ms] = [result.latency.percentileMs(50), without.latency.percentileMs(50)];
  const areMediansSound = [result, without].every((run) => soundPercentileMs(run, 50) !== undefined);
  const lostMedian = areMediansSound ? undefined : "an answer is missing, or the driver lagged at the median";
  const voidBecause = result.void ?? without.void ?? lostMedian;
  return {
    id,
    value: p50Ms - withoutP50Ms,
    unit: "ms",
    n: Math.min(result.latency.n, without.latency.n),
    conditions: { mode: "open loop, Poisson arrivals, keep-alive, both at the same time", ratePerSecond, what, p50Ms, withoutP50Ms },
    ...(voidBecause === undefined ? {} : { voidBecause, ...(areMediansSound ? { isUpperBound: true } : {}) }),
  };
}

function loadFixture(context: CheckContext, { path, ratePerSecond, thresholdMs }: LatencyMeasurement, seedOffset = 0): Promise<OpenLoopResult> {
  const { url, host } = context.fixture.endpoint();
  return runOpenLoop({
    url,
    host,
    path,
    ratePerSecond,
    arrivals: "poisson",
    durationMs: durationMsByProfile[context.profile],
    seed: context.seed + seedOffset,
    timeoutMs: requestTimeoutMs,
    connections: { max: Math.ceil((spareConnections * ratePerSecond * requestTimeoutMs) / 1_000) },
    thresholdMs,
    signal: context.signal,
  });
}

function record(context: CheckContext, { id, what, ratePerSecond }: LatencyMeasurement, result: OpenLoopResult): void {
  const [p50, p90, p99, p999, max] = [50, 90, 99, 99.9, 100].map((percentile) => result.latency.percentileMs(percentile)) as [number, number, number, number, number];
  context.measure({
    id,
    value: p50,
    unit: "ms",
    n: result.latency.n,
    conditions: { mode: "open loop, Poisson arrivals, keep-alive, from the intended send time", ratePerSecond, what },
    percentiles: { p50, p90, p99, "p99.9": p999, max },
    samples: result.latency.samplesMs(256),
    ...voidMarksOf(result),
  });
}

/** @throws AssertionError when a request was not answered with success, Inconclusive when the driver could not send them all */
export function assertAnswered({ counts, void: why }: OpenLoopResult): void {
  if (counts.saturated > 0 || counts.aborted > 0) throw new Inconclusive(why ?? "the driver lagged");
  const failed = Object.entries(counts).filter(([outcome, count]) => outcome !== "ok" && count > 0);
  assert.deepEqual(failed, [], "every request is answered with success");
}

// The open-loop driver as one that is calibrated.
import { runOpenLoop } from "../open-loop/open-loop.js";
import type { OpenLoopResult } from "../open-loop/result.js";
import { percentileOf, type CalibratedDriver, type Reading } from "./reading.js";

/** @param threads of the driver */
export function ourDriver(threads = 1): CalibratedDriver {
  return {
    name: threads === 1 ? "open loop" : `open loop, ${threads} threads`,
    isOurs: true,
    async read({ url, wanted, ...load }) {
      let before = process.cpuUsage();
      const onBegin = (): void => void (before = process.cpuUsage());
      const result = await runOpenLoop({ ...load, url, host: "calibration", path: "/", connections: { max: 2_000 }, threads, onBegin });
      const { user, system } = process.cpuUsage(before);
      return readingOf(result, wanted, (user + system) / Math.max(1, result.log.length));
    },
  };
}

/** The reading of a run, with nothing but what is wanted. */
export function readingOf(result: OpenLoopResult, wanted: readonly string[], cpuUsPerRequest?: number): Reading {
  const values = Object.fromEntries(wanted.map((name) => [name, valueOf(result, name)]));
  return {
    driver: "open loop",
    n: result.latency.n,
    values,
    ...(result.void === undefined ? {} : { void: result.void }),
    ...(cpuUsPerRequest === undefined ? {} : { cpuUsPerRequest }),
  };
}

function valueOf(result: OpenLoopResult, name: string): number {
  const percentile = percentileOf(name);
  if (percentile !== undefined) return result.latency.percentileMs(percentile);
  if (name === "mean") return result.latency.percentiles().meanMs;
  if (name === "timeouts") return result.counts.timeout / result.intended;
  return rateOf(result);
}

/** Requests per second as they were really sent: the gaps between the first and the last. */
function rateOf({ log }: OpenLoopResult): number {
  let [firstMs, lastMs, sent] = [Infinity, -Infinity, 0];
  for (const { intendedMs, lagMs, outcome } of log) {
    if (outcome === "saturated") continue;
    sent++;
    firstMs = Math.min(firstMs, intendedMs + lagMs);
    lastMs = Math.max(lastMs, intendedMs + lagMs);
  }
  return sent < 2 ? 0 : ((sent - 1) * 1_000) / (lastMs - firstMs);
}

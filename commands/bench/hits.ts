// How long a KV hit takes at a rate that leaves the machine idle most of the time, and beside it what the machine and the
// driver take alone: a server that answers at once. On a small virtual machine, waking up is most of either figure.
import type { Address } from "./rates.js";
import type { Figure } from "./figure.js";
import { startCalibrationServer } from "../../load/calibration/processes.js";
import { runOpenLoop } from "../../load/open-loop/open-loop.js";
import type { OpenLoopResult } from "../../load/open-loop/result.js";

const ratePerSecond = 100;
const durationMs = 10_000;

/**
 * Loads the floor and then the key.
 * @param address a worker that answers with a KV value that its PoP holds
 * @returns p50 and p99 from the intended send time, ms; not held when the driver lagged
 */
export async function hitFigures(address: Address): Promise<readonly Figure[]> {
  const server = await startCalibrationServer({ kind: "constant", latencyMs: 0 });
  const floor = await load({ url: server.url, host: "floor", path: "/" }).finally(() => server.stop());
  const hits = await load(address);
  const figure = (id: string, percentile: number, most: number): Figure => {
    const value = hits.latency.percentileMs(percentile);
    return {
      id,
      value,
      unit: "ms",
      n: hits.latency.n,
      goal: `under ${most} ms at ${ratePerSecond} requests/s, open loop`,
      held: hits.void === undefined && value < most,
      detail: `${hits.void ?? `service ${ms(hits.service.percentileMs(percentile))}, schedule lag ${ms(hits.lag.percentileMs(percentile))}`}; a server that answers at once: ${ms(floor.latency.percentileMs(percentile))}`,
    };
  };
  return [figure("bench.kv.hit.p50", 50, 1), figure("bench.kv.hit.p99", 99, 5)];
}

function load(address: Address): Promise<OpenLoopResult> {
  return runOpenLoop({ ...address, ratePerSecond, arrivals: "poisson", durationMs, seed: 1, timeoutMs: 5000, connections: { max: 64 }, thresholdMs: 5 });
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

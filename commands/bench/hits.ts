// How long a KV hit takes at a rate that leaves the machine idle most of the time, and beside it what cannot be less: a
// server that answers at once is the machine and the driver alone, stock workerd's hello-world is the engine without an edge.
// What the host gave to others meanwhile is told too: on a virtual machine, that alone can be most of a p99.
import { readFile } from "node:fs/promises";
import { startBareEngine } from "./bare-engine.js";
import type { Address } from "./rates.js";
import type { Figure } from "./figure.js";
import { median } from "../../contract/median.js";
import { startCalibrationServer } from "../../load/calibration/processes.js";
import { machineTime, stolenRatio } from "../../load/machine/stolen.js";
import { soundPercentileMs } from "../../load/open-loop/driver-health.js";
import { runOpenLoop } from "../../load/open-loop/open-loop.js";
import type { OpenLoopResult } from "../../load/open-loop/result.js";
import { helloFixture } from "../../suites/workers/fixtures.js";

const ratePerSecond = 100;
const durationMs = 10_000;
/** Hits and the bare engine in turn, so that both meet the machine's moods. */
const pairs = 7;
const pairMs = 2_000;
const fewestPairs = 4;
/** 1 ms is wanted where the bare engine takes 0.4 ms. */
const mostOfBare = 2.5;

/**
 * Loads the floors and then the key.
 * @param address a worker that answers with a KV value that its PoP holds, and reads none at "/"
 * @returns p50 and p99 from the intended send time, and the read's own part of p50, ms; not held when the driver lagged
 */
export async function hitFigures(address: Address): Promise<readonly Figure[]> {
  const server = await startCalibrationServer({ kind: "constant", latencyMs: 0 });
  const floor = await load({ url: server.url, host: "floor", path: "/" }).finally(() => server.stop());
  const engine = await startBareEngine(await readFile(helloFixture.program, "utf8"));
  const bareAddress = { url: engine.url, host: "bare", path: "/" };
  let bare: OpenLoopResult;
  let againstBare: Figure;
  try {
    bare = await load(bareAddress);
    againstBare = await ratioToBare(address, bareAddress);
  } finally {
    await engine.stop();
  }
  const without = await load({ ...address, path: "/" });
  const before = machineTime();
  const hits = await load(address);
  const stolen = stolenRatio(before, machineTime());
  const figure = (id: string, percentile: number, most: number): Figure => {
    const value = hits.latency.percentileMs(percentile);
    const at = (run: OpenLoopResult): string => ms(run.latency.percentileMs(percentile));
    return {
      id,
      value,
      unit: "ms",
      n: hits.latency.n,
      goal: `under ${most} ms at ${ratePerSecond} requests/s, open loop`,
      held: hits.void === undefined && value < most,
      detail: [
        hits.void ?? `service ${ms(hits.service.percentileMs(percentile))}, schedule lag ${ms(hits.lag.percentileMs(percentile))}`,
        `a server that answers at once: ${at(floor)}; stock workerd's hello-world: ${at(bare)}`,
        ...(stolen === undefined ? [] : [`the host gave ${(stolen * 100).toFixed(1)} % of the machine to others`]),
      ].join("; "),
    };
  };
  const [readMs, withoutMs] = [hits.latency.percentileMs(50), without.latency.percentileMs(50)];
  const added: Figure = {
    id: "bench.kv.hit.added",
    value: readMs - withoutMs,
    unit: "ms",
    n: hits.latency.n,
    goal: "the read itself under 1 ms at p50: what the same Worker takes longer than without it",
    // A driver that was late with a few requests has not moved the medians.
    held: [hits, without].every((run) => soundPercentileMs(run, 50) !== undefined) && readMs - withoutMs < 1,
    detail: `${ms(readMs)} with the read, ${ms(withoutMs)} without`,
  };
  return [figure("bench.kv.hit.p50", 50, 1), figure("bench.kv.hit.p99", 99, 5), againstBare, added];
}

/** The hit's median as a multiple of that of stock workerd's hello-world: a figure of this project on any machine. */
async function ratioToBare(address: Address, bare: Address): Promise<Figure> {
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [hit, hello] = [await load(address, { durationMs: pairMs, seed: pair }), await load(bare, { durationMs: pairMs, seed: pair })].map((run) => soundPercentileMs(run, 50));
    if (hit !== undefined && hello !== undefined) ratios.push(hit / hello);
  }
  const value = median(ratios);
  return {
    id: "bench.kv.hit.bare",
    value,
    unit: "ratio",
    n: ratios.length,
    goal: `p50 at most ${mostOfBare} times that of stock workerd's hello-world, which has no edge in front of it and reads nothing`,
    held: ratios.length >= fewestPairs && value <= mostOfBare,
    detail: `${pairs} pairs of ${pairMs} ms in turn${ratios.length < pairs ? `, ${pairs - ratios.length} lost to the driver's lag` : ""}: ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}`,
  };
}

function load(address: Address, { durationMs: forMs, seed } = { durationMs, seed: 1 }): Promise<OpenLoopResult> {
  return runOpenLoop({ ...address, ratePerSecond, arrivals: "poisson", durationMs: forMs, seed, timeoutMs: 5000, connections: { max: 64 }, thresholdMs: 5 });
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

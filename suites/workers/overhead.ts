// What an edge puts around a Worker: the same request to the smallest Worker and to a server of one file, in turn, so that the
// machine's own slowness is in both and the difference is the edge's.
import { median } from "../../contract/median.js";
import { startStaticServer } from "../../load/machine/static-server.js";
import { runOpenLoop } from "../../load/open-loop/open-loop.js";
import type { OpenLoopResult } from "../../load/open-loop/result.js";
import type { Check, CheckContext } from "../check.js";
import { assertAnswered } from "../latency.js";
import { helloFixture } from "./fixtures.js";

/** Odd, so that a median is one of them. */
const rounds = 5;
/** Rounds in which the driver lagged are left out, as long as so many are left. */
const fewestRounds = 3;
const roundMs = { quick: 1_000, full: 4_000, nightly: 10_000 } as const;
const ratePerSecond = 100;
const requestTimeoutMs = 5_000;

export const overheadCheck: Check = {
  id: "workers.request.overhead",
  promise: "small requests are answered in turn with those to a server of one file; what the Worker takes longer is measured",
  level: "isolate",
  needs: ["workers"],
  claims: ["SEED-18"],
  profiles: ["full", "nightly"],
  fixture: helloFixture,
  timeoutMs: 180_000,
  run: measureOverhead,
};

async function measureOverhead(context: CheckContext): Promise<void> {
  const { url, host } = context.fixture.endpoint();
  const server = await startStaticServer("hello\n");
  try {
    const pairs: (readonly [worker: OpenLoopResult, file: OpenLoopResult])[] = [];
    for (let round = 0; round < rounds; round++) {
      const ask = (to: { readonly url: string; readonly host: string }): Promise<OpenLoopResult> =>
        runOpenLoop({ ...to, path: "/", ratePerSecond, arrivals: "poisson", durationMs: roundMs[context.profile], seed: context.seed + round, timeoutMs: requestTimeoutMs, connections: { max: 600 }, thresholdMs: context.threshold("SEED-18"), signal: context.signal });
      const first = await ask({ url, host });
      pairs.push([first, await ask({ url: server.url, host: "file" })]);
    }
    const sound = pairs.filter((pair) => pair.every((one) => one.void === undefined));
    const judged = sound.length >= fewestRounds ? sound : pairs;
    const addedMs = judged.map(([worker, file]) => worker.latency.percentileMs(50) - file.latency.percentileMs(50)).sort((a, b) => a - b);
    const voidBecause = judged.flat().find((one) => one.void !== undefined)?.void;
    const of = (which: 0 | 1, percentile: number): number => median(judged.map((pair) => pair[which].latency.percentileMs(percentile)));
    context.measure({
      id: "workers.overhead",
      value: median(addedMs),
      unit: "ms",
      n: judged.reduce((sum, [worker]) => sum + worker.latency.n, 0),
      conditions: { what: "median latency of a hello-world Worker, less that of a server of one file, in turn; the median of the rounds", mode: "open loop, Poisson arrivals, keep-alive", ratePerSecond, rounds: judged.length, voidRounds: pairs.length - sound.length, workerP50Ms: of(0, 50), workerP99Ms: of(0, 99), fileP50Ms: of(1, 50), fileP99Ms: of(1, 99) },
      samples: addedMs,
      ...(voidBecause === undefined ? {} : { voidBecause }),
    });
    for (const [worker] of pairs) assertAnswered(worker);
  } finally {
    await server.stop();
  }
}

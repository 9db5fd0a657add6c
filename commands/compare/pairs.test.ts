// Pairs of slices on servers that are made up: the order is drawn, what is lost is counted, and over 200 comparisons of equals
// and 100 with a slower one the verdicts are right as often as the README says.
import assert from "node:assert/strict";
import type { ComparedMetric } from "../../reports/comparison/types.js";
import { figuresOf } from "../bench/compare.js";
import { seededRandom } from "../../contract/random.js";
import { RequestLog } from "../../load/open-loop/request-log.js";
import { summarize } from "../../load/open-loop/result.js";
import { measurePairs, numbersOf, type SliceNumbers, type Workload } from "./pairs.js";

const address = (url: string): Workload["a"] => ({ url, host: "made-up", path: "/" });
const workload: Workload = { id: "hello", a: address("a"), b: address("b") };

/** A machine: noise of each slice, a drift that both sides meet, and a burst now and then; `slower` is what b takes. */
function machine(seed: number, slower: number): (of: Workload["a"]) => Promise<SliceNumbers> {
  const random = seededRandom(seed);
  let drift = 1;
  return async ({ url }) => {
    drift *= 1 + 0.02 * (random() - 0.5);
    const slice = drift * (1 + 0.1 * random()) * (random() < 0.05 ? 1 + random() : 1) * (url === "b" ? slower : 1);
    return random() < 0.02 ? [undefined, undefined] : [5 * slice, 9 * slice * (1 + 0.5 * random())];
  };
}

async function compared(seed: number, slower: number): Promise<readonly ComparedMetric[]> {
  return (await measurePairs([workload], { pairs: 20, minEffect: 0.05, random: seededRandom(seed), measure: machine(seed + 1_000_000, slower) })).metrics;
}

describe("pairs of slices", () => {
  it("alarm falsely in at most 5 % of 200 comparisons of equals, find +20 % in at least 90 of 100, and never say faster", async () => {
    const all = async (count: number, slower: number): Promise<(readonly ComparedMetric[])[]> => Promise.all(Array.from({ length: count }, (_, seed) => compared(seed + 1, slower)));
    const figures = figuresOf(await all(200, 1), await all(100, 1.2), { pairs: 20, sliceMs: 200 });
    assert.deepEqual(figures.map(({ id, held, n }) => [id, held, n]), [["bench.compare.alarms", true, 200], ["bench.compare.found", true, 100], ["bench.compare.wrong", true, 100]], JSON.stringify(figures));
  });

  it("are asked in an order that is drawn, after a slice of each that does not count", async () => {
    const asked: string[] = [];
    const measure = async ({ url }: Workload["a"]): Promise<SliceNumbers> => {
      asked.push(url);
      return [1, 2];
    };
    await measurePairs([workload], { pairs: 40, minEffect: 0.05, random: seededRandom(3), measure });
    assert.deepEqual(asked.slice(0, 2), ["a", "b"]);
    const firsts = asked.slice(2).filter((_, index) => index % 2 === 0);
    assert.ok(firsts.filter((url) => url === "a").length > 10 && firsts.filter((url) => url === "b").length > 10);
  });

  it("are lost as a pair when the driver lagged in one, and end when they are interrupted", async () => {
    const interruption = new AbortController();
    const { metrics, raw } = await measurePairs([workload], {
      pairs: 40,
      minEffect: 0.05,
      random: seededRandom(3),
      signal: interruption.signal,
      measure: async ({ url }, seed) => (url === "b" && seed % 4 === 0 ? [undefined, undefined] : [1, 2]),
      onPair: (done) => {
        if (done === 20) interruption.abort();
      },
    });
    const [p50] = metrics;
    assert.equal((p50?.pairs ?? 0) + (p50?.lostPairs ?? 0), 20);
    assert.ok((p50?.lostPairs ?? 0) > 0);
    assert.ok(raw["hello p50"]?.some(([a, b]) => a === 1 && b === null));
  });

  it("lose the p99 alone when one request in twenty went out late, both when half did, and both when an answer is missing", () => {
    const slice = (lateEvery: number, missing = 0): SliceNumbers => {
      const log = new RequestLog(100);
      for (let index = 0; index < 100; index++) {
        const lagMs = index % lateEvery === 0 ? 4 : 0.1;
        log.end(log.begin(index, index + lagMs), index + lagMs + 5, index < missing ? "reset" : "ok");
      }
      return numbersOf(summarize({ log, intended: 100, startedAtMs: 0, connectionsOpened: 1 }));
    };
    const found = (numbers: SliceNumbers): readonly boolean[] => numbers.map((one) => one !== undefined);
    assert.deepEqual([slice(1_000), slice(20), slice(1), slice(1_000, 1)].map(found), [[true, true], [true, false], [false, false], [false, false]]);
  });

  it("say that a figure without comparisons does not hold", () => {
    assert.deepEqual(figuresOf([], [], { pairs: 1, sliceMs: 1 }).map(({ held }) => held), [false, false, false]);
  });
});

// Comparisons of runs: what is found, what is not known, and what must never be believed.
import assert from "node:assert/strict";
import type { Measurement, ResultDocument } from "../../contract/result/document.js";
import { check, run } from "../testdata/samples.js";
import { seededRandom } from "../../contract/random.js";
import { compareRuns } from "./compare.js";
import { comparePairs, confidenceFor } from "./paired.js";

const dayMs = 86_400_000;

function latency(value: number, changes: Partial<Measurement> = {}): Measurement {
  return { id: "kv.read.latency", value, unit: "ms", n: 1_000, conditions: {}, percentiles: { p50: value, p99: value * 4 }, ...changes };
}

/** Runs in turns: a side's k-th run is on day k, the second side's an hour later. */
function side(name: string, values: readonly number[], changes: (document: ResultDocument) => ResultDocument = (document) => document) {
  const base = run({});
  const hour = name === "b" ? 1 : 0;
  return {
    name,
    documents: values.map((value, day) =>
      changes({ ...base, run: { ...base.run, startedAtMs: day * dayMs + (hour * dayMs) / 24 }, checks: [check("kv.value.text", "a text comes back")], measurements: { "kv.read.latency": latency(value), "chaos.operations": { ...latency(7), id: "chaos.operations", unit: "count" } } }),
    ),
  };
}

const random = seededRandom(1);
const noisy = (by: number): number[] => Array.from({ length: 16 }, () => by * (1 + 0.05 * random()));
const options = { minEffect: 0.05 };

describe("comparing runs", () => {
  it("finds what is slower, what is faster and what is the same, with size and interval", () => {
    for (const [factor, expected] of [[1.2, "worse"], [0.8, "better"], [1.001, "same"]] as const) {
      const { verdict, metrics, confidence } = compareRuns(side("a", noisy(2)), side("b", noisy(2 * factor)), options);
      assert.equal(verdict, expected);
      assert.deepEqual(metrics.map(({ id, pairs }) => [id, pairs]), [["kv.read.latency", 16], ["kv.read.latency p99", 16]]);
      assert.equal(confidence, 0.975);
      for (const { ratio } of metrics) assert.ok(ratio?.low !== undefined && ratio.high !== undefined && ratio.low < factor && factor < ratio.high && ratio.high / ratio.low < 1.1);
    }
  });

  it("knows that a rate gets better upwards", () => {
    const rates = (document: ResultDocument): ResultDocument => ({ ...document, measurements: { r: { ...latency(1e3 * (document.measurements["kv.read.latency"]?.value ?? 0)), id: "r", unit: "requests/s", percentiles: {} } } });
    assert.equal(compareRuns(side("a", noisy(2), rates), side("b", noisy(2.4), rates), options).verdict, "better");
  });

  it("cannot tell from one run of each, however far apart they are", () => {
    const { verdict, metrics } = compareRuns(side("a", [1]), side("b", [100]), options);
    assert.equal(verdict, "cannot tell");
    assert.match(metrics[0]?.reason ?? "", /^7 pairs are needed to say anything, and there are 1$/);
  });

  it("judges no number across machines, profiles or time scales, and says what differs", () => {
    const changes: readonly [RegExp, (document: ResultDocument) => ResultDocument][] = [
      [/processor: AMD EPYC 7B13 and Z80/, (document) => ({ ...document, environment: { ...document.environment, cpu: "Z80" } })],
      [/time scale: 60 and 1/, (document) => ({ ...document, target: { ...document.target, timeScale: 1 } })],
      [/profile: quick and full/, (document) => ({ ...document, run: { ...document.run, profile: "full" } })],
    ];
    for (const [words, change] of changes) {
      const found = compareRuns(side("a", noisy(2)), side("b", noisy(2), change), options);
      assert.equal(found.verdict, "cannot tell");
      assert.match(found.reason, words);
      assert.ok(found.metrics.every(({ verdict }) => verdict === "cannot tell"));
    }
  });

  it("believes no numbers of runs that were not made in turns", () => {
    const later = (document: ResultDocument): ResultDocument => ({ ...document, run: { ...document.run, startedAtMs: document.run.startedAtMs + 1_000 * dayMs } });
    const { verdict, metrics } = compareRuns(side("a", noisy(2)), side("b", noisy(3), later), options);
    assert.equal(verdict, "cannot tell");
    assert.match(metrics[0]?.reason ?? "", /not made in turns.*otherwise worse/);
  });

  it("takes a number that is missing or void for no number, never for the same", () => {
    const without = (document: ResultDocument): ResultDocument => ({ ...document, measurements: {} });
    const gone = compareRuns(side("a", noisy(2)), side("b", noisy(2), without), options);
    assert.deepEqual([gone.verdict, gone.metrics[0]?.pairs, gone.metrics[0]?.lostPairs], ["cannot tell", 0, 16]);
    const lagged = (document: ResultDocument): ResultDocument => ({ ...document, measurements: { "kv.read.latency": latency(2, { voidBecause: "driver lagged" }) } });
    assert.equal(compareRuns(side("a", noisy(2)), side("b", noisy(2), lagged), options).verdict, "cannot tell");
    assert.equal(compareRuns(side("a", noisy(2)), { name: "b", documents: [] }, options).verdict, "cannot tell");
    assert.equal(compareRuns(side("a", noisy(2)), { ...side("b", noisy(2)), leftOut: [{ file: "x.json", reason: "cut short" }] }, options).verdict, "cannot tell");
  });

  it("says which checks fail now, pass now, or can no longer be told", () => {
    const verdicts = (verdict: "pass" | "fail" | "inconclusive") => (document: ResultDocument): ResultDocument => ({ ...document, measurements: {}, checks: [check("kv.value.text", "a text comes back", { verdict, ...(verdict === "pass" ? {} : { reason: "no answer" }) })] });
    const none = (document: ResultDocument): ResultDocument => ({ ...document, measurements: {}, checks: [] });
    const compared = (a: (document: ResultDocument) => ResultDocument, b: (document: ResultDocument) => ResultDocument) => compareRuns(side("a", [1], a), side("b", [1], b), options);
    assert.equal(compared(verdicts("pass"), verdicts("pass")).verdict, "same");
    assert.deepEqual(compared(verdicts("pass"), verdicts("fail")).checks.map(({ verdict, reason }) => [verdict, reason]), [["worse", "it passed, and fails: no answer"]]);
    assert.equal(compared(verdicts("fail"), verdicts("pass")).verdict, "better");
    for (const b of [verdicts("inconclusive"), none]) assert.equal(compared(verdicts("pass"), b).verdict, "cannot tell");
    assert.equal(compared(none, none).verdict, "cannot tell");
  });
});

describe("judging pairs", () => {
  const judge = { direction: "lower", confidence: confidenceFor(4), minEffect: 0.05 } as const;

  it("says what a value of 0 and equal values mean", () => {
    assert.match(comparePairs(new Array<readonly [number, number]>(20).fill([0, 1]), judge).reason, /a ratio to 0/);
    assert.equal(comparePairs(new Array<readonly [number, number]>(20).fill([0, 0]), judge).verdict, "same");
    assert.equal(comparePairs(new Array<readonly [number, number]>(3).fill([2, 2]), judge).verdict, "cannot tell");
  });

  it("cannot tell when more pairs are lost than count", () => {
    const pairs = noisy(2).map((a, index) => [a, 1.5 * a + index / 1e3] as const);
    assert.equal(comparePairs(pairs, { ...judge, lostPairs: 16 }).verdict, "worse");
    assert.equal(comparePairs(pairs, { ...judge, lostPairs: 17 }).verdict, "cannot tell");
  });

  it("alarms falsely in at most 5 % of 400 comparisons of four metrics, and finds +20 % in at least 90 %, never the other way round", () => {
    const draw = seededRandom(42);
    // A slice: noise of 7 %, drift that both sides of a pair meet, and a neighbour's burst in one of ten.
    const slice = (): number => Math.exp(0.14 * (draw() + draw() + draw() - 1.5)) * (draw() < 0.1 ? 1 + 2 * draw() : 1);
    const verdicts = (factor: number): string[] => {
      const pairs = Array.from({ length: 40 }, (_, index) => [slice() * (1 + index / 40), factor * slice() * (1 + index / 40)] as const);
      return [comparePairs(pairs, judge).verdict];
    };
    const count = (factor: number, wanted: string): number => Array.from({ length: 100 }, () => Array.from({ length: 4 }, () => verdicts(factor)).flat()).filter((all) => all.includes(wanted)).length;
    const alarms = count(1, "worse") + count(1, "better");
    assert.ok(alarms <= 10, `${alarms} of 2 x 100 comparisons of four metrics`);
    const found = Array.from({ length: 200 }, () => verdicts(1.2)[0]);
    assert.ok(found.filter((verdict) => verdict === "worse").length >= 180, `${found.filter((verdict) => verdict === "worse").length} of 200`);
    assert.ok(!found.includes("better"));
  });
});

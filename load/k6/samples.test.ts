// k6's samples: read, merged and judged. Two halves of a run must give what the whole gives, to the last digit.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../contract/random.js";
import { findingsOf, voidOf } from "./judge.js";
import { k6Scenarios, planOf } from "./plan.js";
import { countOf, parsePoint, percentileOf, readSamples, sortedOf, sumOf, type K6Samples } from "./samples.js";

const line = (metric: string, value: number, tags: Record<string, string> = {}): string => JSON.stringify({ metric, type: "Point", data: { time: "2026-11-21T10:00:00Z", value, tags } });

async function written<T>(files: readonly (readonly string[])[], read: (paths: readonly string[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "edgemark-k6-test-"));
  try {
    const paths = files.map((_, index) => join(folder, `${index}.json`));
    await Promise.all(files.map((lines, index) => writeFile(paths[index] ?? "", `${lines.join("\n")}\n`)));
    return await read(paths);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const claim = { id: "SEED-05", product: "workers", level: "distributed", kind: "number", statement: "x", figure: "100 ms", unit: "ms", holds: { atMost: 100 } };
const mixed = k6Scenarios.filter(({ id }) => id === "mixed");
const plan = planOf({ scenarios: mixed, claims: [claim as never], timeScale: 1, ratePerSecond: 5, durationMs: 1_000, vus: 5 });

function samplesOf(values: Readonly<Record<string, readonly number[]>>): K6Samples {
  return new Map(Object.entries(values).map(([name, all]) => [name, { values: [...all] }]));
}
const healthy = { "iterations{scenario:mixed}": [1, 1], "checks{scenario:mixed}": [1, 1], http_req_duration: [5, 6], "http_req_duration{name:page}": [5], "http_req_duration{name:page-write}": [6] };

describe("k6 samples", () => {
  it("merge exactly: two halves have the percentiles of the whole, and no averages of them", async () => {
    const random = seededRandom(7);
    // One half is much slower: the mean of the halves' percentiles would be far off.
    const values = Array.from({ length: 999 }, (_, index) => (index % 3 === 0 ? 100 * random() : random()));
    const lines = values.map((value, index) => line("http_req_duration", value, { name: "page", pop: index % 2 === 0 ? "fra" : "iad" }));
    const [whole, merged] = await Promise.all([
      written([lines], readSamples),
      written([lines.filter((_, index) => index % 3 === 0), lines.filter((_, index) => index % 3 !== 0)], readSamples),
    ]);
    for (const name of ["http_req_duration", "http_req_duration{name:page}", "http_req_duration{pop:iad}"]) {
      assert.deepEqual(sortedOf(merged, name), sortedOf(whole, name), name);
      for (const percentile of [50, 90, 99, 99.9]) assert.equal(percentileOf(sortedOf(merged, name), percentile), percentileOf(sortedOf(whole, name), percentile));
    }
    assert.equal(countOf(merged, "http_req_duration"), 999);
  });

  it("are interpolated as k6 does", () => {
    const sorted = Float64Array.from([1, 2, 3, 4]);
    assert.deepEqual([0, 50, 90, 100].map((percentile) => Math.round(1_000 * (percentileOf(sorted, percentile) ?? NaN)) / 1_000), [1, 2.5, 3.7, 4]);
    assert.equal(percentileOf(Float64Array.from([]), 50), undefined);
  });

  it("are refused when a line is cut or none of k6's", () => {
    assert.throws(() => parsePoint('{"metric":"http_req'), /was k6 ended/);
    assert.throws(() => parsePoint('{"hello":1}'), /use k6 2/);
    assert.equal(parsePoint('{"type":"Metric","metric":"vus","data":{}}'), undefined);
  });

  it("are found between the other lines of a pod's log", async () => {
    const log = ["time=\"2026\" level=info", line("dropped_iterations", 3), "", line("dropped_iterations", 2)];
    assert.equal(sumOf(await written([log], (paths) => readSamples(paths, { hasOtherLines: true })), "dropped_iterations"), 5);
    await assert.rejects(written([log], readSamples), /a line of k6's/);
    const cut = [line("checks", 1).slice(9), line("checks", 1)];
    await assert.rejects(written([cut], (paths) => readSamples(paths, { hasOtherLines: true })), /a line of k6's/);
  });
});

describe("k6 judged", () => {
  const verdicts = (samples: K6Samples, waitedMsPerRequest?: number): string[] => findingsOf(plan, samples, voidOf(plan, samples, { waitedMsPerRequest })).map(({ verdict }) => verdict);

  it("passes what held", () => {
    assert.deepEqual(new Set(verdicts(samplesOf(healthy))), new Set(["pass"]));
  });

  it("fails a threshold that was crossed, and an expectation that did not hold", () => {
    assert.ok(verdicts(samplesOf({ ...healthy, "http_req_duration{name:page}": [500] })).includes("fail"));
    assert.ok(verdicts(samplesOf({ ...healthy, "checks{scenario:mixed}": [1, 0] })).includes("fail"));
  });

  it("never passes what has no samples, which k6's own thresholds do", () => {
    assert.ok(!verdicts(samplesOf({})).slice(1).includes("pass"));
    assert.ok(verdicts(samplesOf({ ...healthy, "checks{scenario:mixed}": [] })).includes("inconclusive"));
    assert.ok(verdicts(samplesOf({ ...healthy, "http_req_duration{name:page-write}": [] })).includes("inconclusive"));
  });

  it("is void when iterations were dropped, or k6 was held up", () => {
    assert.deepEqual(new Set(verdicts(samplesOf({ ...healthy, dropped_iterations: [4], "http_req_duration{name:page}": [500] }))), new Set(["inconclusive"]));
    assert.deepEqual(new Set(verdicts(samplesOf(healthy), 30)), new Set(["inconclusive"]));
  });
});

describe("k6 plan", () => {
  it("takes its thresholds from the claims, and always counts what was dropped", () => {
    assert.deepEqual(plan.options["thresholds"], { dropped_iterations: ["count==0"], checks: ["rate==1"], "http_req_duration{name:page}": ["p(99)<=100"], "http_req_duration{name:page-write}": ["p(99)<=100"] });
  });
});

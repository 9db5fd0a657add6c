// Exports, held against what their readers publish: the grammar of OpenMetrics, Bencher's JSON Schema, the fields that
// github-action-benchmark takes, the columns and the configuration that Otava reads.
import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parse } from "yaml";
import type { Measurement, ResultDocument } from "../../contract/result/document.js";
import { otavaConfiguration, otavaCsv } from "../nights/otava.js";
import { badRun, goodRun, hostileRun, interruptedRun, run } from "../testdata/samples.js";
import { actionBenchmark, bencherMetrics } from "./benchmarks.js";
import { openMetrics } from "./openmetrics.js";

function measurement(id: string, value: number, unit: Measurement["unit"], more: Partial<Measurement> = {}): Measurement {
  return { id, value, unit, n: 500, conditions: {}, ...more };
}

const document: ResultDocument = run({
  measurements: Object.fromEntries(
    [
      measurement("kv.read", 1.5, "ms", { percentiles: { p50: 1.5, p99: 6, "p99.low": 5.5, "p99.high": 7 } }),
      measurement("hello.rate", 12_000, "requests/s"),
      measurement("isolate.memory", 2.5, "MB"),
      measurement("operations", 17, "count"),
      measurement("void.one", 3, "ms", { voidBecause: "driver lagged" }),
    ].map((one) => [one.id, one]),
  ),
});

/** A strict reader of the OpenMetrics text format 1.0. @returns samples by name and labels */
function readOpenMetrics(text: string): ReadonlyMap<string, number> {
  assert.ok(text.endsWith("# EOF\n") && text.indexOf("# EOF") === text.length - 6, "ends with its only # EOF");
  const samples = new Map<string, number>();
  const closed = new Set<string>();
  let family = { name: "", type: "", unit: "" };
  for (const line of text.slice(0, -6).split("\n").slice(0, -1)) {
    const [, keyword, name = "", rest = ""] = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line) ?? [];
    if (keyword === "TYPE") {
      assert.ok(!closed.has(name), `${name} is one block`);
      assert.ok(["gauge", "info", "stateset"].includes(rest), rest);
      assert.doesNotMatch(name, /_(total|created|bucket|sum|count|info|gsum|gcount)$/);
      closed.add(family.name);
      family = { name, type: rest, unit: "" };
      continue;
    }
    if (keyword === "UNIT") {
      assert.ok(name === family.name && name.endsWith(`_${rest}`), line);
      assert.equal(family.type, "gauge");
      continue;
    }
    if (keyword === "HELP") {
      assert.equal(name, family.name);
      continue;
    }
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"(?:,(?=[a-zA-Z_])|(?=\})))*)\} (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?: (\d+(?:\.\d+)?))?$/.exec(line);
    assert.ok(match !== null, `a sample: ${line}`);
    const [, sample = "", labels = "", value = ""] = match;
    assert.equal(sample, family.type === "info" ? `${family.name}_info` : family.name);
    const names = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="/g)].map(([, label]) => label);
    assert.equal(new Set(names).size, names.length, "no label twice");
    if (family.type === "stateset") assert.ok(names.includes(family.name) && ["0", "1"].includes(value), line);
    if (family.type === "info") assert.equal(value, "1");
    const key = `${sample}{${labels}}`;
    assert.ok(!samples.has(key), `once: ${key}`);
    samples.set(key, Number(value));
  }
  return samples;
}

const valueOf = (samples: ReadonlyMap<string, number>, ...parts: readonly string[]): number | undefined => [...samples].find(([key]) => parts.every((part) => key.includes(part)))?.[1];

describe("OpenMetrics", () => {
  it("is an exposition, whatever the run", () => {
    for (const sample of [document, goodRun(), badRun(), interruptedRun(), hostileRun(), run({ measurements: {} })]) assert.ok(readOpenMetrics(openMetrics(sample)).size > 10);
  });

  it("has base units, every percentile, and no value of what is void", () => {
    const samples = readOpenMetrics(openMetrics(document));
    assert.equal(valueOf(samples, "edgemark_measurement_seconds{", '"kv.read"', '"value"'), 0.0015);
    assert.equal(valueOf(samples, "edgemark_measurement_seconds{", '"kv.read"', '"p99"'), 0.006);
    assert.equal(valueOf(samples, "edgemark_measurement_bytes{", '"isolate.memory"'), 2_500_000);
    assert.equal(valueOf(samples, "edgemark_measurement_requests_per_second{"), 12_000);
    assert.equal(valueOf(samples, "edgemark_measurement_seconds{", '"void.one"'), undefined);
    assert.equal(valueOf(samples, "edgemark_measurement_void{", '"void.one"'), 1);
    assert.equal(valueOf(samples, "edgemark_run_verdict{", 'edgemark_run_verdict="pass"'), 1);
  });

  it("is not taken for one when it is cut short or has a line twice", () => {
    const text = openMetrics(document);
    assert.throws(() => readOpenMetrics(text.slice(0, -7)));
    assert.throws(() => readOpenMetrics(text.replace(/(edgemark_run_interrupted\{.*\n)/, "$1$1")));
  });
});

describe("exports to tools that keep benchmarks", () => {
  it("are Bencher's JSON Schema, in the units of its measures", () => {
    // https://bencher.dev/bmf.json
    const metric = { type: "object", properties: { value: { type: "number" }, lower_value: { type: "number" }, upper_value: { type: "number" } }, required: ["value"] };
    const schema = { type: "object", patternProperties: { ".+": { type: "object", patternProperties: { ".+": metric } } } };
    const validate = new Ajv({ strict: false }).compile(schema);
    for (const sample of [document, goodRun(), badRun(), hostileRun(), run({ measurements: {} })]) assert.ok(validate(JSON.parse(bencherMetrics(sample))), JSON.stringify(validate.errors));
    assert.deepEqual(JSON.parse(bencherMetrics(document)), {
      "reference: kv.read": { latency: { value: 1_500_000 }, "latency-p99": { value: 6_000_000, lower_value: 5_500_000, upper_value: 7_000_000 } },
      "reference: hello.rate": { throughput: { value: 12_000 } },
      "reference: isolate.memory": { "size-bytes": { value: 2_500_000 } },
    });
  });

  it("are what github-action-benchmark takes, a file for each direction", () => {
    const entries = (text: string): readonly Record<string, unknown>[] => JSON.parse(text) as readonly Record<string, unknown>[];
    const smaller = entries(actionBenchmark(document, "lower"));
    assert.deepEqual(smaller.map(({ name, unit, value }) => [name, unit, value]), [["reference: kv.read", "ms", 1.5], ["reference: kv.read p99", "ms", 6], ["reference: isolate.memory", "MB", 2.5]]);
    assert.deepEqual(entries(actionBenchmark(document, "higher")).map(({ name }) => name), ["reference: hello.rate"]);
    for (const sample of [document, goodRun(), badRun(), hostileRun()]) {
      const all = [...entries(actionBenchmark(sample, "lower")), ...entries(actionBenchmark(sample, "higher"))];
      for (const one of all) assert.ok(typeof one["name"] === "string" && typeof one["unit"] === "string" && Number.isFinite(one["value"]) && typeof one["extra"] === "string");
      assert.equal(new Set(all.map(({ name }) => name)).size, all.length, "each name once: the tool tells them apart by it");
    }
  });
});

describe("exports to Otava", () => {
  const nights = [1, 2, 3].map((day) => ({
    file: `00000${day}.json`,
    document: { ...document, run: { ...document.run, id: `night-${day}`, startedAtMs: Date.UTC(2026, 10, day, 1) }, measurements: day === 2 ? Object.fromEntries(Object.entries(document.measurements).filter(([id]) => id !== "isolate.memory")) : document.measurements },
  }));

  it("are a table in which every cell of a number is one, and a configuration that names its columns", () => {
    const [heads = [], ...rows] = otavaCsv(nights).trimEnd().split("\n").map((line) => line.split(","));
    assert.deepEqual(heads, ["time", "commit", "run", "kv.read", "kv.read p99", "hello.rate"]);
    assert.equal(rows.length, 3);
    for (const row of rows) {
      assert.equal(row.length, heads.length);
      assert.match(row[0] ?? "", /^2026-11-0\d 01:00:00 \+0000$/);
      for (const number of row.slice(3)) assert.ok(number !== "" && Number.isFinite(Number(number)));
    }
    const text = otavaConfiguration(nights);
    assert.match(text, /# left out, because some night lacks it: "isolate.memory"/);
    const { tests } = parse(text) as { readonly tests: Readonly<Record<string, { readonly type: string; readonly file: string; readonly time_column: string; readonly attributes: readonly string[]; readonly metrics: Readonly<Record<string, { readonly column: string; readonly direction: number }>> }>> };
    const test = tests["edgemark.reference"];
    assert.deepEqual([test?.type, test?.file, test?.time_column, test?.attributes], ["csv", "nights.csv", "time", ["commit", "run"]]);
    assert.deepEqual(Object.values(test?.metrics ?? {}).map(({ column, direction }) => [column, direction]), [["kv.read", -1], ["kv.read p99", -1], ["hello.rate", 1]]);
  });
});

// A folder of nights: what is appended is there whole, what is damaged is named, and a change is found with night and size.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import type { Measurement, ResultDocument } from "../../contract/result/document.js";
import { check, run } from "../testdata/samples.js";
import { seededRandom } from "../../contract/random.js";
import { nightsInWords } from "../comparison/words.js";
import { judgeNights } from "./judge-nights.js";
import { appendNight, readNights, type Nights } from "./store.js";

const dayMs = 86_400_000;
const base = run({ checks: [check("kv.value.text", "a text comes back")] });

function night(day: number, values: Readonly<Record<string, number>>, changes: (document: ResultDocument) => ResultDocument = (document) => document): ResultDocument {
  const measurements = Object.fromEntries(Object.entries(values).map(([id, value]): [string, Measurement] => [id, { id, value, unit: id === "rate" ? "requests/s" : "ms", n: 50, conditions: {} }]));
  return changes({ ...base, run: { ...base.run, id: `night-${day}`, startedAtMs: day * dayMs }, measurements });
}

const nightsOf = (documents: readonly ResultDocument[], leftOut: Nights["leftOut"] = []): Nights => ({ nights: documents.map((document, index) => ({ file: `${String(index + 1).padStart(6, "0")}.json`, document })), leftOut });
const options = { minEffect: 0.05, recentNights: 7, seed: 1 };

/** Nights of a number that changes at one of them; noise of some per cent. */
function series(length: number, at: number, factor: number, seed = 1): ResultDocument[] {
  const random = seededRandom(seed);
  return Array.from({ length }, (_, day) => night(day, { latency: (1 + 0.08 * random()) * (day >= at ? factor : 1), rate: 1_000 * (1 + 0.08 * random()) }));
}

describe("a folder of nights", () => {
  let folder = "";
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "edgemark-nights-")), "history");
  });
  afterEach(async () => {
    await rm(join(folder, ".."), { recursive: true });
  });

  it("gives each document a number of its own, also to those that come at once", async () => {
    await Promise.all(Array.from({ length: 8 }, (_, day) => appendNight(folder, night(day, { latency: 1 }))));
    const { nights, leftOut } = await readNights(folder);
    assert.deepEqual([nights.length, leftOut], [8, []]);
    assert.deepEqual(nights.map(({ file }) => file.slice(0, 6)), Array.from({ length: 8 }, (_, index) => String(index + 1).padStart(6, "0")));
    assert.ok((await readdir(folder)).every((name) => !name.startsWith(".")));
  });

  it("names what is damaged, missing, unfinished, of another version or foreign, and reads the rest", async () => {
    for (let day = 0; day < 6; day++) await appendNight(folder, night(day, { latency: 1 }));
    const names = (await readdir(folder)).sort();
    const [first = "", second = "", third = ""] = names.map((name) => join(folder, name));
    await writeFile(first, (await readFile(first, "utf8")).slice(0, 500));
    await writeFile(second, JSON.stringify({ ...night(1, {}), schema: "edgemark.result/9" }));
    await rm(third);
    await writeFile(join(folder, ".unfinished-abc"), "{");
    await writeFile(join(folder, "notes.txt"), "hello");
    const { nights, leftOut } = await readNights(folder);
    assert.deepEqual(nights.map(({ document }) => document.run.id), ["night-3", "night-4", "night-5"]);
    assert.deepEqual(leftOut.map(({ file }) => file), [".unfinished-abc", names[0], names[1], "000003", "notes.txt"]);
    for (const words of [/not written to its end/, /ends in the middle/, /edgemark\.result\/9/, /missing/, /name/]) assert.ok(leftOut.some(({ reason }) => words.test(reason)), String(words));
  });

  it("refuses a folder that is none", async () => {
    await assert.rejects(readNights(join(folder, "no")), (error) => error instanceof EdgemarkError && error.code === "usage.input");
    await assert.rejects(appendNight("/proc/no/such", night(1, {})), (error) => error instanceof EdgemarkError && error.code === "usage.output");
  });
});

describe("judging nights", () => {
  it("names the night, the size and the interval of a change, and which way it goes", () => {
    for (const [factor, kind] of [[1.3, "worse"], [0.7, "better"]] as const) {
      const { verdict, metrics } = judgeNights(nightsOf(series(30, 24, factor)), options);
      assert.equal(verdict, kind);
      const [latency, rate] = metrics;
      const [change] = latency?.changes ?? [];
      assert.deepEqual([change?.night, change?.file, change?.kind, change?.nightsBefore, change?.nightsAfter], ["night-24", "000025.json", kind, 24, 6]);
      assert.ok(change !== undefined && (change.ratio.low ?? Infinity) < factor && factor < (change.ratio.high ?? 0) && change.p < 0.025);
      assert.deepEqual([rate?.verdict, rate?.changes.length], ["same", 0]);
    }
  });

  it("knows that a rate gets better upwards", () => {
    const faster = series(30, 40, 1).map((document, day) => night(day, { rate: (document.measurements["rate"]?.value ?? 0) * (day >= 25 ? 0.7 : 1) }));
    assert.equal(judgeNights(nightsOf(faster), options).verdict, "worse");
  });

  it("takes an old change for known, and a single bad night for none", () => {
    assert.equal(judgeNights(nightsOf(series(40, 20, 1.5)), options).verdict, "same");
    assert.equal(judgeNights(nightsOf(series(40, 20, 1.5)), options).metrics[0]?.changes.length, 1);
    const once = series(30, 40, 1);
    once[29] = night(29, { latency: 2, rate: 1_000 });
    assert.equal(judgeNights(nightsOf(once), options).verdict, "same");
  });

  it("ignores a change that is certain and too small to matter", () => {
    assert.deepEqual(judgeNights(nightsOf(series(40, 34, 1.3)), { ...options, minEffect: 0.5 }).metrics[0]?.changes, []);
  });

  it("cannot tell from few nights, without tonight's number, after an interruption, or with a recent document lost", () => {
    assert.equal(judgeNights(nightsOf([]), options).verdict, "cannot tell");
    assert.match(judgeNights(nightsOf(series(9, 40, 1)), options).metrics[0]?.reason ?? "", /9 nights have it, and 10 are needed/);
    assert.match(judgeNights(nightsOf(series(1, 40, 1)), options).metrics[0]?.reason ?? "", /^1 night has it/);
    // Told once for all numbers of which the same is known.
    assert.match(nightsInWords(judgeNights(nightsOf(series(9, 40, 1)), options)), /^\? cannot tell {2}latency, rate: 9 nights have it, and 10 are needed$/m);
    const nights = series(20, 40, 1);
    const gone = judgeNights(nightsOf([...nights, night(20, { rate: 1_000 })]), options);
    assert.deepEqual([gone.verdict, gone.metrics.find(({ id }) => id === "latency")?.reason], ["cannot tell", "the last night lacks it: it was not measured"]);
    const cut = judgeNights(nightsOf([...nights, night(20, { latency: 1, rate: 1_000 }, (document) => ({ ...document, run: { ...document.run, interrupted: "interrupted by SIGINT" } }))]), options);
    assert.deepEqual([cut.verdict, cut.nights, cut.apart.length], ["cannot tell", 20, 1]);
    assert.match(cut.reason, /the last night was interrupted/);
    const recent = judgeNights(nightsOf(nights, [{ file: "000018.json", reason: "cut short" }]), options);
    assert.deepEqual([recent.verdict, /000018.json is left out/.test(recent.reason)], ["cannot tell", true]);
    const old = judgeNights(nightsOf(nights, [{ file: "000002.json", reason: "cut short" }]), options);
    assert.deepEqual([old.verdict, /warning: 1 document is left out/.test(old.reason)], ["same", true]);
  });

  it("sets nights of another machine, target or profile apart, and says so", () => {
    const nights = series(20, 10, 3).map((document, day) => (day < 10 ? { ...document, environment: { ...document.environment, cpu: "Z80" } } : document));
    const { verdict, apart, metrics } = judgeNights(nightsOf(nights), options);
    assert.deepEqual([verdict, apart.length, metrics[0]?.changes.length], ["same", 10, 0]);
    assert.match(apart[0]?.reason ?? "", /processor: Z80/);
  });

  it("says which checks fail that passed the night before", () => {
    const nights = series(20, 40, 1);
    const broken = night(20, { latency: 1, rate: 1_000 }, (document) => ({ ...document, checks: [check("kv.value.text", "a text comes back", { verdict: "fail", reason: "no answer" })] }));
    const { verdict, checks } = judgeNights(nightsOf([...nights, broken]), options);
    assert.deepEqual([verdict, checks.map(({ id }) => id)], ["worse", ["kv.value.text"]]);
  });

  it("alarms falsely in few folders, and finds +20 % within six nights in nearly all", () => {
    const count = (at: number, factor: number): number => Array.from({ length: 30 }, (_, seed) => judgeNights(nightsOf(series(30, at, factor, seed + 1)), options).verdict).filter((verdict) => verdict === "worse").length;
    const [alarms, found] = [count(40, 1), count(24, 1.2)];
    assert.ok(alarms <= 1 && found >= 28, `${alarms} false alarms and ${found} finds of 30`);
  });
});

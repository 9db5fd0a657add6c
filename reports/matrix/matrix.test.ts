// The comparison of many runs: what divides targets, ratios with their penalties, trends with their changes.
import assert from "node:assert/strict";
import type { Measurement, ResultDocument } from "../../contract/result/document.js";
import { comparisonPage } from "../html/matrix/page.js";
import { badRun, bigRun, check, goodRun, hostileRun, interruptedRun, run } from "../testdata/samples.js";
import { seededRandom } from "../../contract/random.js";
import { matrixOf } from "./matrix.js";
import { ratiosOf } from "./ratios.js";
import { trendsOf } from "./trends.js";

const dayMs = 86_400_000;

function measured(id: string, value: number, changes: Partial<Measurement> = {}): Measurement {
  return { id, value, unit: "ms", n: 50, conditions: {}, ...changes };
}

function target(name: string, measurements: readonly Measurement[], changes: Partial<ResultDocument> = {}): ResultDocument {
  const base = run({ measurements: Object.fromEntries(measurements.map((one) => [one.id, one])), ...changes });
  return { ...base, target: { ...base.target, name } };
}

describe("a matrix of many runs", () => {
  it("has a column for each version of each target, the newest run of each", () => {
    const at = (document: ResultDocument, startedAtMs: number, version: string): ResultDocument => ({ ...document, run: { ...document.run, startedAtMs }, target: { ...document.target, version } });
    const [old, young] = [at(goodRun(), 1_000, "1"), at(badRun(), 2_000, "1")];
    const { columns } = matrixOf([young, old, at(goodRun(), 3_000, "2")]);
    assert.deepEqual(columns.map(({ version, runs }) => [version, runs]), [["1", 2], ["2", 1]]);
    assert.equal(columns[0]?.document, young);
  });

  it("finds what fails here and passes there, and what a run does not have", () => {
    const of = (...checks: readonly ReturnType<typeof check>[]) => checks;
    const { checks } = matrixOf([
      target("a", [], { checks: of(check("kv.get", "reads", { verdict: "pass" }), check("kv.list", "lists", { verdict: "fail" })) }),
      target("b", [], { checks: of(check("kv.get", "reads", { verdict: "fail" }), check("kv.list", "lists", { verdict: "fail" }), check("kv.bulk", "reads many", { verdict: "pass" })) }),
    ]);
    assert.deepEqual(checks.map(({ id, cells, isDivided }) => [id, ...cells, isDivided]), [["kv.get", "pass", "fail", true], ["kv.list", "fail", "fail", false], ["kv.bulk", "missing", "pass", false]]);
  });
});

describe("ratios to the best", () => {
  const columns = (...documents: readonly ResultDocument[]) => matrixOf(documents).columns;

  it("are 1 for the best, whichever way is better, with an offset for times", () => {
    const { rows } = ratiosOf(columns(target("a", [measured("x", 9), measured("rate", 100, { unit: "requests/s" })]), target("b", [measured("x", 19), measured("rate", 400, { unit: "requests/s" })])));
    assert.deepEqual(rows.map(({ id, cells }) => [id, ...cells.map(({ ratio }) => ratio)]), [["x", 1, 2], ["rate", 4, 1]]);
  });

  it("penalise what is missing or void, and show it", () => {
    const { rows, means } = ratiosOf(columns(target("a", [measured("x", 9)]), target("b", [measured("x", 19)]), target("c", []), target("d", [measured("x", 1, { voidBecause: "the driver lagged" })])));
    assert.deepEqual(rows[0]?.cells.map(({ ratio, missingBecause }) => [ratio, missingBecause]), [[1, undefined], [2, undefined], [4, "not measured"], [4, "the driver lagged"]]);
    assert.deepEqual(means?.map(({ mean, penalties }) => [Math.round(mean * 1e9) / 1e9, penalties]), [[1, 0], [2, 0], [4, 1], [4, 1]]);
  });

  it("never make a mean better by leaving a number out", () => {
    const both = [measured("x", 10), measured("y", 500)];
    const mean = (b: readonly Measurement[]) => ratiosOf(columns(target("a", [measured("x", 10), measured("y", 10)]), target("b", b), target("c", both))).means?.[1]?.mean ?? 0;
    assert.ok(mean([measured("x", 10)]) > mean(both));
  });

  it("leave out what only one target has, and what cannot be divided by", () => {
    assert.deepEqual(ratiosOf(columns(target("a", [measured("x", 9)]), target("b", [measured("y", 9)]))), { rows: [], means: undefined });
    assert.deepEqual(ratiosOf(columns(target("a", [measured("r", 0, { unit: "requests/s" })]), target("b", [measured("r", 5, { unit: "requests/s" })]))).rows, []);
  });
});

describe("trends", () => {
  const nights = (name: string, values: readonly number[]) => values.map((value, index) => {
    const document = target(name, [measured("kv.read", value)]);
    return { ...document, run: { ...document.run, startedAtMs: index * dayMs } };
  });
  const random = seededRandom(7);
  const around = (level: number, count: number) => Array.from({ length: count }, () => level * (0.97 + 0.06 * random()));

  it("are cut where the number changed, of each target alone, in the order of time", () => {
    const { shown } = trendsOf([...nights("a", [...around(10, 14), ...around(20, 14)]).reverse(), ...nights("b", around(500, 20))]);
    assert.deepEqual(shown.map((trend) => [trend.target, trend.changes.map(({ index, isWorse }) => [index, isWorse])]), [["a", [[14, true]]], ["b", []]]);
    const [change] = shown[0]?.changes ?? [];
    assert.ok(change !== undefined && Math.abs(change.before - 10) < 1 && Math.abs(change.after - 20) < 1 && change.p < 0.05);
  });

  it("need four runs that came to their end", () => {
    const [first, ...rest] = nights("a", around(10, 4));
    assert.equal(trendsOf([...(first === undefined ? [] : [first]), ...rest]).shown.length, 1);
    assert.equal(trendsOf(rest).shown.length, 0);
    assert.equal(trendsOf([...rest, ...rest.slice(0, 1).map((one) => ({ ...one, run: { ...one.run, interrupted: "SIGINT" } }))]).shown.length, 0);
  });
});

describe("the comparison page", () => {
  it("says the same of the same runs, and accepts one, none and odd ones", () => {
    for (const documents of [[], [goodRun()], [goodRun(), badRun()], [interruptedRun(), bigRun(), hostileRun()]]) {
      const page = comparisonPage(documents);
      assert.equal(page, comparisonPage(documents));
      assert.ok(!/NaN|Infinity|undefined/.test(page), /.{0,80}(NaN|Infinity|undefined).{0,80}/.exec(page)?.[0]);
    }
  });

  it("lets nothing of a hostile target through", () => {
    const page = comparisonPage([hostileRun(), goodRun()]);
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.doesNotMatch(page, /<img|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
    for (const [, address] of page.matchAll(/href="([^"]*)"/g)) assert.match(address ?? "", /^(#[\w.-]+|data:,)$/);
  });

  it("says when the machines differ, and has a line of penalties", () => {
    const other = target("other", [measured("x", 5)]);
    const page = comparisonPage([target("a", [measured("x", 9), measured("y", 1)]), { ...other, environment: { ...other.environment, cpu: "Another" } }, target("c", [measured("y", 1)])]);
    assert.match(page, /differ in their conditions/);
    assert.match(page, /class="penalty"/);
  });
});

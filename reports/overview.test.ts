// The headline: a target that only fails as it is known to is neither a failure nor a success to be shown in green.
import assert from "node:assert/strict";
import type { ResultDocument } from "../contract/result/document.js";
import { htmlReport } from "./html/page.js";
import { markdownSummary } from "./markdown.js";
import { headlineSign, overview } from "./overview.js";
import { terminalSummary } from "./terminal.js";
import { check, run } from "./testdata/samples.js";

const base = run({ checks: [check("kv.value.text", "a text comes back")] });
const excused = check("kv.value.json", "json comes back", { verdict: "fail", known: { kind: "failing", reason: "it never did" } });
const of = (changes: Partial<ResultDocument>, partial?: string): ResultDocument => ({ ...base, verdict: "pass", level: null, ...changes, run: { ...base.run, ...(partial === undefined ? {} : { partial }) } });

describe("the headline of a run", () => {
  it("is no success where checks fail as known and nothing is certified", () => {
    const document = of({ checks: [...base.checks, excused] });
    assert.equal(overview(document).headline, "As known, certifies no level");
    assert.equal(overview(of({ checks: [excused] }, "only kv")).headline, "As known, in part");
    assert.equal(headlineSign(document), "=");
    assert.match(markdownSummary(document), /^## = Edgemark: As known/);
    assert.match(terminalSummary(document, { colour: true }), /^\u001b\[1m= As known/);
    assert.match(htmlReport(document), /class="emblem known"/);
  });

  it("is a success where a level is certified, or nothing failed", () => {
    for (const document of [of({ checks: [...base.checks, excused], level: "isolate" }), of({})]) {
      assert.match(overview(document).headline, /^(Certified: level Isolate|Passed, certifies no level)$/);
      assert.equal(headlineSign(document), "✓");
      assert.match(htmlReport(document), /class="emblem pass"/);
    }
  });

  it("stands above claims that say so where they hold by a number that is too large, if anything", () => {
    const measured = { id: "failover.gap", value: 20, unit: "ms", n: 5, conditions: {}, voidBecause: "driver lagged", isUpperBound: true } as const;
    const claim: ResultDocument["claims"][number] = { id: "SEED-06", product: "failover", level: "distributed", kind: "number", statement: "others take over", verdict: "pass", reason: "at most 100 ms holds even with the driver's own lateness in it", documented: "under 100 ms", threshold: 100, path: "$.measurements['failover.gap'].value", measured: { value: 20, n: 5, unit: "ms" }, checks: [], binding: false };
    const page = (measurement: object): string => htmlReport(of({ claims: [claim], measurements: { "failover.gap": { ...measured, ...measurement } } }));
    assert.match(page({}), /own lateness in it/);
    assert.doesNotMatch(page({ isUpperBound: false }), /own lateness in it/);
  });

  it("is that of the verdict where something fails that is not known, or the run was cut short", () => {
    assert.equal(headlineSign(of({ checks: [excused], verdict: "fail" })), "✗");
    const { run: about } = base;
    assert.equal(headlineSign({ ...of({ checks: [excused] }), run: { ...about, interrupted: "SIGINT" } }), "!");
  });
});

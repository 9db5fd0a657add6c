// Proves every rule of judging one claim, each seen to hold and to break.
import assert from "node:assert/strict";
import type { Claim } from "../contract/claims/types.js";
import type { CheckResult, ClaimResult } from "../contract/result/document.js";
import { check, claim, measurement, numberClaim, resultDocument, type DocumentParts } from "./judge.fixture.js";
import { judge } from "./judge.js";

function judged(one: Claim, parts: DocumentParts): ClaimResult | undefined {
  return judge(resultDocument(parts), [one]).claims[0];
}
const named = (id: string, verdict: CheckResult["verdict"], rest: Partial<CheckResult> = {}): CheckResult => check(id, { claims: ["C"], verdict, ...rest });

describe("a claim that checks hold", () => {
  const verdictOf = (...verdicts: CheckResult["verdict"][]): string | undefined =>
    judged(claim("C"), { checks: verdicts.map((verdict, index) => named(`kv.c${index}`, verdict)) })?.verdict;

  it("takes the worst of its checks: fail, error, inconclusive, pass", () => {
    assert.equal(verdictOf("pass", "pass"), "pass");
    assert.equal(verdictOf("pass", "fail", "error", "inconclusive"), "fail");
    assert.equal(verdictOf("pass", "error", "inconclusive"), "error");
    assert.equal(verdictOf("pass", "inconclusive", "not-applicable"), "inconclusive");
    assert.equal(verdictOf("pass", "not-applicable"), "pass");
    assert.equal(verdictOf("not-applicable", "not-applicable"), "not-applicable");
  });

  it("names the checks that broke it", () => {
    const result = judged(claim("C"), { checks: [named("kv.good", "pass"), named("kv.bad", "fail"), check("kv.other", { verdict: "fail" })] });
    assert.match(result?.reason ?? "", /1 of 2 checks fail: kv\.bad/);
    assert.deepEqual(result?.checks, ["kv.good", "kv.bad"]);
  });

  it("is no part of a run in which no check names it", () => {
    assert.equal(judged(claim("C"), { checks: [check("kv.other")] }), undefined);
  });

  it("is undecided when its check is known to be flaky, whatever came", () => {
    const known = { kind: "flaky", reason: "r" } as const;
    assert.equal(judged(claim("C"), { checks: [named("kv.c", "pass", { known })] })?.verdict, "inconclusive");
    assert.equal(judged(claim("C"), { checks: [named("kv.c", "fail", { known })] })?.verdict, "inconclusive");
    assert.equal(judged(claim("C"), { checks: [named("kv.c", "not-applicable", { known })] })?.verdict, "not-applicable");
  });

  it("counts a check once that names it twice", () => {
    assert.deepEqual(judged(claim("C"), { checks: [check("kv.c", { claims: ["C", "C"] })] })?.checks, ["kv.c"]);
  });
});

describe("a claim on a number", () => {
  it("holds within its threshold and fails beyond", () => {
    const c = numberClaim("C", "kv.window", 100);
    assert.equal(judged(c, { measurements: [measurement("kv.window", 100)] })?.verdict, "pass");
    const failed = judged(c, { measurements: [measurement("kv.window", 100.5)] });
    assert.equal(failed?.verdict, "fail");
    assert.match(failed?.reason ?? "", /expected at most 100 ms; measured 100\.5/);
    assert.deepEqual(failed?.measured, { value: 100.5, unit: "ms", n: 100 });
    assert.equal(failed?.threshold, 100);
  });

  it("compares at least, between and equals", () => {
    const at = (holds: Claim["holds"], value: number): string | undefined =>
      judged(numberClaim("C", "kv.window", 0, holds === undefined ? {} : { holds }), { measurements: [measurement("kv.window", value)] })?.verdict;
    assert.deepEqual([at({ atLeast: 5 }, 5), at({ atLeast: 5 }, 4.9)], ["pass", "fail"]);
    assert.deepEqual([at({ between: [1, 2] }, 1.5), at({ between: [1, 2] }, 0.9), at({ between: [1, 2] }, 2.1)], ["pass", "fail", "fail"]);
    assert.deepEqual([at({ equals: 3 }, 3), at({ equals: 3 }, 3.01)], ["pass", "fail"]);
  });

  it("divides by the time scale when scaled, then adds the tolerance", () => {
    const c = numberClaim("C", "kv.window", 60_000, { scaled: true, tolerance: { value: 250, reason: "r" } });
    const at = (value: number): ClaimResult | undefined => judged(c, { measurements: [measurement("kv.window", value)], target: { timeScale: 20 } });
    assert.equal(at(3_250)?.verdict, "pass");
    assert.equal(at(3_251)?.verdict, "fail");
    assert.equal(at(3_250)?.threshold, 3_000);
    assert.equal(judged({ ...c, scaled: false }, { measurements: [measurement("kv.window", 3_251)], target: { timeScale: 20 } })?.verdict, "pass");
    assert.equal(judged(c, { measurements: [measurement("kv.window", 1)], target: { timeScale: 0 } })?.verdict, "error");
  });

  it("holds only when every selected value holds, and shows the worst", () => {
    const c = numberClaim("C", "x", 100, { path: "$.measurements[*].value" });
    const parts = { measurements: [measurement("kv.a", 50), measurement("kv.b", 150), measurement("kv.c", 10)] };
    assert.equal(judged(c, parts)?.verdict, "fail");
    assert.equal(judged(c, parts)?.measured?.value, 150);
    assert.equal(judged({ ...c, holds: { atLeast: 10 } }, parts)?.measured?.value, 10);
    assert.equal(judged({ ...c, holds: { atMost: 150 } }, parts)?.verdict, "pass");
  });

  it("is undecided on a void measurement, however good", () => {
    const result = judged(numberClaim("C", "kv.window", 100), { measurements: [measurement("kv.window", 1, { voidBecause: "the driver lagged" })] });
    assert.equal(result?.verdict, "inconclusive");
    assert.match(result?.reason ?? "", /the driver lagged/);
  });

  it("holds on a void measurement that is too large, if anything, when its limit is kept, and is undecided when it is not", () => {
    const lagged = { voidBecause: "the driver lagged", isUpperBound: true };
    const at = (holds: Claim["holds"], value: number): ClaimResult | undefined =>
      judged(numberClaim("C", "kv.window", 0, holds === undefined ? {} : { holds }), { measurements: [measurement("kv.window", value, lagged)] });
    assert.equal(at({ atMost: 100 }, 100)?.verdict, "pass");
    assert.match(at({ atMost: 100 }, 100)?.reason ?? "", /lateness.*the driver lagged/);
    for (const [holds, value] of [[{ atMost: 100 }, 101], [{ atLeast: 5 }, 9], [{ between: [1, 9] }, 5], [{ equals: 5 }, 5]] as const) {
      assert.equal(at(holds, value)?.verdict, "inconclusive", JSON.stringify(holds));
      assert.match(at(holds, value)?.reason ?? "", /is void: the driver lagged/);
    }
    // Beside one that may be judged by nobody it shows nothing.
    const every = numberClaim("C", "x", 100, { path: "$.measurements[*].value" });
    const two = (other: object): string | undefined => judged(every, { measurements: [measurement("kv.a", 1, lagged), measurement("kv.b", 1, other)] })?.verdict;
    assert.deepEqual([two({}), two({ voidBecause: "requests were not sent" })], ["pass", "inconclusive"]);
  });

  it("tells what was measured in few digits, and in all where they tell it from the bound", () => {
    const reason = (value: number, more: object = {}): string => judged(numberClaim("C", "kv.window", 1, more), { measurements: [measurement("kv.window", value)] })?.reason ?? "";
    assert.match(reason(1.0732349999), /at most 1 ms; measured 1\.073 ms$/);
    assert.match(reason(1.0000049999), /measured 1\.0000049999 ms$/);
    assert.match(reason(1.5, { unit: "s", holds: { atMost: 0.001 } }), /measured 0\.0015 s$/);
  });

  it("converts between units of time and refuses any other", () => {
    assert.equal(judged(numberClaim("C", "kv.window", 100, { unit: "s" }), { measurements: [measurement("kv.window", 99_000)] })?.verdict, "pass");
    assert.equal(judged(numberClaim("C", "kv.window", 100), { measurements: [measurement("kv.window", 0.2, { unit: "s" })] })?.verdict, "fail");
    assert.equal(judged(numberClaim("C", "kv.window", 100), { measurements: [measurement("kv.window", 1, { unit: "bytes" })] })?.verdict, "error");
  });

  it("never takes what is no finite number", () => {
    for (const value of [Number.NaN, -Infinity]) assert.equal(judged(numberClaim("C", "kv.window", 100), { measurements: [measurement("kv.window", value)] })?.verdict, "fail");
    assert.equal(judged(numberClaim("C", "kv.window", 100, { path: "$.measurements['kv.window'].id" }), { measurements: [measurement("kv.window", 1)] })?.verdict, "fail");
  });

  it("fails as not measured when its check ran and left no number", () => {
    const c = numberClaim("C", "kv.window", 100);
    const result = judged(c, { checks: [named("kv.c", "pass")] });
    assert.equal(result?.verdict, "fail");
    assert.match(result?.reason ?? "", /not measured/);
    assert.equal(judged(c, { checks: [named("kv.c", "not-applicable")] })?.verdict, "not-applicable");
    assert.equal(judged(c, { checks: [named("kv.c", "error")] })?.verdict, "error");
    assert.equal(judged(c, { checks: [named("kv.c", "inconclusive")] })?.verdict, "inconclusive");
    assert.equal(judged(c, { checks: [check("kv.other")] }), undefined);
  });

  it("is not applicable when the check that would have measured was not there", () => {
    const c = numberClaim("C", "kv.window", 100);
    const other = named("kv.other", "pass");
    assert.equal(judged(c, { checks: [other, named("kv.window", "not-applicable")] })?.verdict, "not-applicable");
    assert.equal(judged(c, { checks: [other], run: { partial: "only kv.other" } })?.verdict, "not-applicable");
    assert.equal(judged(c, { checks: [other, named("kv.window", "pass")], run: { partial: "only kv" } })?.verdict, "fail");
    assert.equal(judged(c, { checks: [named("kv.third", "not-applicable"), named("kv.window", "pass")] })?.verdict, "fail");
    assert.equal(judged(c, { checks: [other] })?.verdict, "fail");
  });

  it("takes the worse of its number and its checks", () => {
    const c = numberClaim("C", "kv.window", 100);
    const both = (value: number, verdict: CheckResult["verdict"]): string | undefined => judged(c, { checks: [named("kv.c", verdict)], measurements: [measurement("kv.window", value)] })?.verdict;
    assert.equal(both(50, "pass"), "pass");
    assert.equal(both(50, "fail"), "fail");
    assert.equal(both(50, "inconclusive"), "inconclusive");
    assert.equal(both(150, "inconclusive"), "fail");
    assert.equal(both(50, "not-applicable"), "pass");
  });
});

describe("a claim with a path to anything", () => {
  it("every: all selected are this, and selecting nothing never holds", () => {
    const c = claim("C", { path: "$.checks[?(@.product == 'kv')].verdict", holds: { every: "pass" }, own: true });
    assert.equal(judged(c, { checks: [check("kv.a"), check("do.b", { verdict: "fail" })] })?.verdict, "pass");
    assert.equal(judged(c, { checks: [check("kv.a"), check("kv.b", { verdict: "inconclusive" })] })?.verdict, "fail");
    assert.equal(judged(c, { checks: [check("do.a")] })?.verdict, "fail");
  });

  it("equals compares text and booleans exactly", () => {
    const c = claim("C", { path: "$.target.name", holds: { equals: "t" } });
    assert.equal(judged(c, {})?.verdict, "pass");
    assert.equal(judged({ ...c, holds: { equals: "u" } }, {})?.verdict, "fail");
    assert.equal(judged({ ...c, path: "$.environment.gitDirty", holds: { equals: false } }, {})?.verdict, "pass");
  });
});

describe("a user's own claim", () => {
  it("fails when nothing in the run measures it, and is undecided when its suite did not run", () => {
    const own = numberClaim("MY-1", "kv.windw", 100, { own: true });
    assert.equal(judged(own, {})?.verdict, "fail");
    const result = judged(own, { run: { suites: ["workers"] } });
    assert.equal(result?.verdict, "inconclusive");
    assert.match(result?.reason ?? "", /suite kv did not run/);
    assert.equal(judged(own, { measurements: [measurement("kv.windw", 1)] })?.verdict, "pass");
  });
});

describe("a context claim", () => {
  it("is shown beside the measured figure, never judged nor counted", () => {
    const c = numberClaim("C", "kv.window", 1, { kind: "context" });
    const judgement = judge(resultDocument({ measurements: [measurement("kv.window", 9)] }), [c]);
    assert.equal(judgement.claims[0]?.verdict, "not-applicable");
    assert.equal(judgement.claims[0]?.measured?.value, 9);
    assert.deepEqual(judgement.claimCounts, { pass: 0, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 });
    assert.equal(judged(c, {}), undefined);
  });
});

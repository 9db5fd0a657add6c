// Proves the verdict of a run and the level it attests: every rule seen to give its verdict, and the neighbour not to.
import assert from "node:assert/strict";
import type { CheckResult, Level, Verdict } from "../contract/result/document.js";
import { check, claim, measurement, numberClaim, resultDocument, type DocumentParts } from "./judge.fixture.js";
import { levelRequirements } from "./judge-level.js";
import { judge } from "./judge.js";

const verdictOf = (parts: DocumentParts, ...claims: Parameters<typeof judge>[1]): Verdict => judge(resultDocument(parts), claims).verdict;
const good = check("workers.fetch");
const failing = { kind: "failing", reason: "r" } as const;
const flaky = { kind: "flaky", reason: "r" } as const;

describe("the verdict of a run", () => {
  it("is the worst of its checks", () => {
    const withCheck = (verdict: Verdict): Verdict => verdictOf({ checks: [good, check("kv.a", { verdict })] });
    assert.deepEqual((["pass", "fail", "not-applicable", "inconclusive", "error"] as const).map(withCheck), ["pass", "fail", "pass", "inconclusive", "error"]);
    assert.equal(verdictOf({ checks: [check("kv.a", { verdict: "error" }), check("kv.b", { verdict: "fail" })] }), "fail");
    assert.equal(verdictOf({ checks: [check("kv.a", { verdict: "error" }), check("kv.b", { verdict: "inconclusive" })] }), "error");
  });

  it("never passes on nothing", () => {
    assert.equal(verdictOf({}), "inconclusive");
    assert.equal(verdictOf({ checks: [check("kv.a", { verdict: "not-applicable" })] }), "not-applicable");
    assert.equal(verdictOf({ checks: [check("kv.a", { verdict: "fail", known: failing })] }), "inconclusive");
  });

  it("never passes when interrupted, and still says what failed", () => {
    assert.equal(verdictOf({ checks: [good], run: { interrupted: "SIGINT" } }), "inconclusive");
    assert.equal(verdictOf({ checks: [good, check("kv.a", { verdict: "fail" })], run: { interrupted: "SIGINT" } }), "fail");
  });

  it("is not failed by a known failure, which still counts as one", () => {
    const known = check("kv.a", { verdict: "fail", known: failing, claims: ["C"] });
    const judgement = judge(resultDocument({ checks: [good, known] }), [claim("C")]);
    assert.equal(judgement.verdict, "pass");
    assert.deepEqual(judgement.counts, { pass: 1, fail: 1, notApplicable: 0, inconclusive: 0, error: 0 });
    assert.equal(judgement.claimCounts.fail, 1);
    assert.equal(verdictOf({ checks: [good, known, check("kv.b", { verdict: "fail", claims: ["C"] })] }, claim("C")), "fail");
    assert.equal(verdictOf({ checks: [good, check("kv.a", { verdict: "error", known: failing })] }), "error");
  });

  it("excuses a number that a known failure explains, and no other", () => {
    const slow = { measurements: [measurement("kv.window", 9)] };
    const c = numberClaim("C", "kv.window", 1);
    assert.equal(verdictOf({ ...slow, checks: [good, check("kv.a", { verdict: "fail", known: failing, claims: ["C"] })] }, c), "pass");
    assert.equal(verdictOf({ ...slow, checks: [good, check("kv.a", { verdict: "pass", claims: ["C"] })] }, c), "fail");
    assert.equal(verdictOf({ ...slow, checks: [good, check("kv.a", { verdict: "fail", known: failing })] }, c), "fail");
  });

  it("fails on a known failure that passes", () => {
    assert.equal(verdictOf({ checks: [good, check("kv.a", { known: failing })] }), "fail");
    assert.equal(verdictOf({ checks: [good], staleKnown: ["kv.a"] }), "fail");
  });

  it("lets a flaky check neither pass nor fail it", () => {
    for (const verdict of ["pass", "fail"] as const) {
      const judgement = judge(resultDocument({ checks: [good, check("kv.a", { verdict, known: flaky, claims: ["C"] })] }), [claim("C")]);
      assert.equal(judgement.verdict, "pass");
      assert.equal(judgement.counts.inconclusive, 1);
    }
    assert.equal(verdictOf({ checks: [check("kv.a", { verdict: "pass", known: flaky })] }), "inconclusive");
    const alsoUndecided = check("kv.b", { verdict: "inconclusive", claims: ["C"] });
    assert.equal(verdictOf({ checks: [good, check("kv.a", { known: flaky, claims: ["C"] }), alsoUndecided] }, claim("C")), "inconclusive");
  });

  it("is decided by binding claims and only told by the others", () => {
    const slow: DocumentParts = { checks: [good], measurements: [measurement("failover.gap", 900)] };
    const c = numberClaim("C", "failover.gap", 100);
    assert.equal(verdictOf(slow, c), "fail");
    const judgement = judge(resultDocument(slow), [{ ...c, binding: false }]);
    assert.equal(judgement.verdict, "pass");
    assert.equal(judgement.claims[0]?.verdict, "fail");
    assert.equal(judgement.claimCounts.fail, 1);
    assert.equal(verdictOf({ checks: [good], measurements: [measurement("failover.gap", 1, { voidBecause: "lag" })] }, c), "inconclusive");
    assert.equal(verdictOf({ checks: [good], measurements: [measurement("failover.gap", 1, { unit: "bytes" })] }, c), "error");
  });

  it("does not depend on what the document said before", () => {
    const document = resultDocument({ checks: [good] });
    assert.deepEqual(judge({ ...document, verdict: "fail", level: "distributed", counts: { ...document.counts, fail: 9 } }, []), judge(document, []));
  });
});

describe("the level of a run", () => {
  const all: readonly CheckResult[] = [
    good,
    check("kv.a"),
    check("do.a"),
    check("kv.staleness", { level: "distributed" }),
    check("do.serialization.owner"),
    check("do.migration.kill"),
    check("failover.kill"),
  ];
  const levelOf = (parts: DocumentParts, ...claims: Parameters<typeof judge>[1]): Level | null => judge(resultDocument(parts), claims).level;
  const bent = (id: string, rest: Partial<CheckResult>): CheckResult[] => all.map((one) => (one.id === id ? { ...one, ...rest } : one));

  it("is the highest of which everything passed, levels below included", () => {
    assert.equal(levelOf({ checks: all }), "distributed");
    assert.equal(levelOf({ checks: bent("failover.kill", { verdict: "fail" }) }), "storage");
    assert.equal(levelOf({ checks: bent("kv.a", { verdict: "fail" }) }), "isolate");
    assert.equal(levelOf({ checks: bent("workers.fetch", { verdict: "fail" }) }), null);
    assert.equal(levelOf({}), null);
  });

  it("is withheld by anything but a pass", () => {
    for (const verdict of ["fail", "inconclusive", "error"] as const) assert.equal(levelOf({ checks: [...all, check("kv.b", { verdict })] }), "isolate");
    assert.equal(levelOf({ checks: [...all, check("kv.b", { verdict: "not-applicable" })] }), "distributed");
    assert.equal(levelOf({ checks: [...all, check("kv.b", { verdict: "fail", known: failing })] }), "isolate");
    assert.equal(levelOf({ checks: [...all, check("kv.b", { known: flaky })] }), "isolate");
  });

  it("needs a pass of each product that the level is about", () => {
    assert.equal(levelOf({ checks: bent("kv.a", { verdict: "not-applicable" }) }), "isolate");
    assert.equal(levelOf({ checks: bent("do.a", { verdict: "not-applicable" }) }), "isolate");
    for (const missing of ["failover.kill", "do.serialization.owner", "do.migration.kill"]) assert.equal(levelOf({ checks: all.filter(({ id }) => id !== missing) }), "storage", missing);
    assert.equal(levelOf({ checks: all.filter(({ product }) => product !== "workers") }), null);
  });

  it("needs the capabilities and PoPs that the level is about", () => {
    assert.deepEqual(levelRequirements.distributed.capabilities, ["workers", "kv", "durable-objects", "anycast"]);
    assert.equal(levelOf({ checks: all, target: { capabilities: ["workers", "kv", "durable-objects"] } }), "storage");
    assert.equal(levelOf({ checks: all, target: { capabilities: ["workers", "kv", "anycast"] } }), "isolate");
    assert.equal(levelOf({ checks: all, target: { capabilities: ["workers", "durable-objects", "anycast"] } }), "isolate");
    assert.equal(levelOf({ checks: all, target: { pops: resultDocument().target.pops.slice(0, 1) } }), "storage");
  });

  it("is withheld by a documented claim of it, not by a marketing figure nor by a user's own", () => {
    const slow: DocumentParts = { checks: all, measurements: [measurement("kv.window", 9)] };
    const c = numberClaim("C", "kv.window", 1);
    assert.equal(levelOf(slow, c), "isolate");
    assert.equal(levelOf(slow, { ...c, level: "distributed" }), "storage");
    assert.equal(levelOf(slow, { ...c, binding: false }), "distributed");
    assert.equal(levelOf(slow, { ...c, kind: "context" }), "distributed");
    assert.equal(levelOf(slow, { ...c, own: true }), "distributed");
    assert.equal(verdictOf(slow, { ...c, own: true }), "fail");
  });

  it("is never given by a run that was cut short or ran only a part", () => {
    assert.equal(levelOf({ checks: all, run: { interrupted: "SIGTERM" } }), null);
    assert.equal(levelOf({ checks: all, run: { partial: "--only workers.fetch" } }), null);
  });
});

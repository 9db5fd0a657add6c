// The longest gap on hand-made runs.
import assert from "node:assert/strict";
import { longestGap } from "./gap.js";
import type { Outcome, RequestSample } from "./request-log.js";

function sample(intendedMs: number, outcome: Outcome = "ok", tag?: string, latencyMs = 1): RequestSample {
  return { intendedMs, lagMs: 0, latencyMs, outcome, tag };
}

describe("longest gap", () => {
  it("is the time without a successful answer around a failover", () => {
    const before = [0, 10, 20].map((atMs) => sample(atMs, "ok", "a"));
    const broken = [sample(30, "reset"), sample(40, "refused"), sample(50, "refused")];
    const after = [60, 70].map((atMs) => sample(atMs, "ok", "b"));
    assert.deepEqual(longestGap([...after, ...broken, ...before]), {
      fromMs: 21,
      toMs: 61,
      fromTag: "a",
      toTag: "b",
      gapMs: 40,
      failed: { reset: 1, refused: 2 },
      lagMs: 0,
      answersByTag: { a: 3, b: 2 },
      errors: 3,
    });
  });

  it("counts a stall that was answered in the end", () => {
    const gap = longestGap([sample(0), sample(10, "ok", undefined, 91), sample(20, "ok", undefined, 81), sample(30, "ok", undefined, 71)]);
    assert.deepEqual([gap?.gapMs, gap?.fromMs, gap?.toMs, gap?.errors], [100, 1, 101, 0]);
  });

  it("reaches to the end when nothing came back, and over all when nothing was answered", () => {
    assert.equal(longestGap([sample(0), sample(10), sample(20, "timeout", undefined, 500)])?.gapMs, 509);
    const silent = longestGap([sample(0, "refused"), sample(100, "refused")]);
    assert.deepEqual([silent?.gapMs, silent?.errors, silent?.answersByTag], [101, 2, {}]);
  });

  it("counts an answer that says it failed as a failure", () => {
    assert.equal(longestGap([sample(0), sample(10, "status", "b"), sample(20)])?.gapMs, 20);
  });

  it("tells how much of it was the driver's own", () => {
    const gap = longestGap([sample(0), { ...sample(10, "ok", undefined, 50), lagMs: 48 }, { ...sample(20, "ok", undefined, 40), lagMs: 38 }]);
    assert.deepEqual([gap?.gapMs, gap?.lagMs], [59, 48]);
  });

  it("is undefined without requests", () => {
    assert.equal(longestGap([]), undefined);
  });
});

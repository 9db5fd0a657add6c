// Proves how a documented figure becomes a threshold: scale first, tolerance after, and no number where there is none.
import assert from "node:assert/strict";
import { EdgemarkError } from "../errors.js";
import { boundsOf, limitOf, thresholdOf } from "./threshold.js";
import type { Claim } from "./types.js";

const claim = (rest: Partial<Claim>): Claim => ({
  id: "T-01",
  product: "kv",
  level: "storage",
  kind: "number",
  nature: "limit",
  statement: "s",
  figure: "f",
  source: { document: "d", quote: "q" },
  ...rest,
});

describe("thresholds of claims", () => {
  it("divides by the time scale only when the claim is scaled", () => {
    assert.equal(thresholdOf(claim({ holds: { atMost: 60_000 } }), 20), 60_000);
    assert.equal(thresholdOf(claim({ holds: { atMost: 60_000 }, scaled: true }), 20), 3_000);
  });

  it("adds the tolerance after scaling, away from the figure", () => {
    const tolerance = { value: 250, reason: "r" };
    assert.equal(thresholdOf(claim({ holds: { atMost: 60_000 }, scaled: true, tolerance }), 20), 3_250);
    assert.equal(thresholdOf(claim({ holds: { atLeast: 1_000 }, tolerance }), 1), 750);
    assert.deepEqual(boundsOf(claim({ holds: { between: [70_000, 140_000] }, scaled: true, tolerance }), 10), { low: 6_750, high: 14_250 });
    assert.equal(thresholdOf(claim({ holds: { equals: 512 }, tolerance }), 1), 512);
  });

  it("refuses a claim that states no single number", () => {
    for (const holds of [{ between: [1, 2] }, { every: "pass" }, { equals: "text" }] as const) {
      assert.throws(() => thresholdOf(claim({ holds }), 1), (error: unknown) => error instanceof EdgemarkError && error.code === "usage.claims" && error.message.includes("T-01"));
    }
    assert.throws(() => thresholdOf(claim({}), 1), /it has nothing/);
  });

  it("refuses a time scale that is not a positive number", () => {
    for (const scale of [0, -1, Number.NaN, Infinity]) {
      assert.throws(() => thresholdOf(claim({ holds: { atMost: 1 }, scaled: true }), scale), /time scale above 0/);
    }
    assert.equal(thresholdOf(claim({ holds: { atMost: 1 } }), Number.NaN), 1);
  });

  it("gives further figures by name, never a property of every object", () => {
    const withLimits = claim({ limits: { keyBytes: 2048, firstRetryMs: 2_000 }, scaled: true });
    assert.equal(limitOf(withLimits, "keyBytes", 10), 2048);
    assert.equal(limitOf(withLimits, "firstRetryMs", 10), 200);
    assert.throws(() => limitOf(withLimits, "constructor"), /keyBytes, firstRetryMs/);
  });
});

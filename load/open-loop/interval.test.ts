// The interval of a percentile must hold the truth about as often as it says, for independent and for clumped latencies.
import assert from "node:assert/strict";
import { seededRandom } from "../../contract/random.js";
import { intervalOf } from "./interval.js";

/** How many of 200 runs have an interval that holds the truth. */
function covered(run: (random: () => number) => number[], percentile: number, truth: number): number {
  let held = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const interval = intervalOf(run(seededRandom(seed * 7_919)), percentile);
    if (interval !== undefined && interval.lowMs <= truth && truth <= interval.highMs) held++;
  }
  return held;
}

describe("interval of a percentile", () => {
  it("holds the true p99 of independent latencies in about 95 of 100 runs", () => {
    const exponential = (random: () => number): number[] => Array.from({ length: 3_000 }, () => -Math.log(1 - random()));
    const held = covered(exponential, 99, -Math.log(0.01));
    assert.ok(held >= 184, `${held} of 200`);
  });

  it("is wider when the slow ones come in clumps, and holds the truth then too", () => {
    // Stalls at random times: all that come within one are slow together. One in 50 stretches of 20 requests stalls.
    const stalls = (random: () => number): number[] =>
      Array.from({ length: 800 }, () => (random() < 0.02 ? Array.from({ length: 20 }, () => 100 * random()) : Array.from({ length: 20 }, () => 0))).flat();
    const held = covered(stalls, 99, 50);
    assert.ok(held >= 180, `${held} of 200`);
    const values = stalls(seededRandom(5));
    assert.ok((intervalOf(values, 99)?.effectiveN ?? 0) < 0.4 * values.length);
  });

  it("says that there is none when no value bounds the percentile", () => {
    const scattered = (length: number): number[] => Array.from({ length }, (_, index) => (index * 7_919) % length);
    assert.equal(intervalOf(scattered(100), 99), undefined);
    assert.notEqual(intervalOf(scattered(1_000), 99), undefined);
    assert.equal(intervalOf([], 50), undefined);
  });
});

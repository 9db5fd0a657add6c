// Cold-start figures from samples whose truth is known: what is subtracted, left out, bounded and declared void.
import assert from "node:assert/strict";
import { seededRandom } from "../../contract/random.js";
import { coldStartOf, median, rankOf, thinnedTo, type ColdSample } from "./statistics.js";

/** Cold starts of 3 ms plus an exponential with a mean of 1 ms, over a warm latency that varies. */
function synthetic(count: number, seed: number): ColdSample[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const warmMs = 0.3 + 0.2 * random();
    return { coldMs: warmMs + 3 - Math.log(1 - random()), warmMs, before: 0, waitedMs: 0.05 };
  });
}

const truth = { 50: 3 + Math.log(2), 90: 3 + Math.log(10), 99: 3 + Math.log(100) } as const;

describe("coldStartOf", () => {
  it("subtracts each sample's own warm latency", () => {
    const found = coldStartOf(synthetic(2_000, 1));
    assert.ok(found !== undefined);
    for (const percentile of [50, 90] as const) assert.ok(Math.abs(found.percentiles[percentile].value - truth[percentile]) < 0.25, `p${percentile} ${found.percentiles[percentile].value}`);
    assert.ok(Math.abs(found.percentiles[99].value - truth[99]) < 1);
    assert.equal(found.voidBecause, undefined);
  });

  it("gives intervals that hold the truth in at least 93 % of 200 runs", () => {
    const covered = { 50: 0, 90: 0, 99: 0 };
    for (let seed = 1; seed <= 200; seed++) {
      const found = coldStartOf(synthetic(800, seed * 7_919));
      for (const percentile of [50, 90, 99] as const) {
        // A bound that the samples do not give is no wrong one.
        const { low = -Infinity, high = Infinity } = found?.percentiles[percentile] ?? {};
        if (low <= truth[percentile] && truth[percentile] <= high) covered[percentile]++;
      }
    }
    for (const [percentile, count] of Object.entries(covered)) assert.ok(count >= 186, `p${percentile}: ${count}`);
  });

  it("does not bound a p99 by 200 samples, which cannot", () => {
    const found = coldStartOf(synthetic(200, 3));
    assert.equal(found?.percentiles[99].high, undefined);
    assert.ok(found?.percentiles[50].high !== undefined);
  });

  it("leaves out what had answered before, and counts it", () => {
    const found = coldStartOf([...synthetic(50, 4), { coldMs: 0.4, warmMs: 0.4, before: 3, waitedMs: 0 }]);
    assert.equal(found?.n, 50);
    assert.equal(found.notCold, 1);
    assert.equal(coldStartOf([{ coldMs: 1, warmMs: 1, before: 1, waitedMs: 0 }]), undefined);
    assert.equal(coldStartOf([]), undefined);
  });

  it("believes an answer that does not say whether it is cold", () => {
    assert.equal(coldStartOf(synthetic(20, 5).map((sample) => ({ ...sample, before: undefined })))?.n, 20);
  });

  it("is void when the machine had no processor for it", () => {
    const busy = synthetic(100, 6).map((sample) => ({ ...sample, coldMs: sample.coldMs + 8, waitedMs: 9 }));
    assert.match(coldStartOf(busy)?.voidBecause ?? "", /the machine was busy/);
    // A few disturbed samples are the tail's, and do not void the rest.
    const disturbed = synthetic(100, 6).map((sample, index) => (index < 10 ? { ...sample, waitedMs: 9 } : sample));
    assert.equal(coldStartOf(disturbed)?.voidBecause, undefined);
  });
});

describe("ranks", () => {
  it("are nearest ranks", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(rankOf([1, 2, 3, 4], 99), 4);
    assert.ok(Number.isNaN(rankOf([], 50)));
  });

  it("keep both ends when they are thinned", () => {
    const thin = thinnedTo(Array.from({ length: 1_000 }, (_, index) => index), 11);
    assert.deepEqual([thin.length, thin[0], thin.at(-1)], [11, 0, 999]);
    assert.deepEqual(thinnedTo([1, 2], 5), [1, 2]);
  });
});

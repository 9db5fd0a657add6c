// The tests and intervals against published examples, and against every arrangement counted one by one.
import assert from "node:assert/strict";
import { seededRandom } from "../../contract/random.js";
import { normalBelow, normalQuantile, studentBeyond } from "./distributions.js";
import { shiftBetween } from "./shift.js";
import { fewestPairs, hodgesLehmann, signedRank } from "./signed-rank.js";

const isNear = (value: number, expected: number, tolerance = 1e-10): void => assert.ok(Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${value} instead of ${expected}`);

describe("distributions", () => {
  it("are the published tables", () => {
    for (const [z, below] of [[0, 0.5], [1, 0.8413447460685429], [1.959963984540054, 0.975], [-3, 0.0013498980316300933], [6, 0.9999999990134123]] as const) isNear(normalBelow(z), below, 1e-12);
    for (const [share, z] of [[0.975, 1.959963984540054], [0.5, 0], [0.0005, -3.2905267314918945]] as const) isNear(normalQuantile(share), z, 1e-9);
    // Two-sided critical values of Student's t at 5 % and 1 %.
    for (const [t, freedom, p] of [[12.706204736432095, 1, 0.05], [2.2281388519649385, 10, 0.05], [2.7499956535670305, 30, 0.01], [0, 5, 1], [Infinity, 5, 0]] as const) isNear(studentBeyond(t, freedom), p, 1e-9);
    assert.ok(Number.isNaN(studentBeyond(NaN, 3)));
  });
});

// Hollander and Wolfe: depression scale factors of nine patients before and after; and Darwin's maize, by pots.
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const scale = before.map((value, index) => value - (after[index] ?? NaN));
const maize = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75];

describe("the signed-rank test", () => {
  it("is Hollander and Wolfe's and Darwin's example", () => {
    assert.deepEqual(signedRank(scale), { w: 40, n: 9, p: 0.0390625 });
    assert.deepEqual(signedRank(maize), { w: 96, n: 15, p: 0.041259765625 });
  });

  it("is what counting all signs gives, with ties and zeros", () => {
    const random = seededRandom(4);
    for (let round = 0; round < 40; round++) {
      const differences = Array.from({ length: 9 }, () => Math.round(random() * 8 - 4));
      const sizes = differences.filter((one) => one !== 0).map(Math.abs);
      const rank = (size: number): number => sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2;
      const sums = Array.from({ length: 2 ** sizes.length }, (_, signs) => sizes.reduce((sum, size, index) => sum + ((signs >> index) % 2 === 1 ? rank(size) : 0), 0));
      const { w, p } = signedRank(differences);
      isNear(w, differences.reduce((sum, one) => sum + (one > 0 ? rank(one) : 0), 0));
      isNear(p, sizes.length === 0 ? 1 : Math.min(1, (2 * Math.min(sums.filter((sum) => sum <= w).length, sums.filter((sum) => sum >= w).length)) / sums.length));
    }
  });

  it("is continued by the normal distribution beyond 50 differences", () => {
    const differences = (n: number): number[] => Array.from({ length: n }, (_, index) => (index % 3 === 0 ? -1 : 1) * (index + 1));
    isNear(signedRank(differences(50)).p, signedRank([...differences(50), 51].slice(0, 51)).p, 0.02);
    assert.equal(signedRank([0, 0]).p, 1);
  });
});

describe("the Hodges-Lehmann estimate", () => {
  it("is the middle of the pairwise means, with the interval that the test does not reject", () => {
    const { value, low, high } = hodgesLehmann(maize, 0.95);
    const means = maize.flatMap((a, i) => maize.slice(i).map((b) => (a + b) / 2)).sort((a, b) => a - b);
    assert.equal(value, ((means[59] ?? NaN) + (means[60] ?? NaN)) / 2);
    // The dual: the test rejects what lies beyond the interval, and nothing inside.
    assert.ok(signedRank(maize.map((one) => one - (low - 0.01))).p <= 0.05 && signedRank(maize.map((one) => one - (high + 0.01))).p <= 0.05);
    assert.ok(signedRank(maize.map((one) => one - (low + 0.01))).p > 0.05 && signedRank(maize.map((one) => one - (high - 0.01))).p > 0.05);
    isNear(hodgesLehmann(scale, 0.95).value, 0.46, 1e-9);
  });

  it("has no bounds where there are too few pairs to have any", () => {
    assert.equal(fewestPairs(0.95), 6);
    assert.equal(fewestPairs(0.9995), 12);
    for (const confidence of [0.9, 0.95, 0.99, 0.999]) {
      const n = fewestPairs(confidence);
      const differences = Array.from({ length: n }, (_, index) => index + 1);
      assert.ok(Number.isFinite(hodgesLehmann(differences, confidence).low));
      assert.deepEqual(hodgesLehmann(differences.slice(1), confidence).high, Infinity);
    }
    assert.throws(() => hodgesLehmann([], 0.95), RangeError);
  });

  it("covers the truth as often as it says", () => {
    const random = seededRandom(9);
    const covered = { 12: 0, 60: 0 };
    for (const n of [12, 60] as const) {
      for (let round = 0; round < 400; round++) {
        // The difference of two skewed values: symmetric around 1, with heavy tails.
        const differences = Array.from({ length: n }, () => 1 + Math.log(random() + 1e-9) - Math.log(random() + 1e-9));
        const { low, high } = hodgesLehmann(differences, 0.95);
        if (low <= 1 && high >= 1) covered[n]++;
      }
    }
    assert.ok(covered[12] >= 368 && covered[60] >= 368, JSON.stringify(covered));
  });
});

describe("the shift between two samples", () => {
  it("is the middle of the pairwise differences, with the interval of the Mann-Whitney test", () => {
    // Four and six values: of 210 arrangements, 1 has U = 0, 1 has U = 1, 2 have U = 2; 4 of 210 are below 2.5 %.
    const [early, late] = [[1, 2, 3, 4], [11, 12, 13, 14, 15, 16]];
    const { value, low, high } = shiftBetween(early, late, 0.95);
    assert.equal(value, 11);
    const all = late.flatMap((b) => early.map((a) => b - a)).sort((a, b) => a - b);
    assert.deepEqual([low, high], [all[2], all[all.length - 3]]);
    assert.deepEqual(shiftBetween([1, 2], [5, 6], 0.95), { value: 4, low: -Infinity, high: Infinity });
    assert.throws(() => shiftBetween([], [1], 0.95), RangeError);
  });

  it("is nearly the same counted out and by the normal distribution", () => {
    const random = seededRandom(2);
    const values = (n: number, by: number): number[] => Array.from({ length: n }, () => by + random());
    const [a, b] = [values(20, 0), values(20, 3)];
    const [exact, normal] = [shiftBetween(a, b, 0.95), shiftBetween([...a, ...a.slice(0, 1)], b, 0.95)];
    assert.ok(Math.abs(exact.low - normal.low) < 0.05 && Math.abs(exact.high - normal.high) < 0.05);
  });
});

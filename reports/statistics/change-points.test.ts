// Change points against published vectors: Apache Otava's and MongoDB's own test series, with what their tests expect.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { seededRandom } from "../../contract/random.js";
import { changePoints } from "./change-points.js";
import { bestSplit, divergences } from "./divergence.js";
import { windowedChangePoints, type WindowedOptions } from "./windowed-change-points.js";

interface Tigerbeetle {
  readonly values: readonly number[];
  readonly cases: readonly (WindowedOptions & { readonly indexes: readonly number[] })[];
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../testdata/change-points/${name}.json`, import.meta.url), "utf8"));
const tigerbeetle = read("tigerbeetle") as Tigerbeetle;
const mongodb = read("mongodb") as { readonly values: readonly number[]; readonly divergences: readonly number[] };

/** `length` times 50, and 100 or 150 where said. */
function steps(length: number, changes: Readonly<Record<number, readonly [from: number, to: number][]>>): number[] {
  const series = new Array<number>(length).fill(50);
  for (const [value, ranges] of Object.entries(changes)) for (const [from, to] of ranges) series.fill(Number(value), from, to);
  return series;
}

const mongo = { alpha: 0.05, seed: 1234, permutations: 200, tail: "whole" } as const;
const indexesOf = (found: readonly { readonly index: number }[]): number[] => found.map(({ index }) => index);

describe("divergence", () => {
  it("is the plain double sums of the paper, for each end of the second stretch", () => {
    const random = seededRandom(3);
    const values = Array.from({ length: 17 }, () => Math.round(random() * 1_000) / 10);
    const distances = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x) => sum + b.reduce((inner, y) => inner + Math.abs(x - y), 0), 0);
    const plain = (split: number, end: number): number => {
      const [x, y] = [values.slice(0, split), values.slice(split, end)];
      const [n, m] = [x.length, y.length];
      const within = (n > 1 ? distances(x, x) / (n * (n - 1)) : 0) + (m > 1 ? distances(y, y) / (m * (m - 1)) : 0);
      return ((n * m) / (n + m)) * ((2 * distances(x, y)) / (n * m) - within);
    };
    const [any, whole] = (["any", "whole"] as const).map((tail) => divergences(Float64Array.from(values), 0, values.length, tail));
    for (let split = 1; split < values.length; split++) {
      const ends = Array.from({ length: values.length - split }, (_, index) => split + 1 + index);
      assert.ok(Math.abs((any?.[split - 1] ?? NaN) - Math.max(...ends.map((end) => plain(split, end)))) < 1e-9);
      assert.ok(Math.abs((whole?.[split - 1] ?? NaN) - plain(split, values.length)) < 1e-9);
    }
  });

  it("is what MongoDB publishes for its series of 173 values", () => {
    const found = divergences(Float64Array.from(mongodb.values), 0, mongodb.values.length, "whole");
    const relative = [...found].map((divergence, index) => Math.abs(divergence / (mongodb.divergences[index + 1] ?? NaN) - 1));
    assert.equal(relative.length, mongodb.divergences.length - 1);
    assert.ok(Math.max(...relative) < 1e-9, String(Math.max(...relative)));
  });

  it("finds no split in a series that is constant, or has one value, or none", () => {
    for (const values of [[], [1], [2, 2], [5, 5, 5, 5]]) assert.equal(bestSplit(Float64Array.from(values), 0, values.length, "any"), undefined);
  });
});

describe("change points by permutation", () => {
  it("finds MongoDB's published ones, with their divergence", () => {
    const noisy = [41, 18, 23, 3, 32, 11, 40, 13, 29, 48, 47, 35, 18, 21, 6, 2, 23, 3, 4, 7, 120, 103, 102, 81, 71, 62, 115, 61, 108, 63, 70, 98, 65, 96, 64, 74, 70, 113, 90, 114, 208, 196, 153, 150, 225, 179, 206, 165, 177, 151, 218, 217, 244, 245, 229, 195, 225, 229, 176, 250];
    const cases: readonly [values: readonly number[], expected: readonly [index: number, divergence: number][], alpha: number][] = [
      [noisy, [[20, 893.578947368421], [40, 2848.1169590643276]], 0.01],
      [steps(30, { 100: [[2, 3], [15, 30]] }), [[15, 649.9999999999999]], 0.01],
      [steps(45, { 100: [[2, 3], [15, 30]], 150: [[30, 45]] }), [[15, 649.9999999999999], [30, 1209.1954022988505]], 0.01],
      [steps(45, { 100: [[2, 3], [15, 30], [32, 33]] }), [[15, 544.7415329768271], [33, 226.66666666666674]], 0.05],
    ];
    for (const [values, expected, alpha] of cases) {
      const found = changePoints(values, { ...mongo, alpha });
      assert.deepEqual(indexesOf(found), expected.map(([index]) => index));
      for (const [at, [, divergence]] of expected.entries()) assert.ok(Math.abs((found[at]?.divergence ?? NaN) - divergence) < 1e-9);
    }
    for (let cut = 6; cut < 40; cut++) assert.deepEqual(indexesOf(changePoints([...new Array<number>(cut).fill(0), ...new Array<number>(cut).fill(1)], mongo)), [cut]);
    assert.deepEqual(changePoints(steps(30, {}), mongo), []);
  });

  it("finds Otava's published ones", () => {
    const series = [0.3, 2.4, 1.5, -0.9, -0.5, 99.7, 98.3, 99.1, 149, 149.7, 149.5, 149.1, 148.8, 150];
    assert.deepEqual(indexesOf(changePoints(series, { alpha: 0.05, seed: 1, permutations: 500 })), [5, 8]);
    const halved = [1.02, 0.95, 0.99, 1, 1.12, 1, 1.01, 0.98, 1.01, 0.96, 0.5, 0.51, 0.48, 0.48, 0.55, 0.5, 0.49, 0.51, 0.5, 0.49];
    assert.deepEqual(indexesOf(changePoints(halved, { alpha: 0.01, seed: 1 })), [10]);
  });

  it("takes noise for a change no more often than alpha says", () => {
    const random = seededRandom(11);
    // Heavy tails: a night in ten is three times as slow.
    const night = (): number => (1 + 0.1 * random()) * (random() < 0.1 ? 3 : 1);
    let alarms = 0;
    for (let series = 0; series < 400; series++) if (changePoints(Array.from({ length: 25 }, night), { alpha: 0.05, seed: series, permutations: 99 }).length > 0) alarms++;
    // 20 are expected; 35 or more come about once in a thousand such tests, and the seed makes it the same every time.
    assert.ok(alarms < 35, `${alarms} of 400`);
  });

  it("says the same for the same seed", () => {
    assert.deepEqual(changePoints(tigerbeetle.values.slice(0, 100), { alpha: 0.01, seed: 5 }), changePoints(tigerbeetle.values.slice(0, 100), { alpha: 0.01, seed: 5 }));
  });
});

describe("change points in windows", () => {
  for (const { indexes, ...options } of tigerbeetle.cases) {
    it(`are Otava's on its series of 365 values: window ${options.window}, p ${options.mostP}, least change ${options.leastChange}`, () => {
      assert.deepEqual(windowedChangePoints(tigerbeetle.values, options), indexes);
    });
  }

  it("are none in a constant series, a short one and an empty one", () => {
    for (const values of [[], [1], [1, 2], steps(20, {})]) assert.deepEqual(windowedChangePoints(values, { window: 30, mostP: 0.001, leastChange: 0 }), []);
  });
});

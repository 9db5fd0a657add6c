// The columns compare like the times that were recorded, however far apart, and rows are sorted by them as a comparison would.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Operation } from "../../contract/history/types.js";
import { seededRandom } from "../../contract/random.js";
import { checkCounter } from "./counter.js";
import { checkRegister } from "./register.js";
import { actCounter, actRegister, simulateObject } from "./simulated-object.js";
import { Numbering, TimeColumns, type Times } from "./columns.js";
import { sortRows } from "./radix-sort.js";
import { ValueNumbers } from "./value-numbers.js";

const seed = 7;

function timesOf(times: readonly (readonly [callNs: bigint, returnNs: bigint | null])[]): Times {
  const operations = times.map(([callNs, returnNs]): Operation => ({ process: 0, outcome: "ok", action: "read", key: "k", callNs, returnNs }));
  const columns = new TimeColumns(operations.length);
  for (const [row, { callNs, returnNs }] of operations.entries()) columns.set(row, callNs, returnNs);
  return columns.finish(operations);
}

describe("columns of times", () => {
  const ranges: readonly [name: string, from: bigint, to: bigint][] = [
    ["small", 0n, 20n],
    ["of a machine that is up for long", 2n ** 52n, 2n ** 53n + 2n ** 40n],
    ["around a half of 64 bits", 2n ** 32n - 3n, 2n ** 32n + 3n],
    ["as a file can hold them", 0n, 10n ** 19n - 1n],
    ["close together and large", 2n ** 63n, 2n ** 63n + 5n],
    ["before the clock's beginning", -5n, 5n],
    ["beyond 64 bits", 2n ** 64n - 3n, 2n ** 64n + 3n],
  ];
  for (const [name, min, max] of ranges) {
    it(`keeps the order of times ${name}`, () => {
      const pair = fc.tuple(fc.bigInt(min, max), fc.option(fc.bigInt(min, max)));
      fc.assert(
        fc.property(fc.array(pair, { minLength: 1, maxLength: 12 }), (pairs) => {
          const { call, end } = timesOf(pairs);
          const recorded = [...pairs.map(([callNs]) => callNs), ...pairs.map(([, returnNs]) => returnNs ?? 2n ** 70n)];
          const numbers = [...call, ...end];
          assert.ok(numbers.every((one) => one >= 1));
          for (const [a, one] of recorded.entries()) {
            for (const [b, other] of recorded.entries()) assert.equal((numbers[a] ?? 0) < (numbers[b] ?? 0), one < other, `${one} and ${other}`);
          }
        }),
        { numRuns: 200, seed },
      );
    });
  }
});

describe("sorting rows", () => {
  it("sorts by the last column, then by those before it, and keeps the order of equals", () => {
    const row = fc.record({ time: fc.oneof(fc.nat(5), fc.nat(2 ** 31 - 1), fc.double({ min: 0, noNaN: true })), group: fc.oneof(fc.nat(3), fc.nat(2 ** 31 - 1)) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (all) => {
        // No time is -0.
        const time = Float64Array.from(all, (one) => one.time + 0);
        const group = Int32Array.from(all, (one) => one.group);
        const expected = all.map((_, index) => index).sort((a, b) => (group[a] ?? 0) - (group[b] ?? 0) || compare(time[a] ?? 0, time[b] ?? 0) || a - b);
        assert.deepEqual([...sortRows(Int32Array.from(all.keys()), time, group)], expected);
      }),
      { numRuns: 500, seed },
    );
  });

  it("sorts many rows", () => {
    const random = seededRandom(seed);
    const time = Float64Array.from({ length: 30_000 }, () => Math.floor(random() * 2 ** (53 * random())));
    const group = Int32Array.from({ length: 30_000 }, () => Math.floor(random() * 100_000 * random()));
    const expected = [...time.keys()].sort((a, b) => (group[a] ?? 0) - (group[b] ?? 0) || (time[a] ?? 0) - (time[b] ?? 0) || a - b);
    assert.deepEqual([...sortRows(Int32Array.from(time.keys()), time, group)], expected);
  });

  const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
});

describe("numbers of values", () => {
  it("numbers strings in the order in which they come", () => {
    const keys = new Numbering();
    assert.deepEqual(["a", "b", "b", "a", "", "c", "a"].map((name) => keys.of(name)), [0, 1, 1, 0, 2, 3, 0]);
    assert.equal(keys.size, 4);
  });

  it("tells values apart as JSON does, in each key", () => {
    const value = fc.oneof(fc.nat(9), fc.constantFrom(-0, 0.5, -1, 2 ** 31, 2 ** 40, true, false, null, "1", "0.5", "", "x".repeat(50), "\u0001{}", "\u0001\"1", { a: 1, b: [] }, { b: [], a: 1 }, [], [1]), fc.string({ maxLength: 3 }));
    const sorted = (one: unknown): string => JSON.stringify(typeof one === "object" && one !== null && !Array.isArray(one) ? Object.entries(one).sort() : [one]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), value), { minLength: 1, maxLength: 60 }), (pairs) => {
        const values = new ValueNumbers(pairs.length);
        const known = new Map<string, number>();
        for (const [key, one] of pairs) {
          const name = `${key} ${sorted(one)}`;
          const number = values.of(key, one);
          assert.equal(number, known.get(name) ?? known.size, name);
          known.set(name, number);
          assert.equal(values.keys[number], key);
        }
        assert.equal(values.size, known.size);
      }),
      { numRuns: 500, seed },
    );
  });

  it("finds thousands of values whose hashes are the same, and values side by side", () => {
    // In the polynomial of base 131, "a" + 131 characters later is the same as "b" + 0.
    const alike = Array.from({ length: 2 ** 12 }, (_, bits) => Array.from({ length: 12 }, (_unused, place) => ((bits >> place) & 1 ? "b\u0000" : "a\u0083")).join(""));
    const values = new ValueNumbers(3 * alike.length);
    assert.deepEqual(alike.map((one) => values.of(0, one)), alike.map((_, index) => index));
    assert.deepEqual(alike.map((one) => values.of(0, one)), alike.map((_, index) => index));
    assert.deepEqual(alike.map((_, index) => values.of(1, `v${index}`)), alike.map((_, index) => alike.length + index));
    assert.deepEqual(alike.map((_, index) => values.of(2, index)), alike.map((_, index) => 2 * alike.length + index));
  });
});

describe("judging by columns", () => {
  const subjects = [["register", actRegister, null, checkRegister], ["counter", actCounter, 0, checkCounter]] as const;
  for (const [name, act, initial, check] of subjects) {
    it(`${name}: keys together are judged as each key alone`, () => {
      let invalid = 0;
      for (let round = 0; round < 500; round++) {
        const random = seededRandom(round);
        const sound = simulateObject({ act, initial, keys: 3, clients: 3, operationsPerClient: 6, lostRatio: 0.05, random });
        const reads = sound.filter(({ action, outcome }) => action === "read" && outcome === "ok");
        const [one, other] = [0, 1].map(() => reads[Math.floor(random() * reads.length)]);
        const history = sound.map((operation) => (operation === one && round % 3 > 0 ? { ...operation, output: other?.output } : operation));
        // Keys are recorded side by side.
        history.sort((a, b) => Number(a.callNs - b.callNs));
        const alone = ["key-0", "key-1", "key-2"].map((key) => check(history.filter((operation) => operation.key === key)));
        const wrong = alone.find(({ verdict }) => verdict === "invalid");
        const together = check(history);
        assert.equal(together.verdict === "invalid", wrong !== undefined, `${round}: ${together.reason}`);
        if (wrong === undefined) continue;
        invalid++;
        assert.ok(alone.some(({ reason, violation }) => reason === together.reason && isDeepStrictEqual(violation, together.violation)), `${round}: ${together.reason}`);
      }
      assert.ok(invalid > 50 && invalid < 450, `the histories are varied: ${invalid} of 500 are invalid`);
    });
  }
});

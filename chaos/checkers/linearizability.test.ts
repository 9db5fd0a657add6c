// Hand-made histories for everything the generic checkers can say: each anomaly by its name, and good histories with lost answers.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { seededRandom } from "../../contract/random.js";
import { checkCounter } from "./counter.js";
import { models } from "./index.js";
import { checkLinearizability } from "./linearizability.js";
import { casModel } from "./register-model.js";
import { checkRegister } from "./register.js";
import { setModel } from "./set-model.js";
import { actCas, actSet, simulateObject, withStaleRead } from "./simulated-object.js";

type Fields = Partial<Operation>;

/** One operation; `to` null: the answer was lost. */
function op(action: string, from: number, to: number | null, fields: Fields): Operation {
  return { process: 0, outcome: to === null ? "info" : "ok", action, key: "k", callNs: BigInt(from), returnNs: to === null ? null : BigInt(to), ...fields };
}
const write = (input: unknown, from: number, to: number | null, fields: Fields = {}): Operation => op("write", from, to, { input, ...fields });
const read = (output: unknown, from: number, to: number): Operation => op("read", from, to, { output });
const increment = (output: number, from: number, to: number): Operation => op("increment", from, to, { output });
const lostIncrement = (from: number): Operation => op("increment", from, null, {});
const cas = (input: readonly unknown[], output: boolean, from: number, to: number): Operation => op("cas", from, to, { input, output });
const add = (input: string, from: number, to: number | null): Operation => op("add", from, to, { input });
const remove = (input: string, from: number, to: number | null): Operation => op("remove", from, to, { input });

const checkCas = (operations: readonly Operation[]): CheckerAnswer => checkLinearizability(operations, casModel);
const checkSet = (operations: readonly Operation[]): CheckerAnswer => checkLinearizability(operations, setModel);
const failed: Fields = { outcome: "fail" };

type Case = readonly [name: string, check: (operations: readonly Operation[]) => CheckerAnswer, operations: readonly Operation[], reason?: RegExp, shown?: number];

const bad: readonly Case[] = [
  ["register: stale read", checkRegister, [write("1", 0, 1), write("2", 2, 3), read("1", 4, 5), read("2", 6, 7)], /^stale read: .*"1" after "2"/, 3],
  ["register: lost write, absent after it", checkRegister, [write("1", 0, 1), read(null, 2, 3)], /^stale read: .*null after "1"/, 2],
  ["register: two reads see the new and then the old value of an open write", checkRegister, [write("1", 0, 1), write("2", 2, null), read("2", 3, 4), read("1", 5, 6)], /^stale read/, 4],
  ["register: never written", checkRegister, [write("1", 0, 1), read("9", 2, 3)], /^garbage: "9"/, 1],
  ["register: read of a failed write", checkRegister, [write("1", 0, 1, failed), read("1", 2, 3)], /^failed write/, 2],
  ["register: read before its write", checkRegister, [read("1", 0, 1), write("1", 2, 3)], /^future/, 2],
  ["register: a value within another's", checkRegister, [write("1", 0, 1), write("2", 3, 4), read("1", 6, 7)], /^stale read/, 3],
  ["register with repeated values: stale read", checkRegister, [write(1, 0, 1), write(2, 2, 3), write(2, 4, 5), read(1, 6, 7)], /^contradiction/],
  ["counter: duplicate increment (lost update)", checkCounter, [increment(1, 0, 1), increment(1, 0, 2)], /^duplicate increment/, 2],
  ["counter: stale read", checkCounter, [increment(1, 0, 1), increment(2, 2, 3), read(1, 4, 5)], /^stale read/, 2],
  ["counter: went back", checkCounter, [increment(2, 0, 1), increment(1, 2, 3)], /^went back/, 2],
  ["counter: skipped a number", checkCounter, [increment(1, 0, 1), increment(3, 2, 3)], /^skipped/, 1],
  ["counter: read of a number not reached", checkCounter, [increment(1, 0, 1), read(5, 2, 3)], /^skipped: read/, 1],
  ["counter: read before its increment", checkCounter, [read(1, 0, 1), increment(1, 2, 3)], /^future/, 2],
  ["counter: one lost increment cannot be two", checkCounter, [lostIncrement(0), read(2, 1, 2)], /^skipped/],
  ["counter: a lost increment cannot have happened before its call", checkCounter, [read(1, 0, 1), lostIncrement(2)], /^skipped/],
  ["counter: no number", checkCounter, [op("read", 0, 1, { output: "many" })], /^garbage/, 1],
  ["cas: succeeded twice", checkCas, [cas([null, 1], true, 0, 1), cas([null, 2], true, 0, 2)], /^contradiction: cas/, 2],
  ["cas: failed although it matched", checkCas, [write(1, 0, 1), cas([1, 2], false, 2, 3)], /^contradiction: cas/, 2],
  ["cas: its write was lost", checkCas, [write(1, 0, 1), cas([1, 2], true, 2, 3), read(1, 4, 5)], /^contradiction: read/, 2],
  ["cas: a failed one took effect", checkCas, [op("cas", 0, 1, { input: [null, 1], ...failed }), read(1, 2, 3)], /^contradiction/, 1],
  ["cas: never written", checkCas, [write(1, 0, 1), read(7, 2, 3)], /^contradiction: read -> 7/, 1],
  ["set: forgot an element", checkSet, [add("x", 0, 1), op("read", 2, 3, { output: [] })], /^contradiction: read/, 2],
  ["set: element of nobody", checkSet, [add("x", 0, 1), op("read", 2, 3, { output: ["x", "y"] })], /^contradiction/, 1],
  ["set: removed and still there", checkSet, [add("x", 0, 1), remove("x", 2, 3), op("contains", 4, 5, { input: "x", output: true })], /^contradiction/],
  ["set: twice in one read", checkSet, [add("x", 0, 1), op("read", 2, 3, { output: ["x", "x"] })], /^contradiction/],
  ["set: new twice", checkSet, [op("add", 0, 1, { input: "x", output: true }), op("add", 0, 2, { input: "x", output: true })], /^contradiction: add/, 2],
  ["set: came back after a read without it", checkSet, [add("x", 0, null), op("read", 1, 2, { output: ["x"] }), op("read", 3, 4, { output: [] })], /^contradiction/],
];

const good: readonly Case[] = [
  ["register: a lost write is read much later", checkRegister, [write("1", 0, 1), write("2", 2, null), read("1", 3, 4), read("2", 90, 91)]],
  ["register: a lost write never lands", checkRegister, [write("1", 0, 1), write("2", 2, null), read("1", 90, 91)]],
  ["register: overlap in either order", checkRegister, [write("1", 0, 9), write("2", 0, 9), read("2", 1, 3), read("1", 4, 5)]],
  ["register: ends when the next begins", checkRegister, [write("1", 0, 1), write("2", 2, 3), read("1", 3, 4)]],
  ["register: keys are independent", checkRegister, [write("1", 0, 1), { ...read(null, 2, 3), key: "other" }]],
  ["register: a value written twice", checkRegister, [write(1, 0, 1), write(2, 2, 3), write(1, 4, 5), read(1, 6, 7)]],
  ["counter: lost increments fill the gaps", checkCounter, [lostIncrement(0), lostIncrement(0), increment(2, 1, 2), read(3, 8, 9)]],
  ["counter: a lost increment never happened", checkCounter, [increment(1, 0, 1), lostIncrement(2), increment(2, 3, 4), read(2, 5, 6)]],
  ["counter: a failed increment did not happen", checkCounter, [op("increment", 0, 1, failed), increment(1, 2, 3)]],
  ["cas: a lost one succeeded late", checkCas, [write(1, 0, 1), op("cas", 2, null, { input: { from: 1, to: 2 } }), read(1, 3, 4), read(2, 90, 91)]],
  ["cas: a lost one never happened", checkCas, [write(1, 0, 1), op("cas", 2, null, { input: [1, 2] }), read(1, 90, 91)]],
  ["set: a lost add lands late", checkSet, [add("x", 0, null), op("read", 1, 2, { output: [] }), op("read", 3, 4, { output: ["x"] })]],
  ["set: elements apart", checkSet, [add("x", 0, 1), remove("y", 2, 3), op("contains", 4, 5, { input: "x", output: true })]],
];

describe("generic checkers: what is wrong", () => {
  for (const [name, check, operations, reason, shown] of bad) {
    it(name, () => {
      const answer = check(operations);
      assert.equal(answer.verdict, "invalid", answer.reason);
      assert.match(answer.reason, reason ?? /./);
      const violation = answer.violation ?? [];
      assert.ok(violation.length > 0 && violation.every((one) => operations.includes(one)));
      if (shown !== undefined) assert.equal(violation.length, shown, JSON.stringify(violation.map(({ action, input, output }) => [action, input, output])));
    });
  }
});

describe("generic checkers: what is right", () => {
  for (const [name, check, operations] of good) {
    it(name, () => {
      const answer = check(operations);
      assert.equal(answer.verdict, "valid", answer.reason);
      assert.equal(answer.violation, undefined);
    });
  }

  for (const [name, act, initial, check] of [["cas", actCas, null, checkCas], ["set", actSet, [], checkSet]] as const) {
    it(`${name}: 5 busy clients with lost answers, and the same with a stale read`, function () {
      this.timeout(20_000);
      const history = simulateObject({ act, initial, keys: 1, clients: 5, operationsPerClient: 20, lostRatio: 0.02, random: seededRandom(7) });
      assert.equal(check(history).verdict, "valid");
      if (name === "set") assert.equal(check(withStaleRead(history)).verdict, "invalid");
    });
  }
});

describe("generic checkers: what cannot be judged", () => {
  const busy = simulateObject({ act: actCas, initial: null, keys: 1, clients: 8, operationsPerClient: 50, random: seededRandom(8) });

  it("is unknown out of budget, by steps and by the caller's clock", () => {
    assert.equal(checkLinearizability(busy, casModel, { maxSteps: 100 }).verdict, "unknown");
    assert.equal(checkLinearizability(busy, casModel, { isOver: () => true }).verdict, "unknown");
    assert.match(checkLinearizability(busy, casModel, { maxSteps: 100 }).reason, /^out of budget on 1 of 1 keys/);
  });

  const lostOperations: Readonly<Record<string, Operation>> = {
    counter: lostIncrement(0),
    set: add("x", 0, 1),
    append: op("append", 0, 1, { input: "x" }),
    sessions: op("write", 0, null, { input: { items: ["x"] } }),
    "list-append": op("transaction", 0, null, { input: [["append", "x", 1]] }),
  };

  it("is unknown when nothing was answered", () => {
    for (const [name, model] of models) {
      const nothing = [lostOperations[name] ?? write("1", 0, 1)];
      assert.equal(model.judge(nothing, {}).answer.verdict, "unknown", name);
      assert.equal(model.judge([], {}).answer.verdict, "unknown", name);
    }
  });

  it("refuses operations of another model, and answers without a value", () => {
    const wrong = op("jump", 0, 1, {});
    for (const [name, model] of models) assert.throws(() => model.judge([wrong], {}), (error) => error instanceof EdgemarkError && error.code === "usage.input", name);
    assert.throws(() => checkRegister([op("read", 0, 1, {})]), /no value/);
    assert.throws(() => checkCounter([op("increment", 0, 1, { input: 2, output: 2 })]), /increments by 1/);
    assert.throws(() => checkCas([op("cas", 0, 1, { input: [1], output: true })]), /no input \[from, to\]/);
  });

  it("compares times that a double cannot hold", () => {
    const far = 2n ** 62n;
    const first = { ...write("1", 0, 1), callNs: 0n, returnNs: 1n };
    const second = { ...write("2", 0, 1), callNs: far, returnNs: far + 1n };
    const stale = { ...read("1", 0, 1), callNs: far + 2n, returnNs: far + 3n };
    assert.equal(checkRegister([first, second, stale]).verdict, "invalid");
    assert.equal(checkRegister([first, second, { ...stale, callNs: far + 1n }]).verdict, "valid");
  });
});

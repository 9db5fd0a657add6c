// List-append and set: hand-made bad histories that must fail, each shown in a few operations, and sound ones that must pass.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import { checkAppend } from "./append.js";
import { checkSet } from "./set.js";

type Short = readonly [action: string, value: unknown, callMs: number, returnMs: number | null, outcome?: Operation["outcome"]];

/** [action, input of an append or add, output of the rest, call, return]; no return: the answer was lost. */
function history(...operations: readonly Short[]): Operation[] {
  return operations.map(([action, value, call, end, outcome], process) => ({
    process,
    action,
    key: "k",
    outcome: outcome ?? (end === null ? "info" : "ok"),
    ...(action === "read" ? (end === null ? {} : { output: value }) : { input: value }),
    callNs: BigInt(call),
    returnNs: end === null ? null : BigInt(end),
  }));
}

describe("list-append checker", () => {
  const sound: Readonly<Record<string, readonly Short[]>> = {
    "nothing but empty reads": [["read", [], 0, 1]],
    "appends in the order of their answers": [["append", 1, 0, 1], ["append", 2, 2, 3], ["read", [1], 2, 3], ["read", [1, 2], 4, 5]],
    "concurrent appends in either order": [["append", 1, 0, 5], ["append", 2, 0, 5], ["read", [2], 1, 4], ["read", [2, 1], 6, 7]],
    "a lost append that happened, and one that did not": [["append", 1, 0, null], ["append", 2, 0, null], ["read", [2], 5, 6]],
    "a lost append that happens late": [["append", 1, 0, null], ["read", [], 5, 6], ["read", [1], 7, 8]],
    "an append that nobody read, because nobody read after it": [["read", [], 0, 1], ["append", 1, 0, 2]],
    "a failed append": [["append", 1, 0, 1, "fail"], ["read", [], 2, 3]],
  };
  for (const [name, operations] of Object.entries(sound)) {
    it(`takes ${name}`, () => assert.equal(checkAppend(history(...operations)).verdict, "valid"));
  }

  const bad: readonly (readonly [RegExp, readonly Short[]])[] = [
    [/^lost append: 1 /, [["append", 1, 0, 1], ["append", 2, 2, 3], ["read", [2], 4, 5]]],
    [/^lost append: 1 /, [["append", 1, 0, 1], ["read", [], 2, 3]]],
    [/^two orders: .*place 1/, [["append", 1, 0, 9], ["append", 2, 0, 9], ["read", [1, 2], 4, 5], ["read", [2, 1], 4, 5]]],
    [/^two orders: .*lists 2 before 1/, [["append", 1, 0, 1], ["append", 2, 2, 3], ["read", [2, 1], 4, 5]]],
    [/^stale read: .*lacks 1/, [["append", 1, 0, 1], ["read", [], 2, 3], ["read", [1], 4, 5]]],
    [/^stale read/, [["append", 1, 0, null], ["read", [1], 2, 3], ["read", [], 4, 5]]],
    [/^garbage: 7 /, [["append", 1, 0, 1], ["read", [7], 2, 3]]],
    [/^failed append: 1 /, [["append", 1, 0, 1, "fail"], ["read", [1], 2, 3]]],
    [/^duplicate: 1 /, [["append", 1, 0, 1], ["read", [1, 1], 2, 3]]],
    [/^future: /, [["read", [1], 0, 1], ["append", 1, 2, 3]]],
  ];
  for (const [reason, operations] of bad) {
    it(`refuses ${reason.source.slice(1)} in ${JSON.stringify(operations.map(([action, value]) => [action, value]))}`, () => {
      const answer = checkAppend(history(...operations));
      assert.equal(answer.verdict, "invalid");
      assert.match(answer.reason, reason);
      assert.ok((answer.violation?.length ?? 9) <= 3);
    });
  }

  it("judges nothing without a read, and refuses what is no such history", () => {
    assert.equal(checkAppend(history(["append", 1, 0, 1])).verdict, "unknown");
    for (const operations of [history(["write", 1, 0, 1]), history(["append", 1, 0, 1], ["append", 1, 2, 3]), history(["read", 3, 0, 1]), history(["append", undefined, 0, 1])]) {
      assert.throws(() => checkAppend(operations), (error) => error instanceof EdgemarkError && error.code === "usage.input");
    }
  });
});

describe("set checker", () => {
  it("shows a lost element in a few operations, however large the set is", () => {
    const adds = Array.from({ length: 40 }, (_, index): Short => ["add", index, index * 10, index * 10 + 5]);
    const read: Short = ["read", adds.map(([, value]) => value).filter((value) => value !== 17), 900, 905];
    const answer = checkSet(history(...adds, read));
    assert.equal(answer.verdict, "invalid");
    assert.deepEqual(answer.violation?.map(({ action }) => action), ["add", "read"]);
  });

  it("judges reads of the whole set as a whole", () => {
    // Each element alone is explained; the two reads together are not.
    const operations = history(["add", 1, 0, 20], ["add", 2, 0, 20], ["read", [1], 5, 15], ["read", [2], 5, 15]);
    assert.equal(checkSet(operations).verdict, "invalid");
    assert.equal(checkSet(history(["add", 1, 0, 20], ["add", 2, 0, 20], ["read", [1], 5, 15], ["read", [1, 2], 5, 15])).verdict, "valid");
  });
});

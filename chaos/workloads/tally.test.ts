import assert from "node:assert/strict";
import type { Operation } from "../../contract/history/types.js";
import { tallySessions, tallyTransactions } from "./tally.js";

const ms = 1_000_000n;

function operation(action: string, callMs: number, input: unknown, output?: unknown): Operation {
  const isAnswered = output !== undefined;
  return { process: 0, key: "k", action, input, outcome: isAnswered ? "ok" : "info", callNs: BigInt(callMs) * ms, returnNs: isAnswered ? BigInt(callMs + 10) * ms : null, ...(isAnswered ? { output } : {}) };
}

describe("tally of sessions", () => {
  it("counts kinds, and reads that missed a write that was over", () => {
    const history = [
      operation("write", 0, { session: "s0", start: "first-primary", items: ["a"] }, { version: 1 }),
      // Misses a write that was answered 90 ms before.
      operation("read", 100, { session: "s1", start: "first-unconstrained", items: ["a", "b"] }, { versions: { a: 0, b: 0 } }),
      operation("read", 120, { session: "s1", bookmark: "x", items: ["a"] }, { versions: { a: 1 } }),
      operation("write", 130, { items: ["b"] }, { version: 2 }),
      // Begun before that write was answered.
      operation("read", 135, { session: "s2", bookmark: "y", items: ["b"] }, { versions: { b: 0 } }),
      operation("read", 150, { items: ["a"] }),
    ];

    assert.deepEqual(tallySessions(history), { writes: 2, reads: 3, outside: 1, unconstrained: 1, firstPrimary: 1, handedOn: 1, past: 1, oldestMs: 90 });
  });

  it("keeps keys apart", () => {
    const history = [operation("write", 0, { items: ["a"] }, { version: 1 }), { ...operation("read", 100, { items: ["a"] }, { versions: { a: 0 } }), key: "other" }];

    assert.equal(tallySessions(history)["past"], 0);
  });
});

describe("tally of transactions", () => {
  it("counts kinds, lists with something in them, and refusals", () => {
    const history = [
      operation("transaction", 0, [["append", "x", 1]], [["append", "x", 1]]),
      operation("transaction", 0, [["r", "x", null]], [["r", "x", []]]),
      operation("transaction", 0, [["append", "x", 2], ["r", "x", null]], [["append", "x", 2], ["r", "x", [1, 2]]]),
      { ...operation("transaction", 0, [["append", "x", 8]]), outcome: "fail" as const },
    ];

    assert.deepEqual(tallyTransactions(history), { appends: 1, reads: 1, both: 1, filled: 1, refused: 1 });
  });
});

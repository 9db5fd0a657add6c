// The checker of transactions against every order on random small histories, at three levels of isolation. What it shows of a
// cycle is judged too: with the reads that prove it, it has no order either.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Operation } from "../../contract/history/types.js";
import { someSerialOrder } from "./every-transaction-order.js";
import { checkTransactions, type IsolationLevel } from "./transactions.js";

const lists = ["x", "y"] as const;
const drawn = fc.array(
  fc.record({
    process: fc.nat(2),
    outcome: fc.constantFrom("ok" as const, "ok" as const, "ok" as const, "ok" as const, "ok" as const, "info" as const, "fail" as const),
    call: fc.nat(12),
    length: fc.nat(6),
    steps: fc.array(fc.record({ list: fc.nat(1), isRead: fc.boolean() }), { minLength: 1, maxLength: 3 }),
    // Mostly the latest state; else one that lacks as many appends.
    lag: fc.constantFrom(0, 0, 0, 1, 1, 2),
    perTurn: fc.boolean(),
  }),
  { minLength: 2, maxLength: 5 },
);
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

function history(all: Drawn): Operation[] {
  const state: unknown[][] = [[], []];
  let value = 0;
  const times: (readonly [process: number, from: number, to: number])[] = [];
  const operations = all.map((one, index): Operation => {
    const snapshot = state.map((list) => list.slice(0, Math.max(0, list.length - one.lag)));
    const own: unknown[][] = [[], []];
    const input: unknown[] = [];
    const output: unknown[] = [];
    for (const { list, isRead } of one.steps) {
      const name = lists[list];
      if (isRead) {
        input.push(["r", name, null]);
        output.push(["r", name, [...(snapshot[list] ?? []), ...(own[list] ?? [])]]);
        continue;
      }
      own[list]?.push(++value);
      input.push(["append", name, value]);
      output.push(["append", name, value]);
    }
    // A failed one leaves nothing, mostly; a lost one as often as not.
    if (one.outcome === "ok" || (one.outcome === "info" && one.perTurn) || (one.outcome === "fail" && one.perTurn && one.lag === 2)) for (const [list, appended] of own.entries()) state[list]?.push(...appended);
    const call = one.perTurn ? index * 3 : one.call;
    // A process does one thing at a time.
    const isFree = times.every(([process, from, to]) => process !== one.process || from > call + one.length || to < call);
    times.push([one.process, call, call + one.length]);
    return {
      process: one.outcome === "info" || !isFree ? 10 + index : one.process,
      outcome: one.outcome,
      action: "transaction",
      key: "k",
      input,
      ...(one.outcome === "ok" ? { output } : {}),
      callNs: BigInt(call),
      returnNs: one.outcome === "info" ? null : BigInt(call + one.length),
    };
  });
  return operations;
}

const levels: readonly (readonly [IsolationLevel, "any" | "process" | "realtime"])[] = [
  ["serializable", "any"],
  ["strong-session-serializable", "process"],
  ["strict-serializable", "realtime"],
];

describe("transaction checker against every order", () => {
  for (const [level, order] of levels) {
    it(`${level}: agrees on 1,500 small histories`, function () {
      this.timeout(60_000);
      const seen = { valid: 0, invalid: 0, unknown: 0 };
      const kinds = new Map<string, number>();
      fc.assert(
        fc.property(drawn, (all) => {
          const operations = history(all);
          const answer = checkTransactions(operations, level);
          seen[answer.verdict]++;
          for (const { kind } of answer.anomalies) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
          const isExplained = someSerialOrder(operations, order);
          if (answer.verdict === "unknown") return assert.ok(isExplained, answer.reason);
          assert.equal(answer.verdict === "valid", isExplained, answer.reason);
          if (answer.verdict === "invalid") assert.ok((answer.violation ?? []).length > 0 && (answer.violation ?? []).every((one) => operations.includes(one)));
        }),
        { numRuns: 1_500, seed: 20_262 },
      );
      assert.ok(seen.valid > 150 && seen.invalid > 100, `the histories are varied: ${JSON.stringify(seen)}`);
      const expected = ["G-single", "lost-update", "G1a", "incompatible-order", ...(level === "serializable" ? ["G2"] : [])];
      for (const kind of expected) assert.ok((kinds.get(kind) ?? 0) > 0, `${kind} came: ${JSON.stringify([...kinds])}`);
    });
  }
});

// The session checker: hand-made bad histories for each guarantee and each further anomaly, shown in a few operations, sound ones
// that must pass, and rare defects in long histories.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import { seededRandom } from "../../contract/random.js";
import { simulateSessions } from "./simulated-sessions.js";
import { checkSessions } from "./sessions.js";

interface Short {
  readonly session?: string;
  readonly bookmark?: string;
  /** A write of these items, answered with its version; null: the answer was lost. */
  readonly write?: string;
  readonly version?: number | null;
  readonly read?: Readonly<Record<string, number>>;
  readonly answered?: string;
  readonly at: readonly [callMs: number, returnMs: number];
}

function history(...all: readonly Short[]): Operation[] {
  return all.map(({ session, bookmark, write, version, read, answered, at: [call, end] }, process) => ({
    process,
    key: "d",
    action: write === undefined ? "read" : "write",
    input: { ...(session === undefined ? {} : { session }), ...(bookmark === undefined ? {} : { bookmark }), ...(write === undefined ? {} : { items: write.split("+") }) },
    ...(version === null ? {} : { output: { ...(write === undefined ? { versions: read } : { version }), ...(answered === undefined ? {} : { bookmark: answered }) } }),
    outcome: version === null ? "info" : "ok",
    callNs: BigInt(call),
    returnNs: version === null ? null : BigInt(end),
  }));
}

const w = (session: string | undefined, items: string, version: number | null, call: number, more: Partial<Short> = {}): Short => ({ ...(session === undefined ? {} : { session }), write: items, version, at: [call, call + 1], ...more });
const r = (session: string | undefined, read: Readonly<Record<string, number>>, call: number, more: Partial<Short> = {}): Short => ({ ...(session === undefined ? {} : { session }), read, at: [call, call + 1], ...more });

describe("session checker", function () {
  // A busy machine takes its time over thousands of operations.
  this.timeout(60_000);
  const sound: Readonly<Record<string, readonly Short[]>> = {
    "a session that reads what it wrote": [w("a", "x", 1, 0), r("a", { x: 1 }, 2)],
    "another session that does not see it yet": [w("a", "x", 1, 0), r("b", { x: 0 }, 2), r("b", { x: 1 }, 4), r("c", { x: 0 }, 6)],
    "operations of one session at a time: neither is before the other": [w("a", "x", 1, 0, { at: [0, 9] }), r("a", { x: 0 }, 3)],
    "a bookmark that is handed over": [w("a", "x", 1, 0, { answered: "b1" }), r("b", { x: 1 }, 2, { bookmark: "b1" })],
    "a bookmark that was answered again later, from further on": [w("a", "x", 1, 0, { answered: "b1" }), r("b", { x: 1 }, 4, { bookmark: "b1" }), w("c", "x", 2, 2, { at: [2, 9], answered: "b1" })],
    "a lost write that happened, and one that did not": [w("a", "x", null, 0), w("b", "x", null, 0), r("a", { x: 1 }, 5), r("b", { x: 0 }, 5)],
    "a bookmark that nobody in the history was given": [r("a", { x: 0 }, 0, { bookmark: "elsewhere" })],
    "two items of one write": [w("a", "x+y", 1, 0), r("b", { x: 1, y: 1 }, 2)],
  };
  for (const [name, operations] of Object.entries(sound)) {
    it(`takes ${name}`, () => {
      const answer = checkSessions(history(...operations));
      assert.equal(answer.verdict, "valid", answer.reason);
    });
  }

  const bad: readonly (readonly [name: string, reason: RegExp, shown: number, operations: readonly Short[]])[] = [
    ["a session that misses its own write", /^read your writes: session "a" read item "x" at version 0 after it had written version 1/, 2, [w("a", "x", 1, 0), r("a", { x: 0 }, 2), r("a", { x: 1 }, 4)]],
    ["a handed bookmark whose write is missed", /^read your writes: .*after session "a", whose bookmark it was handed/, 2, [w("a", "x", 1, 0, { answered: "b1" }), r("b", { x: 0 }, 2, { bookmark: "b1" })]],
    ["a bookmark that is handed on twice", /^read your writes/, 2, [w("a", "x", 1, 0, { answered: "b1" }), r("b", { y: 0 }, 2, { bookmark: "b1", answered: "b2" }), r("c", { x: 0 }, 4, { bookmark: "b2" })]],
    ["a session that goes back in time", /^monotonic reads: session "a" read item "x" at version 1 after it had read it at version 2/, 3, [w("w", "x", 1, 0), w("w", "x", 2, 2), r("a", { x: 2 }, 4), r("a", { x: 1 }, 6)]],
    ["a session whose second write is numbered before its first", /^monotonic writes: a write of session "a" got the version 1 after it had written version 2/, 2, [w("a", "x", 2, 0), w("a", "y", 1, 2), r("r", { x: 2 }, 4)]],
    ["a reader that sees the second write without the first", /^monotonic writes: .*sees version 2, whose session had written version 1/, 3, [w("a", "x", 1, 0), w("a", "y", 2, 2), r("b", { x: 0, y: 2 }, 4)]],
    ["the same in two reads", /^monotonic writes/, 4, [w("a", "x", 1, 0), w("a", "y", 2, 2), r("b", { y: 2 }, 4), r("b", { x: 0 }, 6)]],
    ["a write numbered before what its session had read", /^writes follow reads: a write of session "a" got the version 1 after it had read version 2/, 3, [w("w", "x", 2, 0, { at: [0, 9] }), r("a", { x: 2 }, 2), w("a", "y", 1, 4)]],
    ["a reader that sees an answer without the question", /^writes follow reads: .*sees version 2, whose session had read item "x" at version 1/, 4, [w("w", "x", 1, 0), r("a", { x: 1 }, 2), w("a", "y", 2, 4), r("b", { x: 0, y: 2 }, 6)]],
    ["a reader that sees a later write of somebody else only", /^order: .*lacks version 1/, 3, [w("v", "x", 1, 0), w("w", "y", 2, 2), r("b", { x: 0, y: 2 }, 4)]],
    ["half of a write", /^order: /, 2, [w("v", "x+y", 1, 0), r("b", { x: 0, y: 1 }, 4)]],
    ["an answer outside of sessions that is not the primary's", /^primary: process 1 read item "x" at version 0 outside of sessions/, 2, [w("a", "x", 1, 0), r(undefined, { x: 0 }, 2)]],
    ["a primary that forgot", /^primary: a write of session "b" got the version 1/, 2, [w("a", "x", 2, 0), w("b", "x", 1, 2), r("c", { x: 2 }, 4)]],
    ["one version told twice", /^two writes: /, 2, [w("a", "x", 1, 0, { at: [0, 5] }), w("b", "x", 1, 1, { at: [1, 5] }), r("c", { x: 1 }, 7)]],
    ["a version that nobody wrote", /^garbage: version 7/, 1, [w("a", "x", 1, 0), r("b", { x: 7 }, 2)]],
    ["two versions of one lost write", /^garbage: /, 1, [w("a", "x", null, 0), r("b", { x: 1 }, 2), r("b", { x: 2 }, 4)]],
    ["a version of another item", /^garbage: item "y" has the version 1/, 2, [w("a", "x", 1, 0), r("b", { y: 1 }, 2)]],
    ["a version from the future", /^future: /, 2, [r("b", { x: 1 }, 0), w("a", "x", 1, 4)]],
  ];
  for (const [name, reason, shown, operations] of bad) {
    it(`refuses ${name}`, () => {
      const answer = checkSessions(history(...operations));
      assert.equal(answer.verdict, "invalid");
      assert.match(answer.reason, reason);
      assert.equal(answer.violation?.length, shown);
    });
  }

  it("judges nothing without a read, and refuses what is no such history", () => {
    assert.equal(checkSessions(history(w("a", "x", 1, 0))).verdict, "unknown");
    const broken: readonly Partial<Operation>[] = [{ action: "append" }, { output: {} }, { output: { versions: { x: -1 } } }, { output: { versions: [1] } }, { input: { session: 3 } }, { action: "write", output: { version: 1 } }, { action: "write", input: { items: ["x"] }, output: { version: 0 } }];
    for (const part of broken) {
      const operations = history(r("a", { x: 0 }, 0)).map((one) => ({ ...one, ...part }));
      assert.throws(() => checkSessions(operations), (error) => error instanceof EdgemarkError && error.code === "usage.input", JSON.stringify(part));
    }
  });

  const long = { clients: 20, operationsPerClient: 1_000, items: 40, operationsPerSession: 25 };
  it("takes 20,000 operations on a database whose replicas lag", () => {
    const answer = checkSessions(simulateSessions({ ...long, random: seededRandom(1) }).operations);
    assert.equal(answer.verdict, "valid", answer.reason);
    assert.ok(answer.counts.sessions >= 800 && answer.counts.handedOver > 750);
  });
  for (const kind of ["forgotten-bookmark", "lost-change"] as const) {
    it(`finds ${kind} in one of 2,000 operations`, () => {
      const { operations, planted } = simulateSessions({ ...long, defect: { kind, ratio: 0.0005 }, random: seededRandom(2) });
      const answer = checkSessions(operations);
      assert.ok(planted >= 3 && answer.verdict === "invalid", `${planted} planted, ${answer.reason}`);
      assert.ok(answer.anomalies.reduce((sum, { count }) => sum + count, 0) >= planted / 2);
      assert.ok((answer.violation?.length ?? 9) <= 5);
    });
  }
});

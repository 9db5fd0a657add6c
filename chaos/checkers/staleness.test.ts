// Hand-made histories, one for each thing the staleness checker can say, so that every verdict has been seen.
import assert from "node:assert/strict";
import type { Operation } from "../../contract/history/types.js";
import { EdgemarkError } from "../../contract/errors.js";
import { checkStaleness } from "./staleness.js";

const ms = 1_000_000;
const promised = { windowNs: 60 * ms };

/** One operation; times in ms. `to` null: the answer was lost. */
function op(popId: string, action: string, value: unknown, from: number, to: number | null, more: Partial<Operation> = {}): Operation {
  return {
    process: 0,
    outcome: to === null ? "info" : "ok",
    action,
    key: "k",
    ...(action === "read" ? { output: value } : action === "write" ? { input: value } : {}),
    callNs: BigInt(from * ms),
    returnNs: to === null ? null : BigInt(to * ms),
    popId,
    ...more,
  };
}

const write = (popId: string, value: unknown, from: number, to: number | null): Operation => op(popId, "write", value, from, to);
const remove = (popId: string, from: number, to: number | null): Operation => op(popId, "delete", undefined, from, to);
const read = (popId: string, value: unknown, from: number, to: number): Operation => op(popId, "read", value, from, to);

describe("staleness: what is valid", () => {
  it("has a window of zero for a store that is never stale", () => {
    const answer = checkStaleness([write("a", "1", 0, 1), read("b", "1", 2, 3), write("a", "2", 4, 5), read("b", "2", 6, 7)], promised);
    assert.equal(answer.verdict, "valid");
    assert.equal(answer.windowMs, 0);
  });

  it("finds the smallest window and the pair it comes from", () => {
    const answer = checkStaleness([write("a", "1", 0, 1), write("a", "2", 10, 11), read("b", "1", 50, 51), read("a", "2", 52, 53)], promised);
    assert.equal(answer.verdict, "valid");
    assert.equal(answer.windowMs, 39);
    assert.deepEqual(answer.pairs, [
      { writerPopId: "a", readerPopId: "b", reads: 1, staleReads: 1, windowMs: 39 },
      { writerPopId: "a", readerPopId: "a", reads: 1, staleReads: 0, windowMs: 0 },
    ]);
    assert.deepEqual(answer.readYourWrites, [{ popId: "a", reads: 1, missed: 0 }]);
  });

  it("keeps negative look-ups apart", () => {
    const answer = checkStaleness([write("a", "1", 0, 1), read("b", null, 31, 32), read("b", "1", 90, 91)], promised);
    assert.equal(answer.verdict, "valid");
    assert.deepEqual(answer.negative, { reads: 1, staleReads: 1, windowMs: 30 });
    assert.deepEqual(answer.deletes, { reads: 1, staleReads: 0, windowMs: 0 });
  });

  it("counts a write that its own PoP did not see, and does not judge it", () => {
    const answer = checkStaleness([write("a", "1", 0, 1), write("a", "2", 2, 3), read("a", "1", 5, 6), read("a", "2", 7, 8)], promised);
    assert.equal(answer.verdict, "valid");
    assert.deepEqual(answer.readYourWrites, [{ popId: "a", reads: 2, missed: 1 }]);
  });

  it("lets a lost write land late or never", () => {
    const lost = write("a", "2", 2, null);
    assert.equal(checkStaleness([write("a", "1", 0, 1), lost, read("b", "1", 500, 501), read("b", "2", 900, 901)], promised).windowMs, 0);
    assert.equal(checkStaleness([write("a", "1", 0, 1), lost, read("b", "1", 900, 901)], promised).windowMs, 0);
  });

  it("lets a lost delete explain absence at any later time", () => {
    const history = [write("a", "1", 0, 1), remove("a", 2, null), read("b", "1", 500, 501), read("b", null, 900, 901)];
    assert.equal(checkStaleness(history, promised).windowMs, 0);
  });

  it("chooses the delete that excuses a read of null", () => {
    const history = [write("a", "1", 0, 1), remove("a", 10, 11), write("a", "2", 20, 21), remove("a", 30, 31), read("b", null, 40, 41)];
    assert.equal(checkStaleness(history, promised).windowMs, 0);
  });

  it("does not blame reads of writes that overlapped", () => {
    const answer = checkStaleness([write("a", "1", 0, 50), write("b", "2", 0, 50), read("a", "1", 10, 11), read("b", "2", 20, 21), read("c", "2", 60, 61)], promised);
    assert.equal(answer.verdict, "valid");
    assert.equal(answer.windowMs, 0);
  });

  it("does not judge convergence while a write is lost, or before the window is over", () => {
    const lost = checkStaleness([write("a", "1", 0, 1), write("b", "2", 0, null), read("a", "1", 100, 101), read("b", "2", 102, 103)], promised);
    assert.equal(lost.verdict, "valid");
    assert.deepEqual(lost.convergence, { keysJudged: 0, keysOpen: 1, keysNotRead: 0, disagreements: [] });
    const early = checkStaleness([write("a", "1", 0, 1), write("b", "2", 0, 1), read("a", "1", 20, 21), read("b", "2", 22, 23)], promised);
    assert.equal(early.verdict, "valid");
    assert.equal(early.convergence?.keysNotRead, 1);
  });
});

describe("staleness: what is unknown", () => {
  it("is a history without an answered read", () => {
    for (const history of [[], [write("a", "1", 0, 1)], [read("a", "1", 0, 1)].map((one) => ({ ...one, outcome: "fail" as const }))]) {
      const answer = checkStaleness(history, promised);
      assert.equal(answer.verdict, "unknown");
      assert.equal(answer.windowMs, null);
    }
  });

  it("is a history whose values repeat", () => {
    const answer = checkStaleness([write("a", "1", 0, 1), write("a", "1", 2, 3), read("a", "1", 4, 5)], promised);
    assert.equal(answer.verdict, "unknown");
    assert.match(answer.reason, /written twice/);
  });

  it("is refused when it is no register's", () => {
    const isInput = (thrown: unknown): boolean => thrown instanceof EdgemarkError && thrown.code === "usage.input";
    assert.throws(() => checkStaleness([op("a", "increment", 1, 0, 1)]), isInput);
    assert.throws(() => checkStaleness([read("a", undefined, 0, 1)]), isInput);
    assert.throws(() => checkStaleness([write("a", undefined, 0, 1)]), isInput);
  });
});

describe("staleness: what is invalid", () => {
  const cases: { readonly kind: string; readonly title: string; readonly history: readonly Operation[]; readonly shows: number; readonly text: RegExp }[] = [
    {
      kind: "garbage",
      title: "a value nobody wrote",
      history: [write("a", "1", 0, 1), read("b", "x", 2, 3)],
      shows: 1,
      text: /PoP b returned "x" .* nobody wrote/,
    },
    {
      kind: "failed-write",
      title: "the value of a write that failed",
      history: [{ ...write("a", "1", 0, 1), outcome: "fail" }, read("b", "1", 2, 3)],
      shows: 2,
      text: /whose write had failed/,
    },
    { kind: "future", title: "a value read before its write began", history: [read("b", "1", 0, 1), write("a", "1", 5, 6)], shows: 2, text: /before its write/ },
    {
      kind: "stale",
      title: "a value older than the window",
      history: [write("a", "1", 0, 1), read("c", "1", 3, 4), write("a", "2", 10, 11), read("b", "1", 72, 73), read("c", "2", 74, 75)],
      shows: 3,
      text: /PoP b returned "1" .* 61\.0 ms after the write of "2" at PoP a/,
    },
    {
      kind: "negative",
      title: "an absence older than the window",
      history: [read("b", null, 0, 1), write("a", "1", 5, 6), read("b", null, 70, 71)],
      shows: 2,
      text: /PoP b returned nothing .* 64\.0 ms after/,
    },
    {
      kind: "resurrected",
      title: "a value that came back after its delete",
      history: [write("a", "1", 0, 1), remove("a", 5, 6), read("b", null, 30, 31), read("b", "1", 200, 201)],
      shows: 3,
      text: /after the delete at PoP a/,
    },
    {
      kind: "divergence",
      title: "PoPs that never agree on the last of two concurrent writes",
      history: [write("a", "1", 0, 10), write("b", "2", 0, 10), read("a", "1", 200, 201), read("b", "2", 200, 201)],
      shows: 2,
      text: /a "1", b "2"/,
    },
    {
      kind: "conflict",
      title: "reads that contradict each other although each alone is excused",
      history: [
        write("a", "0", 0, 1),
        write("a", "1", 100, 200),
        write("b", "2", 100, 200),
        read("a", "1", 110, 111),
        read("b", "2", 112, 113),
        read("a", "1", 190, 191),
        read("b", "2", 190, 191),
      ],
      shows: 6,
      text: /no order of these 6 operations/,
    },
  ];
  for (const { kind, title, history, shows, text } of cases) {
    it(`${kind}: ${title}`, () => {
      const answer = checkStaleness(history, promised);
      assert.equal(answer.verdict, "invalid");
      assert.equal(answer.anomalies[0]?.kind, kind, answer.reason);
      assert.match(answer.reason, text);
      assert.equal(answer.violation?.length, shows);
    });
  }

  it("what no window explains is invalid without a promise too, and what some window explains is not", () => {
    for (const { kind, history } of cases) {
      const isHopeless = ["garbage", "failed-write", "future"].includes(kind);
      assert.equal(checkStaleness(history).verdict, isHopeless ? "invalid" : "valid", kind);
    }
  });

  it("only by more than the window: the same reads at its edge are valid", () => {
    const atEdge = [write("a", "1", 0, 1), write("a", "2", 10, 11), read("b", "1", 71, 72)];
    assert.equal(checkStaleness(atEdge, promised).verdict, "valid");
    assert.equal(checkStaleness(atEdge, { windowNs: 60n * BigInt(ms) - 1n }).verdict, "invalid");
  });

  it("shows keys apart: one bad key among good ones", () => {
    const good = [write("a", "1", 0, 1), read("b", "1", 400, 401)].map((one) => ({ ...one, key: "good" }));
    const bad = [write("a", "1", 0, 1), write("a", "2", 2, 3), read("b", "1", 400, 401)].map((one) => ({ ...one, key: "bad" }));
    const answer = checkStaleness([...good, ...bad], promised);
    assert.deepEqual(answer.anomalies.map(({ key }) => key), ["bad"]);
    assert.equal(answer.windowMs, 397);
  });
});

// The checker of transactions: hand-made bad histories for each anomaly that it names, in the fewest transactions that show it, sound
// ones that must pass, levels that allow what others do not, and rare defects in long histories.
import assert from "node:assert/strict";
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";
import { seededRandom } from "../../contract/random.js";
import { simulateTransactions } from "./simulated-transactions.js";
import { checkTransactions, isolationLevelOf, type IsolationLevel } from "./transactions.js";

interface Short {
  readonly steps: string;
  readonly at: number;
  readonly process: number;
  readonly outcome: Operation["outcome"];
}

/** "x1 y[1,2]": appends 1 to x, reads y as 1, 2. All at once, unless a moment is given. */
const t = (steps: string, at = 0, process = -1, outcome: Operation["outcome"] = "ok"): Short => ({ steps, at, process, outcome });

function history(...all: readonly Short[]): Operation[] {
  return all.map(({ steps, at, process, outcome }, index) => {
    const parsed = [...steps.matchAll(/([a-z])(?:(\d+)|\[([\d,]*)\])/g)].map(([, list = "", value, elements]) =>
      value === undefined ? ["r", list, (elements ?? "").split(",").filter((one) => one !== "").map(Number)] : ["append", list, Number(value)],
    );
    return {
      process: process === -1 ? index : process,
      outcome,
      action: "transaction",
      key: "k",
      input: parsed.map(([action, list, value]) => [action, list, action === "r" ? null : value]),
      ...(outcome === "ok" ? { output: parsed } : {}),
      callNs: BigInt(at),
      returnNs: outcome === "info" ? null : BigInt(at + 5),
    };
  });
}

describe("transaction checker", function () {
  // A busy machine takes its time over thousands of transactions.
  this.timeout(60_000);
  const sound: Readonly<Record<string, readonly Short[]>> = {
    "one after the other": [t("x1 y[]", 0), t("x[1] y2", 10), t("x[1] y[2]", 20)],
    "at once, in the order of their reads": [t("x1 y1"), t("x[1] y[1]"), t("x[] y[]")],
    "own appends that are read": [t("x1 x[1] x2 x[1,2]"), t("x[1,2]")],
    "a lost transaction that happened, and one that did not": [t("x1 y1", 0, -1, "info"), t("x2", 0, -1, "info"), t("x[1] y[1]", 9)],
    "a failed transaction": [t("x1", 0, -1, "fail"), t("x[]", 9)],
    "write skew that did not happen": [t("x[] y1", 0), t("y[1] x2", 10)],
  };
  for (const [name, transactions] of Object.entries(sound)) {
    it(`takes ${name}`, () => {
      const answer = checkTransactions(history(...transactions));
      assert.equal(answer.verdict, "valid", answer.reason);
    });
  }

  const bad: readonly (readonly [kind: string, breaks: IsolationLevel, shown: number, transactions: readonly Short[]])[] = [
    ["garbage", "read-uncommitted", 1, [t("x1"), t("x[1,7]")]],
    ["duplicate", "read-uncommitted", 2, [t("x1"), t("x[1,1]")]],
    ["incompatible-order", "read-uncommitted", 2, [t("x1"), t("x2"), t("x[1,2]"), t("x[2,1]")]],
    ["G0", "read-uncommitted", 2, [t("x1 y1"), t("x2 y2"), t("x[1,2] y[2,1]")]],
    ["G1a", "read-committed", 2, [t("x1", 0, -1, "fail"), t("x[1]")]],
    ["G1b", "read-committed", 2, [t("x1 x2"), t("x[1]"), t("x[1,2]")]],
    ["G1c", "read-committed", 2, [t("x1 y[1]"), t("y1 x[1]")]],
    ["internal", "snapshot-isolation", 1, [t("x[] x1 x[]")]],
    ["internal", "snapshot-isolation", 1, [t("x1"), t("x[] x[1]")]],
    ["lost-update", "snapshot-isolation", 2, [t("x[] x1"), t("x[] x2"), t("x[1,2]")]],
    ["G-single", "snapshot-isolation", 2, [t("x1 y1"), t("x[] y[1]")]],
    ["G-single", "snapshot-isolation", 3, [t("x1"), t("x[1] y1"), t("x[] y[1]")]],
    ["G2", "serializable", 2, [t("x[] y1"), t("y[] x1")]],
    ["G2", "serializable", 3, [t("x[] y1"), t("y[] z1"), t("z[] x1")]],
    ["G0-process", "strong-session-serializable", 2, [t("x2", 0, 1), t("x1", 10, 1), t("x[1,2]", 20)]],
    ["G1c-process", "strong-session-serializable", 2, [t("x[1]", 0, 1), t("x1", 10, 1)]],
    ["G-single-process", "strong-session-serializable", 2, [t("x1", 0, 1), t("x[]", 10, 1), t("x[1]", 20)]],
    ["G2-process", "strong-session-serializable", 4, [t("x1", 0, 1), t("y[]", 10, 1), t("y1", 0, 2), t("x[]", 10, 2)]],
    ["G0-realtime", "strict-serializable", 2, [t("x2", 0), t("x1", 10), t("x[1,2]", 20)]],
    ["G1c-realtime", "strict-serializable", 2, [t("x[1]", 0), t("x1", 10)]],
    ["G-single-realtime", "strict-serializable", 2, [t("x1", 0), t("x[]", 10), t("x[1]", 20)]],
    ["G2-realtime", "strict-serializable", 3, [t("x1", 0), t("y[]", 6), t("x[] y1", 4)]],
  ];
  for (const [kind, breaks, shown, transactions] of bad) {
    it(`refuses ${kind} in ${transactions.map(({ steps }) => steps).join("; ")}`, () => {
      const answer = checkTransactions(history(...transactions), breaks);
      assert.equal(answer.verdict, "invalid", answer.reason);
      assert.ok(answer.reason.startsWith(`${kind}: `), answer.reason);
      assert.equal(answer.violation?.length, shown, answer.reason);
      assert.ok(answer.anomalies.some((one) => one.kind === kind && one.breaks === breaks));
    });
  }

  it("finds an acknowledged append that is not in what was read later", () => {
    const answer = checkTransactions(history(t("x1", 0), t("x2", 10), t("x[2]", 20)));
    assert.match(answer.reason, /^G0-realtime|^G-single-realtime: .*was answered before/);
    assert.equal(answer.violation?.length, 2);
  });

  it("says a cycle in words", () => {
    const { reason } = checkTransactions(history(t("x[] y1"), t("y[] x1")));
    assert.match(reason, /G2: T1 read list "x" before T2 appended; T2 read list "y" before T1 appended; breaks serializable/);
  });

  it("allows at a level what the next excludes, and still tells it", () => {
    const skew = history(t("x[] y1"), t("y[] x1"));
    assert.deepEqual([checkTransactions(skew, "snapshot-isolation").verdict, checkTransactions(skew, "serializable").verdict], ["valid", "invalid"]);
    assert.deepEqual(checkTransactions(skew, "snapshot-isolation").anomalies.map(({ kind }) => kind), ["G2"]);
    const stale = history(t("x1", 0, 1), t("x[]", 10, 2));
    assert.deepEqual([checkTransactions(stale, "strong-session-serializable").verdict, checkTransactions(stale).verdict], ["valid", "invalid"]);
    assert.throws(() => isolationLevelOf("serialisable"), (error) => error instanceof EdgemarkError && error.code === "usage.flag");
  });

  it("judges keys apart, nothing without a read, and refuses what is no such history", () => {
    const apart = history(t("x1", 0), t("x[]", 10)).map((one, index) => ({ ...one, key: `k${index}` }));
    assert.equal(checkTransactions(apart).verdict, "valid");
    assert.equal(checkTransactions(history(t("x1"))).verdict, "unknown");
    const [one] = history(t("x1"));
    const parts: readonly Partial<Operation>[] = [{ action: "read" }, { output: 3 }, { output: [["w", "x", 1]] }, { output: [["append", 1, 1]] }, { output: [["append", "x", null]] }, { output: [["r", "x", 3]] }, { output: [["append", "x", 1], ["append", "x", 1]] }];
    for (const part of parts) assert.throws(() => checkTransactions(one === undefined ? [] : [{ ...one, ...part }]), (error) => error instanceof EdgemarkError && error.code === "usage.input", JSON.stringify(part));
  });

  const long = { clients: 20, transactions: 10_000, appendsPerList: 32, lists: 6 };
  it("takes 10,000 transactions of 20 clients", () => {
    const answer = checkTransactions(simulateTransactions({ ...long, random: seededRandom(1) }).operations);
    assert.equal(answer.verdict, "valid", answer.reason);
  });
  for (const [kind, named] of [["stale-snapshot", ["lost-update", "G-single"]], ["stale-read", ["G-single-realtime"]], ["half", ["G1b"]]] as const) {
    it(`finds ${kind} in one of 2,000 transactions`, () => {
      const { operations, planted } = simulateTransactions({ ...long, defect: { kind, ratio: 0.001 }, random: seededRandom(4) });
      const answer = checkTransactions(operations);
      assert.ok(planted > 0 && planted < 10 && answer.verdict === "invalid", `${planted} planted, ${answer.reason}`);
      for (const name of named) assert.ok(answer.anomalies.some((one) => one.kind === name), JSON.stringify(answer.anomalies.map((one) => one.kind)));
      assert.ok(answer.anomalies.some((one) => one.operations.length <= 3));
    });
  }
});

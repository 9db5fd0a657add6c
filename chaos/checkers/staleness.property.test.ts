// The fast staleness checker against the obvious one on random small histories, and against a simulated cache whose
// true lag is known.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Operation } from "../../contract/history/types.js";
import { seededRandom } from "../../contract/random.js";
import { someOrderExplains } from "./brute-force.js";
import { simulateCache } from "./simulated-cache.js";
import { checkStaleness } from "./staleness.js";

const seed = 20_251;

interface Drawn {
  readonly kind: "write" | "delete" | "read";
  readonly outcome: "ok" | "fail" | "info";
  readonly call: number;
  readonly length: number;
  readonly reads: number;
}

/** Short times make ties and overlaps common; few values make reads hit them. */
const drawn = fc.array(
  fc.record<Drawn>({
    kind: fc.constantFrom("write", "write", "delete", "read", "read", "read"),
    outcome: fc.constantFrom("ok", "ok", "ok", "ok", "ok", "info", "fail"),
    call: fc.nat(14),
    length: fc.nat(6),
    reads: fc.nat(4),
  }),
  { minLength: 1, maxLength: 8 },
);

function history(operations: readonly Drawn[]): Operation[] {
  return operations.map(({ kind, outcome, call, length, reads }, index) => ({
    process: index,
    outcome,
    action: kind,
    key: "k",
    ...(kind === "write" ? { input: `v${index}` } : {}),
    // A read's answer names one of the first operations: a written value, or, when that was none, absence.
    ...(kind === "read" ? { output: operations[reads]?.kind === "write" ? `v${reads}` : null } : {}),
    callNs: BigInt(call),
    returnNs: outcome === "info" ? null : BigInt(call + length),
    popId: index % 2 === 0 ? "a" : "b",
  }));
}

describe("staleness checker against every order", () => {
  it("finds the same smallest window on 20,000 small histories", function () {
    this.timeout(30_000);
    let withWindow = 0;
    let impossible = 0;
    fc.assert(
      fc.property(drawn, (operations) => {
        const all = history(operations);
        const answer = checkStaleness(all);
        const blamed = new Set(answer.anomalies.flatMap((anomaly) => anomaly.operations.filter(({ action }) => action === "read")));
        assert.equal(blamed.size > 0, !someOrderExplains(all, 1_000), "impossible at any window");
        if (blamed.size > 0) impossible++;
        if (blamed.size > 0 || answer.windowMs === null) return;
        const windowNs = Math.round(answer.windowMs * 1e6);
        assert.ok(someOrderExplains(all, windowNs), `not explained by ${windowNs}`);
        if (windowNs === 0) return;
        withWindow++;
        assert.ok(!someOrderExplains(all, windowNs - 1), `already explained by ${windowNs - 1}`);
      }),
      { numRuns: 20_000, seed },
    );
    assert.ok(withWindow > 1_000 && impossible > 1_000, `the histories are varied: ${withWindow} stale, ${impossible} impossible`);
  });

  it("judges a promised window as every order does, and its violation is one", function () {
    this.timeout(30_000);
    fc.assert(
      fc.property(drawn, fc.nat(8), (operations, windowNs) => {
        const all = history(operations);
        const answer = checkStaleness(all, { windowNs });
        if (answer.verdict === "unknown") return;
        assert.equal(answer.verdict === "valid", someOrderExplains(all, windowNs));
        const shown = answer.violation;
        if (answer.verdict === "valid") return assert.equal(shown, undefined);
        assert.ok(shown !== undefined && shown.length > 0);
        // A disagreement shows the final reads alone; every other violation is itself a history that fails.
        if (!answer.reason.startsWith("divergence")) assert.ok(!someOrderExplains(shown, windowNs), answer.reason);
      }),
      { numRuns: 5_000, seed },
    );
  });
});

describe("staleness checker on a cache whose lag is known", () => {
  const base = { pops: ["a", "b", "c"], keys: 20, writesPerKey: 40, readsPerKey: 1_000, writeIntervalMs: 30, deleteEvery: 7, latencyMs: 1 };

  for (const lagMs of [5, 100, 500]) {
    it(`finds a lag of up to ${lagMs} ms, never more and hardly less`, () => {
      const history = simulateCache({ ...base, lagMs: (_pop, random) => random() * lagMs, random: seededRandom(seed) });
      const answer = checkStaleness(history, { windowNs: lagMs * 1e6 });
      assert.equal(answer.verdict, "valid", answer.reason);
      const foundMs = answer.windowMs ?? 0;
      // Two latencies of up to 1 ms each hide a little of the lag; on 5 ms that is more than a twentieth.
      assert.ok(foundMs <= lagMs && foundMs >= 0.95 * lagMs - 2, `found ${foundMs}`);
      if (lagMs >= 100) assert.ok(foundMs >= 0.95 * lagMs, `found ${foundMs}`);
    });
  }

  it("has a window of zero on a store without lag", () => {
    const answer = checkStaleness(simulateCache({ ...base, lagMs: () => 0, random: seededRandom(seed) }));
    assert.equal(answer.windowMs, 0);
    assert.ok(answer.readYourWrites.every(({ missed }) => missed === 0));
  });

  it("names the one PoP that exceeds the window", () => {
    const random = seededRandom(seed);
    const history = simulateCache({ ...base, lagMs: (pop) => random() * (pop === "c" ? 200 : 60), random });
    const answer = checkStaleness(history, { windowNs: 60e6 });
    assert.equal(answer.verdict, "invalid");
    assert.deepEqual([...new Set(answer.anomalies.map(({ readerPopId }) => readerPopId))], ["c"]);
    for (const { readerPopId, windowMs } of answer.pairs) assert.equal(windowMs > 60, readerPopId === "c");
  });

  it("names the one pair that exceeds the window", () => {
    // Reads at c see PoP a's keys late and everybody else's in time: one key is written at one PoP only.
    const history = ["a", "b"].flatMap((writer) => {
      const random = seededRandom(seed);
      const lagMs = (pop: string): number => random() * (writer === "a" && pop === "c" ? 200 : 60);
      const operations = simulateCache({ ...base, keys: 3, lagMs, random });
      return operations.map((one) => ({ ...one, key: `${writer}-${one.key}`, popId: one.action === "read" ? (one.popId ?? "") : writer }));
    });
    const answer = checkStaleness(history, { windowNs: 60e6 });
    const named = new Set(answer.anomalies.map(({ writerPopId, readerPopId }) => `${writerPopId}->${readerPopId}`));
    assert.deepEqual([...named], ["a->c"]);
    assert.deepEqual(answer.pairs.filter(({ windowMs }) => windowMs > 60).map((pair) => `${pair.writerPopId}->${pair.readerPopId}`), ["a->c"]);
  });
});

// The session checker against every place on random small histories. What it shows of a violation is judged too: alone, it has
// no places either.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Operation } from "../../contract/history/types.js";
import { somePlaces } from "./every-place.js";
import { checkSessions } from "./sessions.js";

const drawn = fc.array(
  fc.record({
    isWrite: fc.boolean(),
    outcome: fc.constantFrom("ok" as const, "ok" as const, "ok" as const, "ok" as const, "ok" as const, "info" as const, "fail" as const),
    session: fc.constantFrom("s", "s", "t", "t", "u", undefined),
    handed: fc.option(fc.nat(7), { freq: 3 }),
    items: fc.constantFrom(["x"], ["y"], ["x", "y"]),
    call: fc.nat(16),
    length: fc.nat(4),
    place: fc.nat(5),
    version: fc.nat(19),
  }),
  { minLength: 2, maxLength: 8 },
);
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

/** Mostly honest: writes are numbered by their calls, reads show some place in that order; now and then one lies. */
function history(all: Drawn): Operation[] {
  const writes = all
    .map((one, index) => ({ ...one, index }))
    .filter(({ isWrite, outcome }) => isWrite && outcome !== "fail")
    .sort((a, b) => a.call - b.call);
  const versionOf = new Map(writes.map(({ index, version }, rank): [number, number] => [index, version === 0 ? 1 + (rank % 2) : rank + 1]));
  const stateAt = (place: number, item: string): number => writes.slice(0, place).reduce((latest, { items, index }) => (items.some((one) => one === item) ? (versionOf.get(index) ?? 0) : latest), 0);
  return all.map((one, index) => {
    const place = one.version > 15 ? one.place : Math.max(writes.filter(({ call }) => call < one.call).length - (one.version % 3 === 0 ? 1 : 0), 0);
    const versions = Object.fromEntries(one.items.map((item) => [item, one.version === 19 && item === "x" ? one.place : stateAt(place, item)]));
    return {
      process: index,
      outcome: one.outcome,
      action: one.isWrite ? "write" : "read",
      key: "k",
      input: { ...(one.isWrite ? { items: one.items } : {}), ...(one.session === undefined ? {} : { session: one.session }), ...(one.handed === null || one.session === undefined ? {} : { bookmark: `b${one.handed}` }) },
      ...(one.outcome === "ok" ? { output: { ...(one.isWrite ? { version: versionOf.get(index) ?? 1 } : { versions }), bookmark: `b${index % 6}` } } : {}),
      callNs: BigInt(one.call),
      returnNs: one.outcome === "info" ? null : BigInt(one.call + one.length),
    };
  });
}

describe("session checker against every place", () => {
  it("agrees on 5,000 small histories", function () {
    this.timeout(60_000);
    const seen = { valid: 0, invalid: 0, unknown: 0 };
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(drawn, (all) => {
        const operations = history(all);
        const answer = checkSessions(operations);
        seen[answer.verdict]++;
        for (const { kind } of answer.anomalies) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        const isExplained = somePlaces(operations);
        if (answer.verdict === "unknown") return assert.ok(isExplained, answer.reason);
        assert.equal(answer.verdict === "valid", isExplained, answer.reason);
        for (const { operations: shown, text } of answer.anomalies) {
          assert.ok(shown.length > 0 && shown.length <= 5 && shown.every((one) => operations.includes(one)), text);
        }
      }),
      { numRuns: 5_000, seed: 20_261 },
    );
    assert.ok(seen.valid > 500 && seen.invalid > 500, `the histories are varied: ${JSON.stringify(seen)}`);
    for (const kind of ["read your writes", "monotonic reads", "monotonic writes", "writes follow reads", "order", "primary", "two writes", "garbage", "future"]) assert.ok((kinds.get(kind) ?? 0) > 5, `${kind} came ${kinds.get(kind) ?? 0} times`);
  });
});

// What a part of a request takes, from two runs: the difference of the medians, and nothing when one of the runs must not be used.
import assert from "node:assert/strict";
import { RequestLog } from "../load/open-loop/request-log.js";
import { summarize, type OpenLoopResult } from "../load/open-loop/result.js";
import { addedBy } from "./latency.js";

const what = { id: "kv.read.added", what: "the read" };

/** A hundred requests, one a millisecond, that take so long; the driver sends each so late. */
function run(latencyMs: number, lagMs = 0, lateEvery = 1): OpenLoopResult {
  const log = new RequestLog(100);
  for (let index = 0; index < 100; index++) log.end(log.begin(index, index + (index % lateEvery === 0 ? lagMs : 0)), index + latencyMs, "ok");
  return summarize({ log, intended: 100, startedAtMs: 0, connectionsOpened: 1 });
}

describe("added latency", () => {
  it("is what the median is above that of the same request without the part", () => {
    const { value, unit, n, voidBecause } = addedBy({ ratePerSecond: 50 }, what, { result: run(5), without: run(2) });
    assert.deepEqual([value.toFixed(2), unit, n, voidBecause], ["3.00", "ms", 100, undefined]);
  });

  it("may show that a limit is kept when one request in twenty went out late: the medians have not moved", () => {
    const late = run(5, 3, 20);
    assert.match(late.void ?? "", /driver lagged/);
    const { voidBecause, isUpperBound } = addedBy({ ratePerSecond: 50 }, what, { result: late, without: run(2) });
    assert.deepEqual([voidBecause, isUpperBound], [late.void, true]);
  });

  it("is void when the driver lagged in either run", () => {
    for (const runs of [{ result: run(5, 3), without: run(2) }, { result: run(5), without: run(4, 3) }]) {
      const { voidBecause, isUpperBound } = addedBy({ ratePerSecond: 50 }, what, runs);
      assert.match(voidBecause ?? "", /driver lagged/);
      assert.equal(isUpperBound, undefined);
    }
  });
});

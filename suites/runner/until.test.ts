// Polling: satisfied, not satisfied by the deadline, and what the failure tells.
import assert from "node:assert/strict";
import { until } from "./until.js";

const never = new AbortController().signal;

describe("until", () => {
  it("gives the first value that satisfies", async () => {
    let count = 0;

    const value = await until(async () => ++count, (seen) => seen === 3, { deadlineMs: 5_000, intervalMs: 1, what: "three" }, never);

    assert.equal(value, 3);
  });

  it("fails at its deadline with the last value", async () => {
    const polling = until(async () => "old", (seen) => seen === "new", { deadlineMs: 20, intervalMs: 5, what: "the new value" }, never);

    await assert.rejects(polling, /the new value: not within 20 ms \(\d+ probes\); last seen: "old"/);
  });

  it("takes a failed assertion for not yet, and tells the last one", async () => {
    const polling = until(async () => assert.fail("crashed: refused"), () => true, { deadlineMs: 20, intervalMs: 5, what: "an answer" }, never);

    await assert.rejects(polling, /an answer: not within 20 ms .*the last probe failed: crashed: refused/);
  });

  it("lets any other error through", async () => {
    const polling = until(() => Promise.reject(new TypeError("bug")), () => true, { deadlineMs: 5_000, what: "never" }, never);

    await assert.rejects(polling, TypeError);
  });

  it("ends with its check", async () => {
    const ending = new AbortController();
    const polling = until(async () => ending.abort(), () => false, { deadlineMs: 60_000, intervalMs: 50_000, what: "never" }, ending.signal);

    await assert.rejects(polling, { name: "AbortError" });
  });
});

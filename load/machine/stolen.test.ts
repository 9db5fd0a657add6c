// What /proc/stat says of a host that gives the machine's time to others.
import assert from "node:assert/strict";
import { parseMachineTime, stolenRatio } from "./stolen.js";

describe("load/machine/stolen", () => {
  it("tells the share that the host kept back, guests not counted twice", () => {
    const before = parseMachineTime("cpu  100 0 50 800 10 0 5 35 7 0\ncpu0 50 0 25 400 5 0 2 18 0 0\n");
    const after = parseMachineTime("cpu  120 0 60 940 10 0 5 65 9 0\ncpu0 60 0 30 470 5 0 2 33 0 0\n");

    assert.deepEqual(before, { allTicks: 1000, stolenTicks: 35 });
    assert.equal(stolenRatio(before, after), 0.15);
  });

  it("knows nothing of another kernel's text, and of no time at all", () => {
    const now = parseMachineTime("cpu  1 2 3 4 5 6 7 8 9 10\n");

    assert.equal(parseMachineTime("cpu  1 2 3 4\n"), undefined);
    assert.equal(parseMachineTime(""), undefined);
    assert.equal(stolenRatio(now, now), undefined);
    assert.equal(stolenRatio(undefined, now), undefined);
  });
});

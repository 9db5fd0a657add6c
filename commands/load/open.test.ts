// The line that repeats an open-loop load says everything that was typed.
import assert from "node:assert/strict";
import { replayOf } from "./open.js";

describe("load open's replay line", () => {
  const target = { target: "reference", seed: 7 };

  it("spells out target and seed, and leaves out what is the default", () => {
    assert.equal(replayOf({}, target), "edgemark load open --target reference --seed 7");
  });

  it("repeats every option that was typed, as it was typed", () => {
    const given = { target: "reference", pops: 3, seed: 7, out: "elsewhere", json: true, rate: 100, rampTo: 5_000, durationMs: 60_000, warmUpMs: 1_000, path: "/kv?key=k", websocket: true, newConnections: false };
    assert.equal(
      replayOf(given, { ...target, pops: 3 }),
      "edgemark load open --target reference --pops 3 --rate 100 --ramp-to 5000 --duration-ms 60000 --warm-up-ms 1000 --path '/kv?key=k' --websocket --seed 7",
    );
  });
});

// The line that repeats a load says everything that was typed.
import assert from "node:assert/strict";
import { loadK6Command } from "./k6.js";
import { loadOpenCommand } from "./open.js";
import { replayOf } from "./session.js";

describe("a load's replay line", () => {
  it("spells out target and seed, and leaves out what is the default", () => {
    assert.equal(replayOf(loadOpenCommand, {}), "edgemark load open --target reference --seed 1");
  });

  it("repeats every option that was typed, as it was typed", () => {
    const given = { target: "reference", pops: 3, seed: 7, out: "elsewhere", json: true, rate: 100, rampTo: 5_000, durationMs: 60_000, warmUpMs: 1_000, path: "/kv?key=k", websocket: true, newConnections: false };
    assert.equal(
      replayOf(loadOpenCommand, given),
      "edgemark load open --target reference --pops 3 --rate 100 --ramp-to 5000 --duration-ms 60000 --warm-up-ms 1000 --path '/kv?key=k' --websocket --seed 7",
    );
  });

  it("gives lists and times in a form that is read again", () => {
    assert.equal(replayOf(loadK6Command, { scenario: ["orders", "mixed"], for: 30_000 }), "edgemark load k6 --target reference --scenario orders,mixed --for 30000ms --seed 1");
  });
});

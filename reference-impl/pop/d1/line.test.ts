// The line before a database: nobody waits without need, a long call lets others come in, and those that wait can be cancelled.
import assert from "node:assert/strict";
import { Line } from "./line.js";

/** A line whose pauses end when they are told to. */
function lineOf(): { readonly line: Line; readonly endPause: () => Promise<void>; readonly order: string[]; call(name: string, tookMs: number): Promise<void> } {
  const pauses: (() => void)[] = [];
  const line = new Line((then) => void pauses.push(then));
  const order: string[] = [];
  return {
    line,
    order,
    async endPause() {
      pauses.shift()?.();
      await new Promise(setImmediate);
    },
    async call(name, tookMs) {
      await line.turn();
      order.push(name);
      line.over(tookMs);
    },
  };
}

describe("the line before a database", () => {
  it("lets short calls through at once", () => {
    const { line } = lineOf();

    assert.equal(line.turn(), undefined);
    line.over(1);
    assert.equal(line.turn(), undefined);
  });

  it("lets calls in one by one after a long one, in their order, with a pause after each that is long", async () => {
    const { order, call, endPause } = lineOf();
    await call("first", 100);
    const rest = [call("second", 1), call("third", 100), call("fourth", 1)];
    await new Promise(setImmediate);
    assert.deepEqual(order, ["first"]);

    await endPause();
    assert.deepEqual(order, ["first", "second", "third"]);
    await endPause();
    await Promise.all(rest);

    assert.deepEqual(order, ["first", "second", "third", "fourth"]);
  });

  it("cancels those that wait, and goes on with who comes later", async () => {
    const { line, order, call, endPause } = lineOf();
    await call("first", 100);
    const waiting = call("second", 1);

    line.cancel(new Error("restored"));

    await assert.rejects(waiting, /restored/);
    const later = call("third", 1);
    await endPause();
    await later;
    assert.deepEqual(order, ["first", "third"]);
  });
});

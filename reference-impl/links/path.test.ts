// A path holds, delays and loses what its conditions say, together, and is clear again when all of them have ended.
import assert from "node:assert/strict";
import { Path } from "./path.js";

/** Gives these numbers, in turn. */
function randoms(...values: readonly number[]): () => number {
  let index = 0;
  return () => values[index++ % values.length] ?? 0;
}

describe("a path", () => {
  it("is clear without conditions, and again when all have ended, in any order", () => {
    const path = new Path(() => 0);
    const ends = [path.add({ holds: true }), path.add({ delayMs: 5 }), path.add({ holds: true })];

    ends[0]?.();
    assert.deepEqual([path.isClear, path.isHeld], [false, true]);
    ends[2]?.();
    assert.deepEqual([path.isClear, path.isHeld], [false, false]);
    ends[1]?.();
    assert.deepEqual([path.isClear, path.isHeld], [true, false]);
  });

  it("keeps the others when one is ended twice", () => {
    const path = new Path(() => 0);
    const condition = { holds: true };
    const end = path.add(condition);
    path.add(condition);

    end();
    end();

    assert.equal(path.isHeld, true, "the same condition given twice is two");
  });

  it("adds delays up, with jitter up to so much", () => {
    const path = new Path(randoms(0.5));
    path.add({ delayMs: 30, jitterMs: 10 });
    path.add({ delayMs: 100.25 });

    assert.equal(path.lateMs(), 135.25);
  });

  it("stalls the share of pieces that get lost, and counts them", () => {
    const path = new Path(randoms(0.1, 0.3, 0.2, 0.9));
    path.add({ lossRatio: 0.25, stallMs: 200 });

    const late = [path.lateMs(), path.lateMs(), path.lateMs(), path.lateMs()];

    assert.deepEqual(late, [200, 0, 200, 0]);
    assert.deepEqual(path.counts, { pieces: 4, stalls: 2 });
  });

  it("wakes who waits when nothing holds it any more, and nobody who has taken the wish back", async () => {
    const path = new Path(() => 0);
    const first = path.add({ holds: true });
    const second = path.add({ holds: true });
    const woken: string[] = [];
    path.whenOpen(() => woken.push("waits"));
    path.whenOpen(() => woken.push("gone"))();
    const open = path.open().then(() => woken.push("open"));

    first();
    assert.deepEqual(woken, []);
    second();
    await open;

    assert.deepEqual(woken, ["waits", "open"]);
  });

  it("is open for ever once it is cleared", async () => {
    const path = new Path(() => 0);
    const end = path.add({ holds: true });
    path.clear();

    await path.open();
    end();

    assert.equal(path.isClear, true);
  });
});

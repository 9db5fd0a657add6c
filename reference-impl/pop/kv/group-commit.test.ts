// Group commit: order, one sync for many changes, and a change that fails alone.
import assert from "node:assert/strict";
import { GroupCommit } from "./group-commit.js";

function syncedByHand(): { readonly sync: () => Promise<void>; readonly finish: () => Promise<void>; count(): number } {
  const pending: (() => void)[] = [];
  let count = 0;
  return {
    sync: () =>
      new Promise((resolve) => {
        count++;
        pending.push(resolve);
      }),
    async finish() {
      pending.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    count: () => count,
  };
}

describe("group commit", () => {
  it("makes a lone change at once", async () => {
    const disk = syncedByHand();
    const group = new GroupCommit(disk.sync);

    assert.equal(await group.run(() => "made"), "made");
    assert.equal(disk.count(), 1);
  });

  it("makes what arrives during a commit together, in order, with one more", async () => {
    const disk = syncedByHand();
    const group = new GroupCommit(disk.sync);
    const made: number[] = [];
    const all = [0, 1, 2, 3].map((number) => group.run(() => made.push(number)));
    await all[0];
    assert.deepEqual(made, [0]);

    await disk.finish();
    await Promise.all(all);

    assert.deepEqual(made, [0, 1, 2, 3]);
    assert.equal(disk.count(), 2);
    await disk.finish();
    await group.run(() => made.push(4));
    assert.equal(disk.count(), 3);
  });

  it("fails a change that throws, and none beside it", async () => {
    const disk = syncedByHand();
    const group = new GroupCommit(disk.sync);
    const first = group.run(() => 1);
    const broken = group.run(() => {
      throw new Error("no");
    });
    const last = group.run(() => 3);
    await first;
    void disk.finish();

    await assert.rejects(broken, /no/);
    assert.equal(await last, 3);
  });
});

// A shard's rules: what is alive, which writes are taken, and that a write that is sent again is applied once.
import assert from "node:assert/strict";
import { admit, isLive, nextMoment, type RowState } from "./rows.js";

const row: RowState = { deadlineMs: null, isDeleted: false, writtenMs: 10_000, changedMs: 10_000, writeId: "first" };
const request = { writeId: "second", startedMs: 10_500, isRepeated: false };

describe("KV shard rows", () => {
  it("are alive until they are deleted or their time is over", () => {
    assert.equal(isLive(row, 1e15), true);
    assert.equal(isLive({ ...row, isDeleted: true }, 0), false);
    assert.equal(isLive({ ...row, deadlineMs: 5_000 }, 4_999), true);
    assert.equal(isLive({ ...row, deadlineMs: 5_000 }, 5_000), false);
  });

  it("take one write per second", () => {
    assert.equal(admit(undefined, request, 10_500), "write");
    assert.equal(admit(row, request, 10_999), "too-many");
    assert.equal(admit(row, request, 11_000), "write");
  });

  it("count a deleted row's last write too, but not the deletion", () => {
    assert.equal(admit({ ...row, isDeleted: true, changedMs: 10_900 }, request, 10_950), "too-many");
    assert.equal(admit({ ...row, isDeleted: true, changedMs: 11_500 }, request, 11_500), "write");
  });

  it("acknowledge a write that was applied already, within its second too", () => {
    assert.equal(admit({ ...row, writeId: "second" }, { ...request, isRepeated: true }, 10_001), "done");
  });

  it("do not bring an old value back when a write is sent again after a later one", () => {
    const later = { ...row, writeId: "third", writtenMs: 12_000, changedMs: 12_000 };
    assert.equal(admit(later, { ...request, isRepeated: true }, 13_500), "done");
    assert.equal(admit(later, { ...request, startedMs: 12_500, isRepeated: true }, 13_500), "write");
  });

  it("have moments that grow over bursts and over a new start", () => {
    assert.equal(nextMoment(100, 90), 101);
    assert.equal(nextMoment(100, 500), 500);
  });
});

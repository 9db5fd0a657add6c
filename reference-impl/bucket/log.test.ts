// The log on a simulated disk: shared flushes, full and failing disks, torn ends, damage, and cleaning.
import assert from "node:assert/strict";
import { BucketError } from "./errors.js";
import { Log, type LogOptions } from "./log.js";
import { decodeRecord, encodeRecord, type Metadata } from "./record.js";
import { SimulatedDisk } from "./simulated-disk.js";

const folder = "/log";
const first = `${folder}/000000000001.log`;
const metadata: Metadata = { etag: "e", modifiedAtMs: 0, sizeBytes: 0, headers: {} };

function openLog(disk: SimulatedDisk, options: Partial<LogOptions> = {}): Promise<Log> {
  return Log.open({ disk, folder, segmentBytes: 1e6, cleanFloorBytes: 1e9, onUnusedBlob: () => undefined, ...options });
}

function put(log: Log, key: string, value = "value"): Promise<void> {
  return log.transact(() => ({ writes: [{ key, metadata, value: Buffer.from(value) }], result: undefined }));
}

function hastyPut(log: Log, key: string): Promise<void> {
  return log.transact(() => ({ writes: [{ key, metadata, value: Buffer.from("value") }], result: undefined }), "written");
}

function remove(log: Log, key: string): Promise<void> {
  return log.transact(() => ({ writes: [{ key }], result: undefined }));
}

async function contents(log: Log): Promise<Record<string, string>> {
  const held: Record<string, string> = {};
  for (const key of [...log.index.keysFrom("")]) {
    const item = log.index.get(key);
    if (item !== undefined) held[key] = (await log.read(item)).toString();
  }
  return held;
}

function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof BucketError && error.code === code;
}

describe("bucket: record", () => {
  it("is whole or nothing, wherever it is torn", () => {
    const record = encodeRecord({ sequence: 7, key: "k", metadata }, Buffer.from("value"));

    assert.equal(decodeRecord(record, 0)?.head.key, "k");
    for (let at = 0; at < record.length; at++) {
      assert.equal(decodeRecord(record.subarray(0, at), 0), undefined);
      const damaged = Buffer.from(record);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      assert.equal(decodeRecord(damaged, 0), undefined);
    }
    assert.equal(decodeRecord(Buffer.alloc(100), 0), undefined);
  });
});

describe("bucket: log", () => {
  it("flushes once for all writes that wait", async () => {
    const disk = new SimulatedDisk();
    const log = await openLog(disk);

    await Promise.all(Array.from({ length: 100 }, (_, at) => put(log, `k${at}`)));

    assert.equal(disk.flushes, 1);
    await log.close();
  });

  it("shows a write to nobody before it is flushed, and decides the next one on it", async () => {
    const log = await openLog(new SimulatedDisk());
    const seen: unknown[] = [];

    const writes = Promise.all([
      put(log, "k"),
      log.transact((current) => {
        seen.push(current("k") !== undefined, log.index.get("k"));
        return { writes: [], result: undefined };
      }),
    ]);
    await writes;

    assert.deepEqual(seen, [true, undefined]);
    await log.close();
  });

  it("spares a change the flush that asks for none, and flushes it with the next one, at the end, and before the next segment", async () => {
    const disk = new SimulatedDisk();
    const log = await openLog(disk, { segmentBytes: 250 });
    const flushes: number[] = [];

    for (const write of [() => hastyPut(log, "a"), () => put(log, "b"), () => hastyPut(log, "c"), () => hastyPut(log, "d"), () => log.close()]) {
      await write();
      flushes.push(disk.flushes);
    }

    assert.deepEqual(flushes, [0, 1, 1, 2, 3]);
    assert.deepEqual(await disk.names(folder), ["000000000001.log", "000000000002.log"]);
    const reopened = await openLog(disk, { segmentBytes: 250 });
    assert.deepEqual(await contents(reopened), { a: "value", b: "value", c: "value", d: "value" });
    await reopened.close();
  });

  it("leaves nothing of a batch that the full disk did not take, and goes on when there is space", async () => {
    const disk = new SimulatedDisk();
    const log = await openLog(disk);
    await put(log, "a");
    disk.freeBytes = 250;

    const outcomes = await Promise.allSettled([put(log, "b"), put(log, "c", "x".repeat(500))]);
    disk.freeBytes = 1e6;
    await put(log, "d");

    for (const outcome of outcomes) assert.ok(outcome.status === "rejected" && refusal("InsufficientStorage")(outcome.reason));
    assert.deepEqual(await contents(log), { a: "value", d: "value" });
    await log.close();
    const reopened = await openLog(disk);
    assert.deepEqual(await contents(reopened), { a: "value", d: "value" });
    await reopened.close();
  });

  it("takes no more writes after a flush that failed, and still reads", async () => {
    const disk = new SimulatedDisk();
    const log = await openLog(disk);
    await put(log, "a");
    disk.failsToFlush = true;

    await assert.rejects(put(log, "b"), refusal("InternalError"));
    disk.failsToFlush = false;

    await assert.rejects(put(log, "c"), refusal("InternalError"));
    assert.deepEqual(await contents(log), { a: "value" });
    await log.close();
  });

  it("cuts a torn end, and refuses damage before it", async () => {
    const disk = new SimulatedDisk();
    const log = await openLog(disk, { segmentBytes: 150 });
    await put(log, "a");
    await put(log, "b");
    await put(log, "c");
    await log.close();
    const second = disk.contentOf(`${folder}/000000000002.log`);

    second[second.length - 1] = 0;
    const reopened = await openLog(disk, { segmentBytes: 150 });
    assert.deepEqual(await contents(reopened), { a: "value", b: "value" });
    await put(reopened, "d");
    await reopened.close();

    disk.contentOf(first)[20] = 0;
    await assert.rejects(openLog(disk), /damaged at byte 0/);
  });

  it("gives back the space of what is dead, loses nothing alive and revives nothing", async () => {
    const disk = new SimulatedDisk();
    const options = { segmentBytes: 2000, cleanFloorBytes: 4000 };
    const log = await openLog(disk, options);
    await put(log, "kept");
    await put(log, "gone");
    await remove(log, "gone");
    for (let at = 0; at < 300; at++) await put(log, "changing", String(at));
    await log.close();

    const names = await disk.names(folder);
    assert.ok(names.length < 8, `expected the garbage of 300 changes to be cleaned; ${names.length} segments are left`);
    assert.ok(!names.includes("000000000001.log"));
    const reopened = await openLog(disk, options);
    assert.deepEqual(await contents(reopened), { changing: "299", kept: "value" });
    await reopened.close();
  });
});

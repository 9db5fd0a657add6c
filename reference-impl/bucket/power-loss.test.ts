// The store on a disk that loses its power in the middle, many times over: no acknowledged write is lost, none is
// torn, none is won twice. A disk that lies about flushes shows that the test can fail.
import assert from "node:assert/strict";
import { takeIn } from "./body.js";
import { runWriters, recoveredFrom, type CrashClient } from "./crash-workload.js";
import { brokenPromises, type DurableWrite, type Outcome } from "./durability.js";
import { BucketError } from "./errors.js";
import { seededRandom, SimulatedDisk } from "./simulated-disk.js";
import { Store } from "./store.js";

// Small segments, so that the log is rolled and cleaned all the time.
function openStore(disk: SimulatedDisk, segmentBytes: number, isHasty: (key: string) => boolean = () => false): Promise<Store> {
  return Store.open({ disk, directory: "/store", segmentBytes, cleanFloorBytes: 2 * segmentBytes, nowMs: () => 0, durabilityOf: (key) => (isHasty(key) ? "written" : "flushed") });
}

async function* chunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function clientOf(store: Store): CrashClient {
  const told = async (run: () => Promise<unknown>): Promise<Outcome> => {
    try {
      await run();
      return "ok";
    } catch (error) {
      return error instanceof BucketError && error.code === "PreconditionFailed" ? "refused" : "unknown";
    }
  };
  return {
    // A low limit sends a part of the contents to files of their own.
    put: (key, bytes, condition) => told(async () => store.put(key, await takeIn(chunk(bytes), store.blobs, 600), {}, condition)),
    delete: (key) => told(() => store.delete(key)),
    get: (key) => store.bytes(key),
  };
}

/** A defect: says that it is done before it is. */
function hastyClientOf(store: Store): CrashClient {
  const client = clientOf(store);
  return {
    ...client,
    async put(key, bytes, condition) {
      void client.put(key, bytes, condition);
      return "ok";
    },
  };
}

async function crashRounds(disk: SimulatedDisk, seed: number, { rounds = 5, segmentBytes = 4096, clientFor = clientOf } = {}): Promise<string[]> {
  const random = seededRandom(seed);
  const history: DurableWrite[] = [];
  for (let round = 0; round < rounds; round++) {
    const store = await openStore(disk, segmentBytes);
    disk.operationsLeft = 20 + Math.floor(random() * 400);
    const isOver = (): boolean => disk.operationsLeft <= 0;
    const workload = { seed: seed * 100 + round, writers: 6, registers: 3, sizesBytes: [10, 300, 2000], onAcknowledged: () => undefined, isOver };
    history.push(...(await runWriters(clientFor(store), workload)));
    await store.close().catch(() => undefined);
    disk.restart();
    const reopened = await openStore(disk, segmentBytes);
    const broken = brokenPromises(history, await recoveredFrom([...reopened.keysFrom("")], (key) => reopened.bytes(key)));
    await reopened.close();
    if (broken.length > 0) return broken.map((line) => `seed ${seed}, round ${round}: ${line}`);
  }
  return [];
}

const owner = "owner";

/** An owner record that is not waited for, and entries each written after it. @returns a line per entry that was lost, or outlived the record before it */
async function ownerRounds(seed: number, isHasty: (key: string) => boolean): Promise<string[]> {
  const random = seededRandom(seed);
  const disk = new SimulatedDisk(seededRandom(seed));
  const acknowledged: number[] = [];
  let next = 1;
  for (let round = 0; round < 8; round++) {
    const store = await openStore(disk, 2048, isHasty);
    disk.operationsLeft = 10 + Math.floor(random() * 200);
    const put = async (key: string, text: string): Promise<unknown> => store.put(key, await takeIn(chunk(Buffer.from(text)), store.blobs), {});
    try {
      for (; ; next++) {
        await put(owner, String(next));
        await put(`entry-${next}`, "held");
        acknowledged.push(next);
      }
    } catch {
      next++;
    }
    await store.close().catch(() => undefined);
    disk.restart();
    const reopened = await openStore(disk, 2048, isHasty);
    const owned = Number((await reopened.bytes(owner)) ?? 0);
    const entries = new Set([...reopened.keysFrom("entry-")].map((key) => Number(key.slice("entry-".length))));
    await reopened.close();
    const broken = [...acknowledged.filter((number) => !entries.has(number)).map((number) => `entry ${number} was acknowledged and is lost`), ...[...entries].filter((number) => number > owned).map((number) => `entry ${number} is there, and its owner is ${owned}`)];
    if (broken.length > 0) return broken;
  }
  return [];
}

describe("bucket: power loss", function () {
  this.timeout(60_000);

  it("keeps every acknowledged write, whole, through power cuts at arbitrary operations", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const broken = await crashRounds(new SimulatedDisk(seededRandom(seed)), seed);

      assert.deepEqual(broken, []);
    }
  });

  it("never keeps a write without what was written before it, waited for or not", async () => {
    for (let seed = 1; seed <= 3; seed++) assert.deepEqual(await ownerRounds(seed, (key) => key === owner), []);
  });

  it("is a test that can fail: an entry that is not waited for either is lost", async () => {
    assert.match((await ownerRounds(1, () => true)).join("\n"), /acknowledged and is lost/);
  });

  it("is a test that can fail: a store that acknowledges before it has written is caught", async () => {
    const broken = await crashRounds(new SimulatedDisk(seededRandom(1)), 1, { clientFor: hastyClientOf });

    assert.match(broken.join("\n"), /acknowledged/);
  });

  it("is a test that can fail: a disk that answers a flush and does not do it is caught", async () => {
    const disk = new SimulatedDisk(seededRandom(1));
    disk.liesAboutFlushes = true;

    // One segment only: a damaged earlier one would be refused at the next open, which is another test's matter.
    const broken = await crashRounds(disk, 1, { segmentBytes: 1e9 });

    assert.match(broken.join("\n"), /acknowledged/);
  });
});

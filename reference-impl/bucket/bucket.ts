// The reference edge's storage: an S3-compatible store in one directory. The engine's cluster keeps leases, owner
// records and logs in it, and R2 its bytes, so what it acknowledges must survive anything but the loss of the disk.
import { randomBytes } from "node:crypto";
import type { Answer } from "./answers.js";
import { takeIn } from "./body.js";
import { realDisk } from "./disk.js";
import { BucketError, toBucketError } from "./errors.js";
import { Faults, slowed } from "./faults.js";
import { type BucketListener, startListener } from "./listener.js";
import { listObjects } from "./listing.js";
import { lockDirectory } from "./lock.js";
import type { Durability } from "./log.js";
import { operate } from "./operations.js";
import type { Credentials } from "./sigv4.js";
import { Store, type WriteCondition } from "./store.js";

export type { BucketListener, Isolation } from "./listener.js";
export type { Credentials } from "./sigv4.js";
export type { WriteCondition } from "./store.js";

export interface BucketOptions {
  /** Made if it is not there. One process at a time. */
  readonly directory: string;
  /** The name of the one bucket. */
  readonly bucket: string;
  /** Random ones if absent. */
  readonly credentials?: Credentials;
  /** Default true. False survives the death of the process, but not of the machine. */
  readonly fsync?: boolean;
  /** What a write to a key waits for. Default: the flush, always. */
  readonly durabilityOf?: (key: string) => Durability;
}

export interface ListenOptions {
  readonly port?: number;
  /** What a reader here is shown instead of an object's bytes; called for objects that are small. Default: the bytes. */
  readonly show?: (key: string, bytes: Buffer) => Promise<Buffer>;
}

export interface Bucket {
  readonly credentials: Credentials;
  /**
   * One more loopback listener on the same store.
   * @param options port 0 (the default): a free one
   */
  listen(options?: ListenOptions): Promise<BucketListener>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** @throws BucketError InsufficientStorage on a full disk, with nothing written */
  put(key: string, bytes: Uint8Array, condition?: WriteCondition): Promise<{ readonly etag: string } | "precondition-failed">;
  /** Deletes a key; one that does not exist is no error. */
  delete(key: string): Promise<void>;
  /** All keys under a prefix, in order. */
  list(prefix: string): Promise<string[]>;
  /** Prefixes one slash longer than the given one, in order: as a folder lists its folders. */
  folders(prefix: string): Promise<readonly string[]>;
  /** Adds latency, in milliseconds, before every operation. */
  setDelayMs(delayMs: number): void;
  /** Adds to every flush, in milliseconds: a disk that is slow. */
  setFlushDelayMs(delayMs: number): void;
  /** While true, writes are answered as on a full disk. Reads and deletions go on. */
  setFull(isFull: boolean): void;
  /** Closes the listeners, finishes what is queued and closes the files. */
  close(): Promise<void>;
}

const mostFolders = 10_000;

/**
 * Opens the store in a directory, recovering what a crash left.
 * @throws BucketError InternalError when another process has it open, or when its log is damaged
 */
export async function openBucket(options: BucketOptions): Promise<Bucket> {
  const { directory, bucket, fsync = true } = options;
  const credentials = options.credentials ?? { accessKeyId: randomBytes(10).toString("hex"), secretAccessKey: randomBytes(30).toString("hex") };
  const nowMs = (): number => Date.now();
  const faults = new Faults();
  const disk = slowed(realDisk(fsync), faults);
  await disk.makeFolder(directory);
  const unlock = await lockDirectory(directory);
  const { durabilityOf } = options;
  const store = await Store.open({ disk, directory, nowMs, ...(durabilityOf !== undefined && { durabilityOf }) }).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  const listeners = new Set<BucketListener>();
  return {
    credentials,
    async listen({ port = 0, show } = {}) {
      const listener = await startListener({
        port,
        credentials,
        nowMs,
        async operate(request) {
          await faults.delay();
          const answer = await operate(store, bucket, faults, request);
          return show === undefined || request.method !== "GET" || answer.status !== 200 || !Buffer.isBuffer(answer.body) ? answer : shown(answer, await show(request.key, answer.body));
        },
        random: Math.random,
      });
      listeners.add(listener);
      return listener;
    },
    async get(key) {
      await faults.delay();
      return store.bytes(key);
    },
    async put(key, bytes, condition) {
      await faults.delay();
      faults.requireSpace();
      try {
        const { etag } = await store.put(key, await takeIn(one(bytes), store.blobs), {}, condition);
        return { etag };
      } catch (error) {
        if (error instanceof BucketError && error.code === "PreconditionFailed") return "precondition-failed";
        throw toBucketError(error);
      }
    },
    async delete(key) {
      await faults.delay();
      await store.delete(key);
    },
    async list(prefix) {
      await faults.delay();
      const keys: string[] = [];
      for (const key of store.keysFrom(prefix)) {
        if (!key.startsWith(prefix)) break;
        keys.push(key);
      }
      return keys;
    },
    async folders(prefix) {
      await faults.delay();
      return listObjects(store, { prefix, delimiter: "/", after: "", limit: mostFolders }).prefixes;
    },
    setDelayMs(delayMs) {
      faults.delayMs = delayMs;
    },
    setFlushDelayMs(delayMs) {
      faults.flushDelayMs = delayMs;
    },
    setFull(isFull) {
      faults.isFull = isFull;
    },
    async close() {
      faults.close();
      await Promise.all([...listeners].map((listener) => listener.close()));
      await store.close();
      await unlock();
    },
  };
}

function shown(answer: Answer, body: Buffer): Answer {
  return { ...answer, headers: { ...answer.headers, "content-length": String(body.length) }, body };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Buffer, void, undefined> {
  // A copy: the caller may go on to use its bytes while they wait for the disk.
  yield Buffer.from(bytes);
}

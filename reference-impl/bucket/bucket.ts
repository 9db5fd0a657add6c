// The reference edge's storage: an S3-compatible store in one directory. The engine's cluster keeps leases, owner
// records and logs in it, and R2 its bytes, so what it acknowledges must survive anything but the loss of the disk.
import { randomBytes } from "node:crypto";
import { takeIn } from "./body.js";
import { realDisk } from "./disk.js";
import { BucketError, toBucketError } from "./errors.js";
import { Faults } from "./faults.js";
import { type BucketListener, startListener } from "./listener.js";
import { lockDirectory } from "./lock.js";
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
}

export interface Bucket {
  readonly credentials: Credentials;
  /**
   * One more loopback listener on the same store.
   * @param options port 0 (the default): a free one
   */
  listen(options?: { readonly port?: number }): Promise<BucketListener>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** @throws BucketError InsufficientStorage on a full disk, with nothing written */
  put(key: string, bytes: Uint8Array, condition?: WriteCondition): Promise<{ readonly etag: string } | "precondition-failed">;
  /** Deletes a key; one that does not exist is no error. */
  delete(key: string): Promise<void>;
  /** All keys under a prefix, in order. */
  list(prefix: string): Promise<string[]>;
  /** Adds latency, in milliseconds, before every operation. */
  setDelayMs(delayMs: number): void;
  /** While true, writes are answered as on a full disk. Reads and deletions go on. */
  setFull(isFull: boolean): void;
  /** Closes the listeners, finishes what is queued and closes the files. */
  close(): Promise<void>;
}

/**
 * Opens the store in a directory, recovering what a crash left.
 * @throws BucketError InternalError when another process has it open, or when its log is damaged
 */
export async function openBucket(options: BucketOptions): Promise<Bucket> {
  const { directory, bucket, fsync = true } = options;
  const credentials = options.credentials ?? { accessKeyId: randomBytes(10).toString("hex"), secretAccessKey: randomBytes(30).toString("hex") };
  const nowMs = (): number => Date.now();
  const disk = realDisk(fsync);
  await disk.makeFolder(directory);
  const unlock = await lockDirectory(directory);
  const store = await Store.open({ disk, directory, nowMs }).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  const faults = new Faults();
  const listeners = new Set<BucketListener>();
  return {
    credentials,
    async listen({ port = 0 } = {}) {
      const listener = await startListener({
        port,
        credentials,
        nowMs,
        async operate(request) {
          await faults.delay();
          return operate(store, bucket, faults, request);
        },
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
    setDelayMs(delayMs) {
      faults.delayMs = delayMs;
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

async function* one(bytes: Uint8Array): AsyncGenerator<Buffer, void, undefined> {
  // A copy: the caller may go on to use its bytes while they wait for the disk.
  yield Buffer.from(bytes);
}

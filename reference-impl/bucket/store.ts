// Objects over the log: conditional writes, reads that outlive a replacement, listings' raw material. Knows no HTTP.
import { dirname, join } from "node:path";
import { Blobs } from "./blobs.js";
import type { Content } from "./body.js";
import type { Disk } from "./disk.js";
import { BucketError, toBucketError } from "./errors.js";
import { type Durability, Log, logFolder } from "./log.js";
import type { Item } from "./log-index.js";
import type { Metadata } from "./record.js";

/** What must hold for a write to happen; an etag is given without its quotes. */
export interface WriteCondition {
  /** The key must have this etag ("*": must exist). */
  readonly ifMatch?: string;
  /** The key must not exist. */
  readonly ifNoneMatch?: "*";
}

/** An object as it was at one moment. Close it when done: it keeps its files on the disk. */
export interface OpenObject {
  readonly metadata: Metadata;
  /** Bytes `start` (inclusive) to `end` (exclusive). */
  read(start: number, end: number): AsyncIterable<Buffer>;
  close(): void;
}

export interface StoreOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly segmentBytes?: number;
  readonly cleanFloorBytes?: number;
  /** Wall time, for Last-Modified. */
  readonly nowMs: () => number;
  /** What a write to a key waits for. Default: the flush, always. */
  readonly durabilityOf?: (key: string) => Durability;
}

// The log knows several kinds of key; the first character says which. Uploads and their parts are in multipart.ts.
const objectPrefix = "o";
const longestKeyBytes = 1024;

export function objectKey(key: string): string {
  if (Buffer.byteLength(key) > longestKeyBytes) throw new BucketError("KeyTooLongError", `Expected a key of at most ${longestKeyBytes} bytes; got ${Buffer.byteLength(key)}.`);
  return objectPrefix + key;
}

/** @throws BucketError PreconditionFailed when the condition does not hold for the item */
export function requireCondition(item: Item | undefined, condition: WriteCondition): void {
  const { ifMatch, ifNoneMatch } = condition;
  if (ifNoneMatch !== undefined && item !== undefined) throw new BucketError("PreconditionFailed", "Expected that the key does not exist; it does.");
  if (ifMatch === undefined) return;
  if (item === undefined) throw new BucketError("PreconditionFailed", `Expected the etag ${ifMatch}; the key does not exist.`);
  if (ifMatch !== "*" && ifMatch !== item.metadata.etag) throw new BucketError("PreconditionFailed", `Expected the etag ${ifMatch}; it is ${item.metadata.etag}.`);
}

export class Store {
  readonly log: Log;
  readonly blobs: Blobs;
  readonly nowMs: () => number;
  readonly #durabilityOf: (key: string) => Durability;

  private constructor(log: Log, blobs: Blobs, { nowMs, durabilityOf = () => "flushed" }: StoreOptions) {
    this.log = log;
    this.blobs = blobs;
    this.nowMs = nowMs;
    this.#durabilityOf = durabilityOf;
  }

  /** Opens the store in a directory (made if absent) and recovers what it holds. */
  static async open(options: StoreOptions): Promise<Store> {
    const { disk, directory, segmentBytes = 16 * 1024 * 1024, cleanFloorBytes = 32 * 1024 * 1024 } = options;
    const folder = logFolder(directory);
    const blobFolder = join(directory, "blobs");
    await disk.makeFolder(folder);
    await disk.makeFolder(blobFolder);
    await disk.syncFolder(directory);
    await disk.syncFolder(dirname(directory));
    const blobs = new Blobs(disk, blobFolder);
    // While the log is read back, a file may be unused by one record and used by a later one: sweep after.
    let isOpen = false;
    const log = await Log.open({ disk, folder, segmentBytes, cleanFloorBytes, onUnusedBlob: (name) => (isOpen ? blobs.remove(name) : undefined) });
    isOpen = true;
    await blobs.sweep((name) => log.index.usesBlob(name));
    return new Store(log, blobs, options);
  }

  /**
   * Gives a key new content, on return as durable as `durabilityOf` says of it.
   * @throws BucketError PreconditionFailed; InsufficientStorage with nothing written
   */
  async put(key: string, content: Content, headers: Readonly<Record<string, string>>, condition: WriteCondition = {}): Promise<Metadata> {
    const metadata: Metadata = { etag: content.md5, modifiedAtMs: this.nowMs(), sizeBytes: content.sizeBytes, headers };
    try {
      const at = objectKey(key);
      return await this.log.transact((current) => {
        requireCondition(current(at), condition);
        return { writes: [{ key: at, metadata, value: content.value, blobs: content.blobs }], result: metadata };
      }, this.#durabilityOf(key));
    } catch (error) {
      this.discard(content);
      throw error;
    }
  }

  /** Forgets content that no key has taken. */
  discard(content: Content): void {
    for (const { name } of content.blobs) if (!this.log.index.usesBlob(name)) this.blobs.remove(name);
  }

  /** @returns undefined when there is no such object */
  open(key: string): OpenObject | undefined {
    const item = this.log.index.get(objectKey(key));
    if (item === undefined) return undefined;
    const release = this.blobs.pin(item.blobs);
    const { log, blobs } = this;
    return {
      metadata: item.metadata,
      close: release,
      read: (start, end) => (item.blobs.length > 0 ? blobs.read(item.blobs, start, end) : oneChunk(() => log.read(item, start, end - start))),
    };
  }

  /** The whole object in memory. */
  async bytes(key: string): Promise<Buffer | undefined> {
    const object = this.open(key);
    if (object === undefined) return undefined;
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of object.read(0, object.metadata.sizeBytes)) chunks.push(chunk);
      return Buffer.concat(chunks);
    } finally {
      object.close();
    }
  }

  metadata(key: string): Metadata | undefined {
    return this.log.index.get(objectKey(key))?.metadata;
  }

  /** Deletes a key, on return as durable as a write to it would be; one that does not exist is no error. */
  async delete(key: string, condition: WriteCondition = {}): Promise<void> {
    const at = objectKey(key);
    await this.log.transact((current) => {
      const item = current(at);
      if (item !== undefined) requireCondition(item, condition);
      return { writes: item === undefined ? [] : [{ key: at }], result: undefined };
    }, this.#durabilityOf(key));
  }

  /** Keys in order from a start; not to be walked across an await. */
  *keysFrom(start: string): Generator<string, void, undefined> {
    for (const key of this.log.index.keysFrom(objectPrefix + start)) {
      if (!key.startsWith(objectPrefix)) return;
      yield key.slice(objectPrefix.length);
    }
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.blobs.close();
  }
}

async function* oneChunk(read: () => Promise<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield await read();
  } catch (error) {
    throw toBucketError(error);
  }
}

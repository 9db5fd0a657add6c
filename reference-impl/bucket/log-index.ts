// What the log says at this moment: key to newest record, keys in order, uses of value files, live and dead bytes.
import type { BlobReference, Metadata } from "./record.js";
import type { Segment } from "./segment.js";
import { SortedKeys } from "./sorted-keys.js";

/** The newest record of a key. Two records are never the same object: identity tells whether a key has changed. */
export interface Item {
  readonly metadata: Metadata;
  /** Empty: the value is in the log. */
  readonly blobs: readonly BlobReference[];
  readonly segment: Segment;
  readonly position: number;
  readonly valueBytes: number;
  readonly recordBytes: number;
}

// Lease and owner records are read at every commit of a cluster: small new values stay in memory, within a budget.
const cachedValueBytes = 4096;
const cacheBudgetBytes = 16 * 1024 * 1024;

export class Index {
  readonly #items = new Map<string, Item>();
  readonly #keys = new SortedKeys();
  readonly #blobUses = new Map<string, number>();
  readonly #cache = new Map<Item, Buffer>();
  readonly #onUnusedBlob: (name: string) => void;
  #cacheBytes = 0;
  liveBytes = 0;
  totalBytes = 0;

  constructor(onUnusedBlob: (name: string) => void) {
    this.#onUnusedBlob = onUnusedBlob;
  }

  get(key: string): Item | undefined {
    return this.#items.get(key);
  }

  /** Keys in order from a start; not to be walked across an await. */
  keysFrom(start: string): Generator<string, void, undefined> {
    return this.#keys.from(start);
  }

  usesBlob(name: string): boolean {
    return this.#blobUses.has(name);
  }

  cachedValue(item: Item): Buffer | undefined {
    return this.#cache.get(item);
  }

  /**
   * Takes a record into the index.
   * @param item undefined when the record deletes the key
   * @param value the record's value where it is at hand, to keep it in memory when it is small
   */
  apply(key: string, item: Item | undefined, recordBytes: number, value?: Uint8Array): void {
    const before = this.#items.get(key);
    this.totalBytes += recordBytes;
    if (item === undefined) {
      this.#items.delete(key);
      this.#keys.delete(key);
    } else {
      this.#items.set(key, item);
      if (before === undefined) this.#keys.add(key);
      this.liveBytes += recordBytes;
      // Uses are added before others are dropped: a moved record must not lose its value file on the way.
      for (const { name } of item.blobs) this.#blobUses.set(name, (this.#blobUses.get(name) ?? 0) + 1);
      if (value !== undefined && value.length <= cachedValueBytes) this.#remember(item, Buffer.from(value));
    }
    if (before !== undefined) this.#forget(before);
  }

  #remember(item: Item, value: Buffer): void {
    this.#cache.set(item, value);
    this.#cacheBytes += value.length;
    for (const [oldest, bytes] of this.#cache) {
      if (this.#cacheBytes <= cacheBudgetBytes) break;
      this.#cache.delete(oldest);
      this.#cacheBytes -= bytes.length;
    }
  }

  #forget(item: Item): void {
    this.liveBytes -= item.recordBytes;
    const cached = this.#cache.get(item);
    if (cached !== undefined) {
      this.#cache.delete(item);
      this.#cacheBytes -= cached.length;
    }
    for (const { name } of item.blobs) {
      const uses = (this.#blobUses.get(name) ?? 0) - 1;
      if (uses > 0) {
        this.#blobUses.set(name, uses);
      } else {
        this.#blobUses.delete(name);
        this.#onUnusedBlob(name);
      }
    }
  }
}

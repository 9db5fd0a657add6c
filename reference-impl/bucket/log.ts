// The log under the store: every change is a record appended to a segment, and the index in memory says where each
// key's newest record is. One flush serves all changes that wait (group commit), and nothing is readable or
// acknowledged before the flush that covers it. A change that says so is spared the flush: it is readable and acknowledged
// when it is written, and is flushed with the next change that is not. What a power cut leaves is always the log up to some
// point, so nothing that was flushed is ever left without what came before it.
import { join } from "node:path";
import { Cleaner } from "./cleaner.js";
import type { Disk } from "./disk.js";
import { BucketError, toBucketError } from "./errors.js";
import { type Item, Index } from "./log-index.js";
import { type BlobReference, encodeRecord, type Metadata } from "./record.js";
import { createSegment, openSegments, recoverSegment, type Segment } from "./segment.js";

/** A change of one key. Without metadata it deletes. */
export interface Write {
  readonly key: string;
  readonly metadata?: Metadata;
  readonly value?: Uint8Array;
  readonly blobs?: readonly BlobReference[];
}

/**
 * Decides on writes from the state they will be applied to; nothing comes between. May throw to refuse.
 * The refusal, too, is told only when what it was based on is durable.
 */
export type Decide<T> = (current: (key: string) => Item | undefined) => { readonly writes: readonly Write[]; readonly result: T };

/** When a change counts as done: on the medium, or with the operating system, where it outlives this process but not a power cut. */
export type Durability = "flushed" | "written";

export interface LogOptions {
  readonly disk: Disk;
  readonly folder: string;
  /** A segment that has reached this is followed by a new one. */
  readonly segmentBytes: number;
  /** Garbage below this is not worth cleaning. */
  readonly cleanFloorBytes: number;
  /** Called when no key refers to a value file any more. */
  readonly onUnusedBlob: (name: string) => void;
}

interface Waiting {
  /** Runs the decision; `tell` tells its result. */
  readonly prepare: (current: (key: string) => Item | undefined) => { readonly writes: readonly Write[]; readonly tell: () => void };
  readonly reject: (error: unknown) => void;
  readonly durability: Durability;
}

// Bounds what one flush may have to lose and what is buffered for it.
const batchBytes = 4 * 1024 * 1024;

export class Log {
  readonly index: Index;
  readonly #options: LogOptions;
  readonly #segments: Segment[];
  readonly #cleaner: Cleaner;
  #sequence: number;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  #broken: BucketError | undefined;
  /** The last segment, while something in it has not been flushed. */
  #unflushed: Segment | undefined;
  #closed = false;

  private constructor(options: LogOptions, index: Index, segments: Segment[], sequence: number) {
    this.#options = options;
    this.index = index;
    this.#segments = segments;
    this.#sequence = sequence;
    this.#cleaner = new Cleaner({ disk: options.disk, folder: options.folder, floorBytes: options.cleanFloorBytes, segments, log: this });
  }

  /** Opens the log in a folder, reads it back and cuts a torn end. */
  static async open(options: LogOptions): Promise<Log> {
    const index = new Index(options.onUnusedBlob);
    const segments = await openSegments(options.disk, options.folder);
    let sequence = 0;
    for (const [at, segment] of segments.entries()) {
      const records = await recoverSegment({ segment, afterSequence: sequence, isLast: at === segments.length - 1 });
      for (const { head, offset, valueOffset, valueBytes, recordBytes } of records) {
        const { key, metadata, blobs } = head;
        index.apply(key, metadata && { metadata, blobs: blobs ?? [], segment, position: offset + valueOffset, valueBytes, recordBytes }, recordBytes);
        sequence = head.sequence;
      }
    }
    return new Log(options, index, segments, sequence);
  }

  /**
   * Applies one change atomically.
   * @param durability what the change, or its refusal, waits for
   * @returns what `decide` gave as result, once it is durable
   * @throws what `decide` threw; BucketError InsufficientStorage or InternalError when nothing was written
   */
  async transact<T>(decide: Decide<T>, durability: Durability = "flushed"): Promise<T> {
    if (this.#closed) throw new BucketError("InternalError", "The store is closed.");
    return new Promise<T>((resolve, reject) => {
      const prepare: Waiting["prepare"] = (current) => {
        const { writes, result } = decide(current);
        return { writes, tell: () => resolve(result) };
      };
      this.#queue.push({ prepare, reject, durability });
      this.#running ??= this.#run();
    });
  }

  /** The value that an item keeps in the log (empty when it is in files of its own). */
  async read(item: Item, start = 0, sizeBytes = item.valueBytes - start): Promise<Buffer> {
    const cached = this.index.cachedValue(item);
    if (cached !== undefined) return cached.subarray(start, start + sizeBytes);
    return sizeBytes === 0 ? Buffer.alloc(0) : item.segment.file.read(item.position + start, sizeBytes);
  }

  /** Waits for what is queued, and closes the files. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#cleaner.stopped();
    if (this.#broken === undefined) await this.#flush().catch(() => undefined);
    for (const segment of this.#segments) await segment.file.close();
  }

  async #run(): Promise<void> {
    // Requests that arrived in the same turn of the event loop share the first flush.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#commit();
    this.#running = undefined;
    if (!this.#closed && this.#broken === undefined) this.#cleaner.consider();
  }

  async #commit(): Promise<void> {
    const told: (() => void)[] = [];
    const taken: Waiting[] = [];
    try {
      if (this.#broken !== undefined) throw this.#broken;
      const segment = await this.#segmentToAppend();
      const changes: { key: string; item: Item | undefined; recordBytes: number; value: Uint8Array }[] = [];
      const chunks: Buffer[] = [];
      const overlay = new Map<string, Item | undefined>();
      const current = (key: string): Item | undefined => (overlay.has(key) ? overlay.get(key) : this.index.get(key));
      let end = segment.endBytes;
      for (let next = this.#queue[0]; next !== undefined && end - segment.endBytes < batchBytes; next = this.#queue[0]) {
        this.#queue.shift();
        const { prepare, reject } = next;
        taken.push(next);
        try {
          const { writes, tell } = prepare(current);
          for (const { key, metadata, value = new Uint8Array(0), blobs = [] } of writes) {
            this.#sequence++;
            const record = encodeRecord({ sequence: this.#sequence, key, ...(metadata && { metadata }), ...(blobs.length > 0 && { blobs }) }, value);
            const item = metadata && { metadata, blobs, segment, position: end + record.length - value.length, valueBytes: value.length, recordBytes: record.length };
            overlay.set(key, item);
            changes.push({ key, item, recordBytes: record.length, value });
            chunks.push(record);
            end += record.length;
          }
          told.push(tell);
        } catch (error) {
          told.push(() => reject(error));
        }
      }
      if (chunks.length > 0) await this.#append(segment, chunks, end);
      if (taken.some(({ durability }) => durability === "flushed")) await this.#flush();
      for (const { key, item, recordBytes, value } of changes) this.index.apply(key, item, recordBytes, value);
      for (const tell of told) tell();
    } catch (thrown) {
      const error = toBucketError(thrown);
      // Nothing taken: the failure came before (no segment, or broken), and it is everybody's.
      if (taken.length === 0) taken.push(...this.#queue.splice(0));
      for (const { reject } of taken) reject(error);
    }
  }

  async #append(segment: Segment, chunks: readonly Buffer[], end: number): Promise<void> {
    try {
      await segment.file.write(segment.endBytes, chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    } catch (error) {
      await this.#undo(segment);
      throw error;
    }
    this.#unflushed = segment;
    segment.endBytes = end;
  }

  async #flush(): Promise<void> {
    const segment = this.#unflushed;
    if (segment === undefined) return;
    try {
      await segment.file.sync();
      this.#unflushed = undefined;
    } catch (error) {
      // After a failed flush nobody knows what is on the medium, and a second flush may lie: stop writing.
      this.#broken = new BucketError("InternalError", "The disk under the store failed to flush; the store takes no more writes. Check the disk and start again.", { cause: error });
      throw this.#broken;
    }
  }

  // What a failed write left behind would be read back at the next open as if it had been acknowledged.
  async #undo(segment: Segment): Promise<void> {
    try {
      await segment.file.truncate(segment.endBytes);
      await segment.file.sync();
    } catch (error) {
      this.#broken = new BucketError("InternalError", "A failed write could not be cut off; the store takes no more writes. Check the disk and start again.", { cause: error });
    }
  }

  async #segmentToAppend(): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.endBytes < this.#options.segmentBytes) return last;
    // Only the last segment may have a torn end.
    await this.#flush();
    const segment = await createSegment(this.#options.disk, this.#options.folder, (last?.number ?? 0) + 1);
    this.#segments.push(segment);
    return segment;
  }
}

/** Where a store's folder keeps its log. */
export function logFolder(directory: string): string {
  return join(directory, "log");
}

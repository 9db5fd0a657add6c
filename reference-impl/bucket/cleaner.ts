// Gives dead bytes back to the disk: when most of the log is garbage, what still lives in the oldest segments is
// appended again and the segments are removed. Oldest first, so that a deletion never goes before what it deletes.
import type { Disk } from "./disk.js";
import type { Log, Write } from "./log.js";
import { decodeRecord } from "./record.js";
import type { Segment } from "./segment.js";

export interface CleanerOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly floorBytes: number;
  /** The log's own list, shared: the cleaner removes from its front, the log adds to its end. */
  readonly segments: Segment[];
  readonly log: Log;
}

// A move competes with clients' writes for the flush: small steps keep their latency.
const moveBytes = 1024 * 1024;

export class Cleaner {
  readonly #options: CleanerOptions;
  #running: Promise<void> | undefined;
  #stop = false;

  constructor(options: CleanerOptions) {
    this.#options = options;
  }

  /** Starts cleaning if it is worth it and not under way. */
  consider(): void {
    if (this.#running !== undefined || this.#stop || !this.#isWorthIt()) return;
    this.#running = this.#clean()
      // A full or broken disk is told to the clients whose writes meet it; cleaning waits for the next occasion.
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined;
      });
  }

  async stopped(): Promise<void> {
    this.#stop = true;
    await this.#running;
  }

  #isWorthIt(): boolean {
    const { log, floorBytes, segments } = this.#options;
    const garbageBytes = log.index.totalBytes - log.index.liveBytes;
    return segments.length > 1 && garbageBytes > Math.max(floorBytes, log.index.liveBytes);
  }

  async #clean(): Promise<void> {
    const { disk, folder, segments, log } = this.#options;
    while (!this.#stop && this.#isWorthIt()) {
      const oldest = segments[0];
      if (oldest === undefined) return;
      await this.#moveLiving(oldest);
      if (this.#stop) return;
      segments.shift();
      log.index.totalBytes -= oldest.endBytes;
      await disk.remove(oldest.path);
      await disk.syncFolder(folder);
      await oldest.file.close();
    }
  }

  async #moveLiving(segment: Segment): Promise<void> {
    const { log } = this.#options;
    const bytes = await segment.file.read(0, segment.endBytes);
    let offset = 0;
    while (offset < bytes.length && !this.#stop) {
      const candidates: { key: string; position: number; value: Buffer }[] = [];
      for (let collected = 0; collected < moveBytes; ) {
        const record = decodeRecord(bytes, offset);
        if (record === undefined) {
          // Records that cannot be read back must not be removed with their segment.
          if (offset < bytes.length) throw new Error(`${segment.path} is damaged at byte ${offset}`);
          break;
        }
        const position = offset + record.valueOffset;
        offset += record.recordBytes;
        if (record.head.metadata === undefined) continue;
        candidates.push({ key: record.head.key, position, value: bytes.subarray(position, position + record.valueBytes) });
        collected += record.recordBytes;
      }
      await log.transact((current) => {
        const writes: Write[] = [];
        for (const { key, position, value } of candidates) {
          const item = current(key);
          if (item?.segment !== segment || item.position !== position) continue;
          writes.push({ key, metadata: item.metadata, value, blobs: item.blobs });
        }
        return { writes, result: undefined };
      });
    }
  }
}

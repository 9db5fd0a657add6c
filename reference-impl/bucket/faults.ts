// The faults a store can be given: latency, a disk that is slow to flush, and one that is full. One object serves all
// listeners of a store.
import type { Disk, DiskFile } from "./disk.js";
import { BucketError } from "./errors.js";

export class Faults {
  /** Added before every operation. */
  delayMs = 0;
  /** Added to every flush: what is written becomes durable, and is acknowledged, so much later. */
  flushDelayMs = 0;
  isFull = false;
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();

  /** Waits out the added latency. */
  delay(): Promise<void> {
    return this.#wait(this.delayMs);
  }

  /** Waits as long as a slow disk takes longer to flush. */
  flushDelay(): Promise<void> {
    return this.#wait(this.flushDelayMs);
  }

  async #wait(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        resolve();
      }, milliseconds);
      this.#waiting.set(timer, resolve);
    });
  }

  /** @throws BucketError InsufficientStorage while the disk is to look full */
  requireSpace(): void {
    if (this.isFull) throw new BucketError("InsufficientStorage", "The disk under the store is full; nothing was written. Free space and try again.");
  }

  /** Lets nobody wait any longer. */
  close(): void {
    this.delayMs = 0;
    this.flushDelayMs = 0;
    for (const [timer, resolve] of this.#waiting) {
      clearTimeout(timer);
      resolve();
    }
    this.#waiting.clear();
  }
}

/** The disk, as slow to flush as the faults say. */
export function slowed(disk: Disk, faults: Faults): Disk {
  return {
    ...disk,
    async open(path, mode) {
      return new SlowedFile(await disk.open(path, mode), faults);
    },
  };
}

class SlowedFile implements DiskFile {
  readonly #file: DiskFile;
  readonly #faults: Faults;

  constructor(file: DiskFile, faults: Faults) {
    this.#file = file;
    this.#faults = faults;
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  async sync(): Promise<void> {
    await this.#file.sync();
    await this.#faults.flushDelay();
  }

  read(position: number, sizeBytes: number): Promise<Buffer> {
    return this.#file.read(position, sizeBytes);
  }

  write(position: number, bytes: Buffer): Promise<void> {
    return this.#file.write(position, bytes);
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#file.truncate(sizeBytes);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

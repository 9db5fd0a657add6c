// The faults a store can be given: latency, and a disk that is full. One object serves all listeners of a store.
import { BucketError } from "./errors.js";

export class Faults {
  /** Added before every operation. */
  delayMs = 0;
  isFull = false;
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();

  /** Waits out the added latency. */
  async delay(): Promise<void> {
    if (this.delayMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        resolve();
      }, this.delayMs);
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
    for (const [timer, resolve] of this.#waiting) {
      clearTimeout(timer);
      resolve();
    }
    this.#waiting.clear();
  }
}

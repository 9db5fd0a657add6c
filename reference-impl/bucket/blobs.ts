// Large values, a file each: written and flushed before a record names them, removed when no record does and no
// reader is on them. Memory stays bounded whatever the size of an object.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Disk } from "./disk.js";
import type { BlobReference } from "./record.js";

const readBytes = 256 * 1024;

export class Blobs {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #pins = new Map<string, number>();
  readonly #doomed = new Set<string>();
  readonly #removals = new Set<Promise<void>>();

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /**
   * Writes a value to a new file, durable on return; leaves no file behind when it throws.
   * @param chunks the bytes, taken no faster than the disk takes them
   */
  async write(chunks: AsyncIterable<Buffer>): Promise<BlobReference> {
    const name = randomUUID();
    const path = join(this.#folder, name);
    const file = await this.#disk.open(path, "create");
    let sizeBytes = 0;
    try {
      for await (const chunk of chunks) {
        await file.write(sizeBytes, chunk);
        sizeBytes += chunk.length;
      }
      await file.sync();
      await file.close();
      await this.#disk.syncFolder(this.#folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.#disk.remove(path).catch(() => undefined);
      throw error;
    }
    return { name, sizeBytes };
  }

  /** Keeps files on the disk until the returned function is called, even when they are replaced meanwhile. */
  pin(blobs: readonly BlobReference[]): () => void {
    for (const { name } of blobs) this.#pins.set(name, (this.#pins.get(name) ?? 0) + 1);
    let isPinned = true;
    return () => {
      if (!isPinned) return;
      isPinned = false;
      for (const { name } of blobs) this.#unpin(name);
    };
  }

  #unpin(name: string): void {
    const pins = (this.#pins.get(name) ?? 0) - 1;
    if (pins > 0) {
      this.#pins.set(name, pins);
      return;
    }
    this.#pins.delete(name);
    if (this.#doomed.delete(name)) this.remove(name);
  }

  /** Removes a file as soon as nobody reads it. */
  remove(name: string): void {
    if (this.#pins.has(name)) {
      this.#doomed.add(name);
      return;
    }
    // A file that cannot be removed now is an orphan, and is swept at the next open.
    const removal = this.#disk
      .remove(join(this.#folder, name))
      .catch(() => undefined)
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** Bytes `start` (inclusive) to `end` (exclusive) of the files read as one. Pin them first. */
  async *read(blobs: readonly BlobReference[], start: number, end: number): AsyncGenerator<Buffer, void, undefined> {
    let offset = 0;
    for (const { name, sizeBytes } of blobs) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, sizeBytes);
      offset += sizeBytes;
      if (from >= to) continue;
      const file = await this.#disk.open(join(this.#folder, name), "read");
      try {
        for (let at = from; at < to; at += readBytes) yield await file.read(at, Math.min(readBytes, to - at));
      } finally {
        await file.close();
      }
    }
  }

  /** Removes the files that no record names: writes that a crash cut short. */
  async sweep(isUsed: (name: string) => boolean): Promise<void> {
    for (const name of await this.#disk.names(this.#folder)) if (!isUsed(name)) this.remove(name);
    await this.close();
  }

  async close(): Promise<void> {
    await Promise.all(this.#removals);
  }
}

// A disk in memory for the tests: it can be full, fail to flush, and lose its power. After a power cut it keeps what
// was flushed, and of the rest an arbitrary part, as the worst of real disks may.
import { dirname } from "node:path";
import type { Disk, DiskFile } from "./disk.js";

interface Node {
  content: Buffer;
  flushed: Buffer;
}

export class SimulatedDisk implements Disk {
  /** Bytes that can still be written before ENOSPC. */
  freeBytes = Number.POSITIVE_INFINITY;
  /** Operations until the power goes; every later one fails. */
  operationsLeft = Number.POSITIVE_INFINITY;
  /** The next flush fails, as a dying disk does. */
  failsToFlush = false;
  /** A defect for the tests of the tests: flushes are answered and not done. */
  liesAboutFlushes = false;
  flushes = 0;
  #names = new Map<string, Node>();
  #flushedNames = new Map<string, Node>();
  readonly #random: () => number;

  /** @param random 0 (inclusive) to 1, seeded: decides what a power cut leaves */
  constructor(random: () => number = () => 0.5) {
    this.#random = random;
  }

  async makeFolder(): Promise<void> {
    await this.#operation();
  }

  async names(path: string): Promise<string[]> {
    await this.#operation();
    return this.#in(this.#names, path).map(([name]) => name.slice(path.length + 1));
  }

  async open(path: string, mode: "read" | "write" | "create"): Promise<DiskFile> {
    await this.#operation();
    const found = this.#names.get(path);
    if ((found === undefined) !== (mode === "create")) throw systemError(found === undefined ? "ENOENT" : "EEXIST");
    const node = found ?? { content: Buffer.alloc(0), flushed: Buffer.alloc(0) };
    this.#names.set(path, node);
    return this.#file(node);
  }

  async remove(path: string): Promise<void> {
    await this.#operation();
    if (!this.#names.delete(path)) throw systemError("ENOENT");
  }

  async syncFolder(path: string): Promise<void> {
    await this.#operation();
    if (this.liesAboutFlushes) return;
    for (const [name] of this.#in(this.#flushedNames, path)) this.#flushedNames.delete(name);
    for (const [name, node] of this.#in(this.#names, path)) this.#flushedNames.set(name, node);
  }

  /** Power back: what was flushed is there, what was not may be. */
  restart(): void {
    this.operationsLeft = Number.POSITIVE_INFINITY;
    const names = new Map<string, Node>();
    for (const path of new Set([...this.#names.keys(), ...this.#flushedNames.keys()])) {
      const [flushed, volatile] = [this.#flushedNames.get(path), this.#names.get(path)];
      const node = flushed === volatile || this.#random() < 0.5 ? flushed : volatile;
      if (node === undefined) continue;
      const content = this.#survivorOf(node);
      names.set(path, { content, flushed: content });
    }
    this.#names = names;
    this.#flushedNames = new Map(names);
  }

  /** The bytes of a file, to damage them. */
  contentOf(path: string): Buffer {
    return this.#names.get(path)?.content ?? Buffer.alloc(0);
  }

  #survivorOf({ content, flushed }: Node): Buffer {
    if (content.length < flushed.length) return this.#random() < 0.5 ? content : flushed;
    const kept = flushed.length + Math.floor(this.#random() * (content.length - flushed.length + 1));
    const survivor = Buffer.from(content.subarray(0, kept));
    // The file system may have written the length and not the bytes.
    if (this.#random() < 0.3) survivor.fill(0, flushed.length + Math.floor(this.#random() * (kept - flushed.length)));
    return survivor;
  }

  #in(names: ReadonlyMap<string, Node>, folder: string): [string, Node][] {
    return [...names].filter(([path]) => dirname(path) === folder);
  }

  async #operation(): Promise<void> {
    await Promise.resolve();
    if (this.operationsLeft-- <= 0) throw systemError("EIO");
  }

  #file(node: Node): DiskFile {
    const operation = (): Promise<void> => this.#operation();
    return {
      get sizeBytes() {
        return node.content.length;
      },
      async read(position, sizeBytes) {
        await operation();
        return Buffer.from(node.content.subarray(position, position + sizeBytes));
      },
      write: async (position, bytes) => {
        const fits = bytes.subarray(0, Math.max(0, Math.min(bytes.length, this.freeBytes)));
        this.freeBytes -= fits.length;
        const grown = Buffer.alloc(Math.max(node.content.length, position + fits.length));
        node.content.copy(grown);
        fits.copy(grown, position);
        node.content = grown;
        await operation();
        if (fits.length < bytes.length) throw systemError("ENOSPC");
      },
      sync: async () => {
        await operation();
        this.flushes++;
        if (this.failsToFlush) throw systemError("EIO");
        if (!this.liesAboutFlushes) node.flushed = Buffer.from(node.content);
      },
      truncate: async (sizeBytes) => {
        await operation();
        this.freeBytes += node.content.length - sizeBytes;
        node.content = Buffer.from(node.content.subarray(0, sizeBytes));
      },
      close: async () => undefined,
    };
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

/** A small seeded generator (mulberry32): 0 (inclusive) to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

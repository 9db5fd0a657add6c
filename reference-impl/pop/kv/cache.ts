// A PoP's cache: what reads there see without asking the shards, and so the reason that a write elsewhere is noticed
// late. Bounded by bytes and entries, least recently used first out. It knows platform time only as a number.
import { isExpired } from "./clock.js";

/** What the shards said about a key at one moment: its value, or that it has none. */
export interface Reading {
  /** null when the key has no value. */
  readonly value: Uint8Array | null;
  /** JSON, null when there is none. */
  readonly metadata: string | null;
  /** Platform time at which the value ends, ms. */
  readonly deadlineMs: number;
  /** Orders readings of one key: a larger one was true later. */
  readonly asOf: number;
}

export interface CacheEntry extends Reading {
  /** Platform time at which the reading was asked for, ms. */
  readonly storedAtMs: number;
  /** How long after that it may be used, platform ms; lowered by reads that ask for less. */
  ttlMs: number;
  readonly sizeBytes: number;
}

/** Whether a read may be answered with this entry. That the key has no value is remembered as long as a value is. */
export function isFresh(entry: CacheEntry, nowMs: number): boolean {
  const ageMs = nowMs - entry.storedAtMs;
  // A negative age means that the clock was set back: how old the entry is, nobody knows.
  return ageMs >= 0 && ageMs < entry.ttlMs && !isExpired(entry.deadlineMs, nowMs);
}

/** What an entry costs besides its value: the object, its key and the map's slot, roughly. */
const overheadBytes = 200;

export class PopCache {
  readonly #entries = new Map<string, CacheEntry>();
  #bytes = 0;
  /** Counts how often everything was dropped, so that a read begun before does not put its answer back after. */
  generation = 0;

  constructor(
    /** Where this cache is. */
    readonly popId: string,
    private readonly maximum: { readonly bytes: number; readonly entries: number; readonly entryBytes: number },
  ) {}

  get sizeBytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#entries.size;
  }

  /**
   * The entry that answers a read, if there is one.
   * @param key namespace and key in one
   * @param ttlMs how old an answer the read accepts, platform ms. A lower one than before shortens the entry's life
   *   for every later read too, as documented for cacheTtl
   */
  get(key: string, ttlMs: number, nowMs: number): CacheEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (ttlMs < entry.ttlMs) entry.ttlMs = ttlMs;
    if (!isFresh(entry, nowMs)) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /**
   * Remembers a reading, unless a fresh entry holds a later one: an answer that was on its way while this PoP wrote
   * must not undo the write.
   * @returns the reading that counts now
   */
  store(key: string, reading: Reading, ttlMs: number, nowMs: number): Reading {
    const present = this.#entries.get(key);
    if (present !== undefined) {
      if (present.asOf > reading.asOf && isFresh(present, nowMs)) return present;
      this.drop(key);
    }
    const sizeBytes = overheadBytes + 2 * key.length + (reading.value?.byteLength ?? 0) + (reading.metadata?.length ?? 0);
    if (sizeBytes > this.maximum.entryBytes) return reading;
    const { value, metadata, deadlineMs, asOf } = reading;
    this.#entries.set(key, { value, metadata, deadlineMs, asOf, storedAtMs: nowMs, ttlMs, sizeBytes });
    this.#bytes += sizeBytes;
    this.#evict();
    return reading;
  }

  drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.sizeBytes;
  }

  dropAll(): void {
    this.#entries.clear();
    this.#bytes = 0;
    this.generation++;
  }

  #evict(): void {
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= this.maximum.bytes && this.#entries.size <= this.maximum.entries) return;
      this.drop(key);
    }
  }
}

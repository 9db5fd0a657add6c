// The cache of one PoP: bounded, least recently used first out, nothing of it leaves the PoP.
import type { StoredResponse } from "./message.js";

interface Entry {
  readonly response: StoredResponse;
  readonly storedAtMs: number;
  readonly expiresAtMs: number;
  readonly sizeBytes: number;
}

/** What an entry costs besides its body. */
const overheadBytes = 1024;

export class CacheStore {
  readonly #entries = new Map<string, Entry>();
  readonly #capacityBytes: number;
  #usedBytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  /** @returns the response and its age in seconds, undefined when there is none that is fresh */
  match(key: string, nowMs: number): { readonly response: StoredResponse; readonly ageSeconds: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (nowMs >= entry.expiresAtMs) {
      this.delete(key, nowMs);
      return undefined;
    }
    // Moved to the end: the map's order is the order of use.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { response: entry.response, ageSeconds: (nowMs - entry.storedAtMs) / 1000 };
  }

  /** @returns false when the response is larger than the whole cache */
  put(key: string, response: StoredResponse, seconds: number, nowMs: number): boolean {
    this.delete(key, nowMs);
    const sizeBytes = response.body.length + overheadBytes;
    if (sizeBytes > this.#capacityBytes) return false;
    this.#entries.set(key, { response, storedAtMs: nowMs, expiresAtMs: nowMs + seconds * 1000, sizeBytes });
    this.#usedBytes += sizeBytes;
    for (const [oldest] of this.#entries) {
      if (this.#usedBytes <= this.#capacityBytes) break;
      this.delete(oldest, nowMs);
    }
    return true;
  }

  /** @returns whether a fresh entry was there */
  delete(key: string, nowMs: number): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.#usedBytes -= entry.sizeBytes;
    return nowMs < entry.expiresAtMs;
  }

  clear(): void {
    this.#entries.clear();
    this.#usedBytes = 0;
  }
}

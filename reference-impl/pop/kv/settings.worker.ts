// What this process was told at its start, and the state that all entrypoints of the service share: one isolate per
// PoP, so one clock and one cache.
import { env } from "cloudflare:workers";
import { PopCache } from "./cache.js";
import { platformMs, type Clock } from "./clock.js";
import { sizes } from "./limits.js";
import type { KvShard } from "./shard.worker.js";

/** The bindings of the KV service. */
export interface KvEnv {
  readonly SHARDS: DurableObjectNamespace<KvShard>;
  /** PUT, GET and DELETE on http://bucket/<file>; where large values live. */
  readonly BUCKET: Fetcher;
  readonly POP_ID: string;
  /** Texts of numbers; absent means 1, 0 and 0. */
  readonly TIME_SCALE?: string | null;
  readonly CLOCK_BASE_MS?: string | null;
  readonly CLOCK_OFFSET_MS?: string | null;
}

export const kvEnv = env as unknown as KvEnv;

function numberOf(text: string | null | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise);
  if (!Number.isFinite(value)) throw new Error(`expected the text of a number in the KV service's bindings; got "${text ?? ""}"`);
  return value;
}

let clock: Clock = {
  popId: kvEnv.POP_ID,
  scale: numberOf(kvEnv.TIME_SCALE, 1),
  baseMs: numberOf(kvEnv.CLOCK_BASE_MS, 0),
  offsetMs: numberOf(kvEnv.CLOCK_OFFSET_MS, 0),
};

export function currentClock(): Clock {
  return clock;
}

export function setOffset(offsetMs: number): void {
  clock = { ...clock, offsetMs };
}

/** Platform time now, ms. */
export function platformNow(): number {
  return platformMs(clock, Date.now());
}

export const cache = new PopCache(clock.popId, { bytes: sizes.cacheBytes, entries: sizes.cacheEntries, entryBytes: sizes.cacheableBytes });

// Checks what a worker asked for against the documented limits, before anything is read or written. Pure: text in,
// parsed values out, or a Refusal with the documented words.
import { limits } from "./limits.js";
import { Refusal } from "./refusal.js";

/** Bytes of a string in UTF-8, without encoding it. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00) {
      bytes += 4;
      index++;
    } else bytes += 3;
  }
  return bytes;
}

/** @throws Refusal for a key that KV does not take */
export function checkKey(key: string): void {
  if (key === "") throw new Refusal(400, "Key names must not be empty");
  if (key === "." || key === "..") throw new Refusal(400, `Illegal key name "${key}". Please use a different name.`);
  checkKeyLength(key);
}

function checkKeyLength(key: string): void {
  // A UTF-16 unit is at most three bytes of UTF-8, so most keys need no counting.
  if (key.length * 3 <= limits.keyBytes) return;
  const bytes = utf8Bytes(key);
  if (bytes > limits.keyBytes) throw new Refusal(414, `UTF-8 encoded length of ${bytes} exceeds key length limit of ${limits.keyBytes}.`);
}

/**
 * How long a PoP may answer this read from its cache.
 * @param text what the worker gave as cacheTtl, or null
 * @returns documented seconds
 * @throws Refusal below the minimum
 */
export function cacheTtlSeconds(text: string | null): number {
  if (text === null) return limits.cacheTtlSeconds.standard;
  const seconds = Number.parseInt(text, 10);
  if (Number.isNaN(seconds) || seconds < limits.cacheTtlSeconds.minimum) {
    throw new Refusal(400, `Invalid cache_ttl of ${text}. Cache TTL must be at least ${limits.cacheTtlSeconds.minimum}.`);
  }
  return seconds;
}

/** What a write says about its end. */
export type Lifetime = { readonly ttlSeconds: number } | { readonly atSeconds: number } | null;

/**
 * @param ttlText expirationTtl as given, or null; it wins over the other
 * @param atText expiration as given, or null
 * @param wallMs now, as the worker's own clock has it
 * @throws Refusal when the end is in the past or nearer than the minimum
 */
export function lifetime(ttlText: string | null, atText: string | null, wallMs: number): Lifetime {
  const minimum = limits.expirationSeconds;
  if (ttlText !== null) {
    const ttlSeconds = Number.parseInt(ttlText, 10);
    if (Number.isNaN(ttlSeconds) || ttlSeconds <= 0) throw new Refusal(400, `Invalid expiration_ttl of ${ttlText}. Please specify integer greater than 0.`);
    if (ttlSeconds < minimum) throw new Refusal(400, `Invalid expiration_ttl of ${ttlText}. Expiration TTL must be at least ${minimum}.`);
    return { ttlSeconds };
  }
  if (atText === null) return null;
  const atSeconds = Number.parseInt(atText, 10);
  const nowSeconds = Math.floor(wallMs / 1000);
  if (Number.isNaN(atSeconds) || atSeconds <= nowSeconds) {
    throw new Refusal(400, `Invalid expiration of ${atText}. Please specify integer greater than the current number of seconds since the UNIX epoch.`);
  }
  if (atSeconds < nowSeconds + minimum) throw new Refusal(400, `Invalid expiration of ${atText}. Expiration times must be at least ${minimum} seconds in the future.`);
  return { atSeconds };
}

/**
 * @param json the metadata as the worker's runtime serialized it, or null
 * @returns the same JSON in ASCII (headers carry it back), or null when there is none
 * @throws Refusal when it is too long or no JSON
 */
export function metadata(json: string | null): string | null {
  if (json === null) return null;
  const bytes = utf8Bytes(json);
  if (bytes > limits.metadataBytes) throw new Refusal(413, `Metadata length of ${bytes} exceeds limit of ${limits.metadataBytes}.`);
  try {
    JSON.parse(json);
  } catch {
    throw new Refusal(400, "Metadata must be valid JSON.");
  }
  if (json === "null") return null;
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** @throws Refusal for a value that is too large */
export function checkValueBytes(bytes: number): void {
  if (bytes > limits.valueBytes) throw new Refusal(413, `Value length of ${bytes} exceeds limit of ${limits.valueBytes}.`);
}

export interface ListQuery {
  readonly prefix: string;
  readonly limit: number;
  readonly cursor: string | null;
}

/** @throws Refusal when the limit is no number from 1 to 1000 or the prefix is longer than a key */
export function listQuery(limitText: string | null, prefix: string | null, cursor: string | null): ListQuery {
  const limit = limitText === null ? limits.listKeys : Number.parseInt(limitText, 10);
  if (Number.isNaN(limit) || limit < 1) throw new Refusal(400, `Invalid key_count_limit of ${limitText ?? ""}. Please specify an integer greater than 0.`);
  if (limit > limits.listKeys) throw new Refusal(400, `Invalid key_count_limit of ${limit}. Please specify an integer less than ${limits.listKeys}.`);
  checkKeyLength(prefix ?? "");
  return { prefix: prefix ?? "", limit, cursor: cursor === "" ? null : cursor };
}

// The bulk read: one request for up to a hundred keys, answered as one JSON object. Pure parts: the request's form and
// the answer's.
import { limits } from "./limits.js";
import { Refusal } from "./refusal.js";
import { cacheTtlSeconds, checkKey } from "./validate.js";

export interface BulkQuery {
  readonly keys: readonly string[];
  readonly type: "text" | "json";
  readonly cacheTtlSeconds: number;
  readonly hasMetadata: boolean;
}

interface BulkBody {
  readonly keys?: unknown;
  readonly type?: unknown;
  readonly cacheTtl?: unknown;
  readonly withMetadata?: unknown;
}

/** @throws Refusal for no keys, too many, a key that KV does not take, another type than text or json, or a low cacheTtl */
export function bulkQuery(body: string): BulkQuery {
  const given = JSON.parse(body) as BulkBody;
  const type: unknown = given.type ?? "text";
  if (type !== "text" && type !== "json") throw new Refusal(400, `"${String(type)}" is not a valid type. Use "json" or "text"`);
  const keys = Array.isArray(given.keys) ? given.keys.map(String) : [];
  if (keys.length > limits.bulkKeys) throw new Refusal(400, `You can request a maximum of ${limits.bulkKeys} keys`);
  if (keys.length < 1) throw new Refusal(400, "You must request a minimum of 1 key");
  for (const key of keys) checkKey(key);
  const ttl = "cacheTtl" in given ? String(given.cacheTtl) : null;
  return { keys: [...new Set(keys)], type, cacheTtlSeconds: cacheTtlSeconds(ttl), hasMetadata: given.withMetadata === true };
}

/** @throws Refusal when all values together are more than one answer may hold */
export function checkBulkBytes(bytes: number): void {
  if (bytes > limits.bulkBytes) throw new Refusal(413, `Total size of request exceeds the limit of ${limits.bulkBytes / 1024 / 1024}MB`);
}

export interface BulkValue {
  readonly key: string;
  /** The value as text, null when the key is missing. */
  readonly text: string | null;
  /** JSON, null when there is none. */
  readonly metadata: string | null;
}

/**
 * The answer, as JSON text in the order of the keys. Written by hand because a JavaScript object would reorder keys
 * that look like integers and trip over `__proto__`.
 * @throws Refusal when a value is not JSON and JSON was asked for
 */
export function bulkAnswer(values: readonly BulkValue[], query: BulkQuery): string {
  return `{${values.map((value) => `${JSON.stringify(value.key)}:${member(value, query)}`).join(",")}}`;
}

function member(value: BulkValue, query: BulkQuery): string {
  if (value.text === null) return "null";
  const json = query.type === "json" ? verified(value.text) : JSON.stringify(value.text);
  return query.hasMetadata ? `{"value":${json},"metadata":${value.metadata ?? "null"}}` : json;
}

function verified(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new Refusal(400, "At least one of the requested keys corresponds to a non-json value");
  }
}

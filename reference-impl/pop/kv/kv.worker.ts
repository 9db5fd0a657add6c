// The KV service of a PoP. Users' workers reach it through their native KV binding, which speaks HTTP: GET, PUT and
// DELETE on a key, GET on the root to list, POST /bulk/get. Reads come from the PoP's cache where the documents allow.
import { bulkAnswer, bulkQuery, checkBulkBytes, type BulkValue } from "./bulk.js";
import type { Reading } from "./cache.js";
import { endless, expiryAfter, expiryAt, isExpired, type Clock, type Expiry } from "./clock.js";
import { sizes } from "./limits.js";
import { decodeCursor, listAnswer } from "./listing.js";
import { cacheKey } from "./placement.js";
import { Refusal, tooManyRequests, unavailable } from "./refusal.js";
import { cache, currentClock, kvEnv, platformNow, type KvEnv } from "./settings.worker.js";
import { abandonBlob, announceBlob, listKeys, readKey, readKeys, removeKey, writeKey } from "./shards.worker.js";
import type { StoredReading } from "./stored.js";
import { cacheTtlSeconds, checkKey, lifetime, listQuery, metadata, type Lifetime } from "./validate.js";
import { getBlob, putBlob, receive } from "./values.worker.js";
import { parameter, parseTarget } from "./wire.js";

export { KvAdmin } from "./admin.worker.js";
export { KvShard } from "./shard.worker.js";

/** What the configuration says of a binding. */
interface KvProps {
  readonly namespace: string;
}

type Context = ExecutionContext<KvProps>;

const standardTtlMs = cacheTtlSeconds(null) * 1000;
const hit = { "CF-Cache-Status": "HIT" };
const miss = { "CF-Cache-Status": "MISS" };

/** The runtime's Content-Length follows from the body; metadata travels beside it. */
function answer(value: Uint8Array | ReadableStream | null, json: string | null, status: typeof hit): Response {
  if (value === null) return new Response(null, { status: 404, headers: status });
  return new Response(value, { headers: json === null ? status : { ...status, "CF-KV-Metadata": json } });
}

async function read(namespace: string, key: string, query: string): Promise<Response> {
  checkKey(key);
  const ttlText = parameter(query, "cache_ttl");
  const ttlMs = ttlText === null ? standardTtlMs : cacheTtlSeconds(ttlText) * 1000;
  const name = cacheKey(namespace, key);
  const entry = cache.get(name, ttlMs, platformNow());
  if (entry !== undefined) return answer(entry.value, entry.metadata, hit);
  return readThrough(namespace, key, ttlMs);
}

async function readThrough(namespace: string, key: string, ttlMs: number): Promise<Response> {
  const name = cacheKey(namespace, key);
  // A value in the bucket can be replaced between its row and its bytes; the row then names the next one.
  for (let attempt = 0; attempt < 3; attempt++) {
    const { generation } = cache;
    const askedAtMs = platformNow();
    const stored = await readKey(namespace, key);
    if (stored.blob === null) {
      const reading = remember(name, stored, ttlMs, askedAtMs, generation);
      return answer(reading.value, reading.metadata, miss);
    }
    const body = await getBlob(kvEnv.BUCKET, stored.blob, stored.sizeBytes);
    if (body === null) continue;
    if (stored.sizeBytes > sizes.cacheableBytes) return answer(body, stored.metadata, miss);
    const value = new Uint8Array(await new Response(body).arrayBuffer());
    const reading = remember(name, { ...stored, value }, ttlMs, askedAtMs, generation);
    return answer(reading.value, reading.metadata, miss);
  }
  throw unavailable();
}

/**
 * Puts a reading into the cache, unless the cache was emptied while it was on its way.
 * @returns the reading that counts at this PoP now: nothing, if its time is over here
 */
function remember(name: string, reading: Reading, ttlMs: number, askedAtMs: number, generation: number): Reading {
  const counts = cache.generation === generation ? cache.store(name, reading, ttlMs, askedAtMs) : reading;
  return isExpired(counts.deadlineMs, platformNow()) ? { ...counts, value: null, metadata: null } : counts;
}

function expiryOf(wanted: Lifetime, clock: Clock, wallMs: number): Expiry {
  if (wanted === null) return endless;
  return "ttlSeconds" in wanted ? expiryAfter(clock, wallMs, wanted.ttlSeconds) : expiryAt(clock, wallMs, wanted.atSeconds);
}

async function write(namespace: string, key: string, query: string, request: Request): Promise<Response> {
  checkKey(key);
  const startedMs = Date.now();
  const wanted = lifetime(parameter(query, "expiration_ttl"), parameter(query, "expiration"), startedMs);
  const json = metadata(request.headers.get("CF-KV-Metadata"));
  const incoming = await receive(request);
  const name = cacheKey(namespace, key);
  const writeId = crypto.randomUUID();
  const blob = incoming.kind === "inline" ? null : writeId;
  if (blob !== null && (await announceBlob(namespace, key, blob)) === "too-many") throw tooManyRequests();
  try {
    const value = incoming.kind === "inline" ? incoming.bytes : null;
    const sizeBytes = incoming.kind === "inline" ? incoming.bytes.byteLength : await putBlob(kvEnv.BUCKET, writeId, incoming.chunks);
    const { generation } = cache;
    const askedAtMs = platformNow();
    const expiry = expiryOf(wanted, currentClock(), Date.now());
    const { outcome, asOf } = await writeKey(namespace, { key, value, blob, sizeBytes, metadata: json, ...expiry, writeId, startedMs });
    if (outcome === "too-many") throw tooManyRequests();
    if (outcome === "lost-blob") throw unavailable();
    // The writing PoP sees its own write at once; a value it does not hold, or that is not the last, it asks for anew.
    if (outcome === "stored" && value !== null) remember(name, { value, metadata: json, deadlineMs: expiry.deadlineMs, asOf }, standardTtlMs, askedAtMs, generation);
    else cache.drop(name);
    return new Response(null);
  } catch (cause) {
    // Whether the write took effect may be unknown, so what the cache says is too.
    if (!(cause instanceof Refusal && cause.status < 500)) cache.drop(name);
    if (blob !== null) await abandonBlob(namespace, key, blob).catch(() => undefined);
    throw cause;
  }
}

async function remove(namespace: string, key: string): Promise<Response> {
  checkKey(key);
  const name = cacheKey(namespace, key);
  const { generation } = cache;
  const askedAtMs = platformNow();
  try {
    const asOf = await removeKey(namespace, key);
    remember(name, { value: null, metadata: null, deadlineMs: Number.POSITIVE_INFINITY, asOf }, standardTtlMs, askedAtMs, generation);
    return new Response(null);
  } catch (cause) {
    cache.drop(name);
    throw cause;
  }
}

async function list(namespace: string, query: string): Promise<Response> {
  const { prefix, limit, cursor } = listQuery(parameter(query, "key_count_limit"), parameter(query, "prefix"), parameter(query, "cursor"));
  const page = await listKeys(namespace, prefix, cursor === null ? "" : decodeCursor(cursor), limit);
  return new Response(listAnswer(page), { headers: { "Content-Type": "application/json", ...miss } });
}

async function readBulk(namespace: string, request: Request): Promise<Response> {
  const query = bulkQuery(await request.text());
  const ttlMs = query.cacheTtlSeconds * 1000;
  const { generation } = cache;
  const askedAtMs = platformNow();
  const found = new Map<string, Reading>();
  for (const key of query.keys) {
    const entry = cache.get(cacheKey(namespace, key), ttlMs, askedAtMs);
    if (entry !== undefined) found.set(key, entry);
  }
  const missing = query.keys.filter((key) => !found.has(key));
  const stored = missing.length === 0 ? new Map<string, StoredReading>() : await readKeys(namespace, missing);
  let totalBytes = [...stored.values()].reduce((sum, each) => sum + each.sizeBytes, 0);
  for (const reading of found.values()) totalBytes += reading.value?.byteLength ?? 0;
  // Before any large value is fetched: this many bytes are never held.
  checkBulkBytes(totalBytes);
  for (const [key, each] of stored) {
    if (each.blob === null) found.set(key, remember(cacheKey(namespace, key), each, ttlMs, askedAtMs, generation));
    else found.set(key, { ...each, value: await largeValue(namespace, key, ttlMs) });
  }
  const decoder = new TextDecoder();
  const values = query.keys.map((key): BulkValue => {
    const reading = found.get(key);
    const value = reading?.value ?? null;
    return { key, text: value === null ? null : decoder.decode(value), metadata: reading?.metadata ?? null };
  });
  return new Response(bulkAnswer(values, query), { headers: { "Content-Type": "application/json", ...(missing.length === 0 ? hit : miss) } });
}

async function largeValue(namespace: string, key: string, ttlMs: number): Promise<Uint8Array | null> {
  const single = await readThrough(namespace, key, ttlMs);
  return single.status === 404 ? null : new Uint8Array(await single.arrayBuffer());
}

function route(request: Request, namespace: string): Promise<Response> {
  const { key, query } = parseTarget(request.url);
  switch (request.method) {
    case "GET":
      return key === "" ? list(namespace, query) : read(namespace, key, query);
    case "PUT":
      return write(namespace, key, query, request);
    case "DELETE":
      return remove(namespace, key);
    case "POST":
      return readBulk(namespace, request);
    default:
      throw new Refusal(405, "Method Not Allowed");
  }
}

function refused(cause: unknown): Response {
  if (cause instanceof Refusal) return new Response(cause.text, { status: cause.status, statusText: cause.text });
  console.error("KV failed", cause);
  return new Response("Internal Server Error", { status: 500, statusText: "Internal Server Error" });
}

export default {
  async fetch(request: Request, _env: KvEnv, ctx: Context): Promise<Response> {
    try {
      return await route(request, ctx.props.namespace);
    } catch (cause) {
      // The binding waits for its whole value to be taken before it looks at the answer.
      if (request.body !== null && !request.bodyUsed) await request.body.pipeTo(new WritableStream());
      return refused(cause);
    }
  },
};

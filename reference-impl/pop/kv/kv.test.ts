// KV as a worker sees it, through the native binding of a real workerd process. Time passes by moving the platform's
// clock, so nothing here waits.
import assert from "node:assert/strict";
import { startPlainBucket, startPop, type PlainBucket, type RigPop } from "./rig.js";

let bucket: PlainBucket;
let pop: RigPop;
let offsetMs = 0;

async function advance(milliseconds: number): Promise<void> {
  offsetMs += milliseconds;
  assert.equal((await pop.admin("POST", "/clock", { offsetMs })).status, 200);
}
async function value(method: string, ...args: readonly unknown[]): Promise<unknown> {
  const answer = await pop.kv(method, ...args);
  assert.equal(answer.error, undefined);
  return answer.value;
}
async function refusal(method: string, ...args: readonly unknown[]): Promise<string> {
  const answer = await pop.kv(method, ...args);
  assert.notEqual(answer.error, undefined, `${method} was not refused: ${JSON.stringify(answer.value)}`);
  return answer.error ?? "";
}
async function status(key: string, options?: unknown): Promise<unknown> {
  const found = await value("getWithMetadata", key, ...(options === undefined ? [] : [options]));
  return (found as { cacheStatus: unknown }).cacheStatus;
}

describe("KV through the native binding", function () {
  this.timeout(30_000);
  before(async () => {
    bucket = await startPlainBucket();
    pop = await startPop({ popId: "fra", bucketService: bucket.service });
  });
  after(async () => {
    await pop.kill();
    await bucket.close();
  });

  it("gives back what was put, in every type", async () => {
    await value("put", "types", '{"n":[1,"é"]}');

    assert.equal(await value("get", "types"), '{"n":[1,"é"]}');
    assert.deepEqual(await value("get", "types", "json"), { n: [1, "é"] });
    assert.deepEqual(await value("get", "types", "arrayBuffer"), { bytes: 14, uniform: false, first: 123 });
    assert.deepEqual(await value("get", "types", "stream"), { stream: { bytes: 14, uniform: false, first: 123 } });
  });

  it("tells a missing key by null, and an empty value from a missing one", async () => {
    await value("put", "empty", "");

    assert.equal(await value("get", "empty"), "");
    assert.equal(await value("get", "missing"), null);
    assert.deepEqual(await value("getWithMetadata", "missing"), { value: null, metadata: null, cacheStatus: "HIT" });
  });

  it("sees its own writes and deletions at once, after a read too", async () => {
    assert.equal(await value("get", "own"), null);
    await value("put", "own", "mine");
    assert.equal(await value("get", "own"), "mine");
    await value("delete", "own");
    assert.equal(await value("get", "own"), null);
    assert.deepEqual(await value("list", { prefix: "own" }), { keys: [], list_complete: true, cacheStatus: "MISS" });
  });

  it("keeps metadata with the value, in any language, and drops it when it is not written again", async () => {
    await value("put", "meta", "v", { metadata: { text: "é漢😀", list: [1] } });
    await pop.admin("POST", "/cache/drop");

    assert.deepEqual(await value("getWithMetadata", "meta"), { value: "v", metadata: { text: "é漢😀", list: [1] }, cacheStatus: "MISS" });
    assert.deepEqual(await value("list", { prefix: "meta" }), { keys: [{ name: "meta", metadata: { text: "é漢😀", list: [1] } }], list_complete: true, cacheStatus: "MISS" });
  });

  it("keeps namespaces apart", async () => {
    await value("put", "shared-name", "first");
    await pop.call({ binding: "OTHER", method: "put", args: ["shared-name", "second"] });
    await pop.admin("POST", "/cache/drop");

    assert.equal(await value("get", "shared-name"), "first");
    assert.equal((await pop.call({ binding: "OTHER", method: "get", args: ["shared-name"] })).value, "second");
    assert.equal((await pop.call({ binding: "OTHER", method: "get", args: ["types"] })).value, null);
  });

  it("takes one write per second and key", async () => {
    const answers = await Promise.all(["1", "2", "3", "4"].map((text) => pop.kv("put", "busy", text)));

    const refused = answers.filter((answer) => answer.error !== undefined);
    assert.ok(refused.length > 0 && refused.length < answers.length);
    for (const { error } of refused) assert.equal(error, "Error: KV PUT failed: 429 Too Many Requests");
  });

  it("takes keys with any characters, up to 512 bytes", async () => {
    for (const key of ["a/b?c=d&e#f%2F+ é", "%", "..x", "__proto__", "漢".repeat(170)]) {
      await value("put", key, key);
      assert.equal(await value("get", key), key);
      await value("delete", key);
      assert.equal(await value("get", key), null);
    }
    assert.match(await refusal("get", "é".repeat(257)), /KV GET failed: 414/);
    assert.match(await refusal("get", ["x".repeat(513)]), /414 UTF-8 encoded length of 513 exceeds key length limit of 512\./);
  });

  it("refuses what the documents refuse, in their words", async () => {
    const soon = Math.floor(Date.now() / 1000) + 30;
    assert.equal(await refusal("put", "limits", "v", { expirationTtl: 59 }), "Error: KV PUT failed: 400 Invalid expiration_ttl of 59. Expiration TTL must be at least 60.");
    assert.equal(await refusal("put", "limits", "v", { expiration: soon }), `Error: KV PUT failed: 400 Invalid expiration of ${soon}. Expiration times must be at least 60 seconds in the future.`);
    assert.match(await refusal("put", "limits", "v", { expiration: soon - 60 }), /400 Invalid expiration of/);
    assert.match(await refusal("put", "limits", "v", { metadata: "x".repeat(1023) }), /413 Metadata length of 1025 exceeds limit of 1024\./);
    assert.equal(await refusal("get", "limits", { cacheTtl: 29 }), "Error: KV GET failed: 400 Invalid cache_ttl of 29. Cache TTL must be at least 30.");
    assert.match(await refusal("list", { limit: 1001 }), /400 Invalid key_count_limit of 1001/);
    assert.match(await refusal("list", { cursor: "%" }), /400 Invalid cursor/);
    assert.equal(await value("get", "limits"), null);
  });

  it("takes 25 MiB, announced or not, and refuses a byte more", async () => {
    const limit = 25 * 1024 * 1024;
    await value("put", "whole", { bytes: limit, fill: 7 });
    await value("put", "chunks", { bytes: limit, fill: 8, chunk: 65_536 });

    assert.deepEqual(await value("get", "whole", "arrayBuffer"), { bytes: limit, uniform: true, first: 7 });
    assert.deepEqual(await value("get", "chunks", "stream"), { stream: { bytes: limit, uniform: true, first: 8 } });
    assert.match(await refusal("put", "more", { bytes: limit + 1, fill: 7 }), /KV PUT failed: 413 Value length of 26214401 exceeds limit of 26214400\./);
    assert.match(await refusal("put", "more", { bytes: limit + 1, fill: 7, chunk: 65_536 }), /KV PUT failed: 413 Value length of 26214401 exceeds limit of 26214400\./);
    assert.equal(await value("get", "more"), null);
  });

  it("keeps values of every size on the way to the bucket whole", async () => {
    for (const bytes of [131_072, 131_073, 1_048_577, 4 * 1_048_576, 4 * 1_048_576 + 1]) {
      await value("put", `size-${bytes}`, { bytes, fill: 9 });
      await pop.admin("POST", "/cache/drop");
      assert.deepEqual(await value("get", `size-${bytes}`, "arrayBuffer"), { bytes, uniform: true, first: 9 });
    }
  });

  it("refuses large values while the bucket fails, and shows none of them", async () => {
    bucket.failWith = 500;
    assert.match(await refusal("put", "no-bucket", { bytes: 300_000, fill: 1 }), /KV PUT failed: 503 Service Unavailable/);
    bucket.failWith = null;

    assert.equal(await value("get", "no-bucket"), null);
  });

  it("reads up to 100 keys at once, missing ones as null", async () => {
    await value("put", "bulk-a", '{"n":1}', { metadata: "m" });
    await value("put", "bulk-large", `"${"x".repeat(200_000)}"`);
    await pop.admin("POST", "/cache/drop");

    assert.deepEqual(await value("get", ["bulk-a", "bulk-none"], "json"), { map: [["bulk-a", { n: 1 }], ["bulk-none", null]] });
    assert.deepEqual(await value("getWithMetadata", ["bulk-none", "bulk-a"]), { map: [["bulk-none", null], ["bulk-a", { value: '{"n":1}', metadata: "m" }]] });
    assert.deepEqual(await value("get", ["bulk-large"], "json"), { map: [["bulk-large", "x".repeat(200_000)]] });
    assert.match(await refusal("get", Array.from({ length: 101 }, (_, index) => `k${index}`)), /KV GET_BULK failed: 400 You can request a maximum of 100 keys/);
    assert.match(await refusal("get", ["types", "busy", "own-nothing", "shared-name"], "json"), /non-json value/);
    assert.match(await refusal("get", ["whole", "chunks"]), /413 Total size of request exceeds the limit of 25MB/);
  });

  it("lists in UTF-8 order by prefix, and every key once over pages that are written to", async () => {
    const names = ["l/!", "l/0", "l/A", "l/a", "l/é", "l/漢", "l/\uff5e", "l/😀"];
    for (const name of [...names].reverse()) await value("put", name, "v");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = (await value("list", { prefix: "l/", limit: 3, ...(cursor === undefined ? {} : { cursor }) })) as { keys: { name: string }[]; list_complete: boolean; cursor?: string };
      seen.push(...page.keys.map((key) => key.name));
      if (cursor === undefined) {
        await value("put", "l/ before the cursor", "v");
        await value("delete", "l/!");
      }
      cursor = page.cursor;
      assert.equal(page.list_complete, cursor === undefined);
    } while (cursor !== undefined);

    assert.deepEqual(seen, names);
  });

  it("answers from its cache for cacheTtl, 60 s where none is given", async () => {
    await value("put", "cached", "v");
    await pop.admin("POST", "/cache/drop");

    assert.equal(await status("cached"), "MISS");
    await advance(50_000);
    assert.equal(await status("cached"), "HIT");
    await advance(10_000);
    assert.equal(await status("cached"), "MISS");
    assert.equal(await status("cached", { cacheTtl: 3600 }), "HIT");
    await advance(61_000);
    assert.equal(await status("cached", { cacheTtl: 3600 }), "MISS");
    await advance(3_000_000);
    assert.equal(await status("cached", { cacheTtl: 3600 }), "HIT");
    assert.equal(await status("cached"), "MISS");
  });

  it("expires a key at its time, whatever the cacheTtl, and lists the time in seconds", async () => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    await value("put", "e/ttl", "v", { expirationTtl: 60 });
    await value("put", "e/at", "v", { expiration: nowSeconds + 120 });
    const { keys } = (await value("list", { prefix: "e/" })) as { keys: { name: string; expiration: number }[] };
    assert.equal(keys[0]?.expiration, nowSeconds + 120);
    assert.ok(Math.abs((keys[1]?.expiration ?? 0) - nowSeconds - 60) <= 2);

    await advance(50_000);
    assert.equal(await value("get", "e/ttl", { cacheTtl: 86_400 }), "v");
    await advance(10_000);
    assert.equal(await value("get", "e/ttl", { cacheTtl: 86_400 }), null);
    assert.deepEqual(await value("get", ["e/ttl", "e/at"]), { map: [["e/ttl", null], ["e/at", "v"]] });
    await advance(61_000);
    assert.equal(await value("get", "e/at"), null);
    assert.deepEqual(((await value("list", { prefix: "e/" })) as { keys: unknown[] }).keys, []);
  });

  it("refuses clock settings that are none, and unknown verbs", async () => {
    assert.equal((await pop.admin("POST", "/clock", { offsetMs: "soon" })).status, 400);
    assert.equal((await pop.admin("GET", "/nothing")).status, 404);
    assert.equal(((await pop.admin("GET", "/clock")).body as { offsetMs: number }).offsetMs, offsetMs);
  });

  it("forgets everything at a reset, values in the bucket too", async () => {
    assert.notEqual(bucket.files.size, 0);

    assert.equal((await pop.admin("POST", "/reset")).status, 200);

    assert.equal(bucket.files.size, 0);
    assert.deepEqual(await value("list"), { keys: [], list_complete: true, cacheStatus: "MISS" });
    assert.equal(await value("get", "types"), null);
    await value("put", "types", "again");
    assert.equal(await value("get", "types"), "again");
  });
});

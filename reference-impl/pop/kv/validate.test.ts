// The documented limits at their edges, with the documented words, and the request lines of the native binding.
import assert from "node:assert/strict";
import fc from "fast-check";
import { bulkAnswer, bulkQuery, checkBulkBytes } from "./bulk.js";
import { Refusal } from "./refusal.js";
import { cacheTtlSeconds, checkKey, checkValueBytes, lifetime, listQuery, metadata, utf8Bytes } from "./validate.js";
import { parameter, parseTarget } from "./wire.js";

const nowMs = 1_700_000_000_900;
const refused = (status: number, text: string): Refusal => new Refusal(status, text);

describe("KV limits", () => {
  it("counts UTF-8 bytes", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }).filter((text) => Buffer.from(text).toString() === text), (text) => utf8Bytes(text) === Buffer.byteLength(text)), { seed: 7 });
  });

  it("takes keys of 512 bytes and refuses longer, empty and dotted ones", () => {
    checkKey("é".repeat(256));
    assert.throws(() => checkKey(`${"é".repeat(256)}x`), refused(414, "UTF-8 encoded length of 513 exceeds key length limit of 512."));
    assert.throws(() => checkKey(""), refused(400, "Key names must not be empty"));
    assert.throws(() => checkKey(".."), refused(400, 'Illegal key name "..". Please use a different name.'));
  });

  it("takes a cacheTtl of 30 s and refuses 29", () => {
    assert.equal(cacheTtlSeconds(null), 60);
    assert.equal(cacheTtlSeconds("30"), 30);
    assert.throws(() => cacheTtlSeconds("29"), refused(400, "Invalid cache_ttl of 29. Cache TTL must be at least 30."));
  });

  it("takes an expiration 60 s ahead and refuses nearer and past ones, in both forms", () => {
    assert.deepEqual(lifetime("60", null, nowMs), { ttlSeconds: 60 });
    assert.deepEqual(lifetime(null, "1700000060", nowMs), { atSeconds: 1_700_000_060 });
    assert.equal(lifetime(null, null, nowMs), null);
    assert.throws(() => lifetime("59", null, nowMs), refused(400, "Invalid expiration_ttl of 59. Expiration TTL must be at least 60."));
    assert.throws(() => lifetime("0", null, nowMs), refused(400, "Invalid expiration_ttl of 0. Please specify integer greater than 0."));
    assert.throws(() => lifetime(null, "1700000059", nowMs), refused(400, "Invalid expiration of 1700000059. Expiration times must be at least 60 seconds in the future."));
    assert.throws(() => lifetime(null, "1700000000", nowMs), /greater than the current number of seconds/);
  });

  it("takes 1024 bytes of metadata and 25 MiB of value, and not one byte more", () => {
    assert.equal(metadata(JSON.stringify("x".repeat(1022)))?.length, 1024);
    assert.throws(() => metadata(JSON.stringify("x".repeat(1023))), refused(413, "Metadata length of 1025 exceeds limit of 1024."));
    checkValueBytes(26_214_400);
    assert.throws(() => checkValueBytes(26_214_401), refused(413, "Value length of 26214401 exceeds limit of 26214400."));
  });

  it("carries metadata in ASCII without changing what it says", () => {
    const given = { text: "é漢😀\u007f", n: 1 };
    const carried = metadata(JSON.stringify(given)) ?? "";

    assert.match(carried, /^[\x20-\x7e]*$/);
    assert.deepEqual(JSON.parse(carried), given);
    assert.equal(metadata("null"), null);
  });

  it("lists 1 to 1000 keys", () => {
    assert.deepEqual(listQuery(null, null, null), { prefix: "", limit: 1000, cursor: null });
    assert.throws(() => listQuery("1001", null, null), refused(400, "Invalid key_count_limit of 1001. Please specify an integer less than 1000."));
    assert.throws(() => listQuery("0", null, null), /greater than 0/);
  });

  it("reads 1 to 100 keys in bulk, as text or JSON, and 25 MiB in all", () => {
    const keys = Array.from({ length: 101 }, (_, index) => `k${index}`);
    assert.equal(bulkQuery(JSON.stringify({ keys: keys.slice(1), cacheTtl: "30" })).cacheTtlSeconds, 30);
    assert.throws(() => bulkQuery(JSON.stringify({ keys })), refused(400, "You can request a maximum of 100 keys"));
    assert.throws(() => bulkQuery(JSON.stringify({ keys: [] })), refused(400, "You must request a minimum of 1 key"));
    assert.throws(() => bulkQuery(JSON.stringify({ keys: ["a"], type: "stream" })), refused(400, '"stream" is not a valid type. Use "json" or "text"'));
    assert.throws(() => checkBulkBytes(26_214_401), refused(413, "Total size of request exceeds the limit of 25MB"));
  });

  it("answers a bulk read in the order asked for, missing keys as null", () => {
    const query = { keys: [], type: "json", cacheTtlSeconds: 60, hasMetadata: true } as const;
    const values = [
      { key: "b", text: '{"n":1}', metadata: '"m"' },
      { key: "__proto__", text: "2", metadata: null },
      { key: "a", text: null, metadata: null },
    ];

    assert.equal(bulkAnswer(values, query), '{"b":{"value":{"n":1},"metadata":"m"},"__proto__":{"value":2,"metadata":null},"a":null}');
    assert.throws(() => bulkAnswer([{ key: "a", text: "no", metadata: null }], query), /non-json value/);
  });
});

describe("KV request lines", () => {
  it("give key and parameters, decoded", () => {
    const { key, query } = parseTarget("https://fake-host/a%2Fb%3F%F0%9F%98%80+?urlencoded=true&cache_ttl=90");
    assert.equal(key, "a/b?😀+");
    assert.equal(parameter(query, "cache_ttl"), "90");
    assert.equal(parameter(query, "ttl"), null);
  });

  it("have no path when they list", () => {
    const { key, query } = parseTarget("https://fake-host?prefix=a%2F+b&key_count_limit=5");
    assert.equal(key, "");
    assert.equal(parameter(query, "prefix"), "a/ b");
    assert.deepEqual(parseTarget("https://fake-host"), { key: "", query: "" });
    assert.deepEqual(parseTarget("https://fake-host/?prefix=a/b"), { key: "", query: "prefix=a/b" });
  });

  it("are refused when their key is no UTF-8", () => {
    assert.throws(() => parseTarget("https://fake-host/%ff"), refused(400, "Could not URL-decode key name"));
  });
});

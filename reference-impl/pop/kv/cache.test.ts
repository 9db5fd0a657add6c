// The rules of a PoP's cache: how long an entry answers, what shortens that, and what it never does.
import assert from "node:assert/strict";
import { PopCache, type Reading } from "./cache.js";

const minute = 60_000;
const encoder = new TextEncoder();

function reading(text: string | null, asOf: number, deadlineMs = Number.POSITIVE_INFINITY): Reading {
  return { value: text === null ? null : encoder.encode(text), metadata: null, deadlineMs, asOf };
}
function cacheOf(maximum: Partial<{ bytes: number; entries: number; entryBytes: number }> = {}): PopCache {
  return new PopCache("fra", { bytes: 1_000_000, entries: 100, entryBytes: 100_000, ...maximum });
}

describe("PoP cache", () => {
  it("answers until the TTL is over, and not from then on", () => {
    const cache = cacheOf();
    cache.store("k", reading("a", 1), minute, 0);

    assert.equal(cache.get("k", minute, minute - 1)?.asOf, 1);
    assert.equal(cache.get("k", minute, minute), undefined);
  });

  it("remembers that a key is missing as long as a value", () => {
    const cache = cacheOf();
    cache.store("k", reading(null, 1), minute, 0);

    assert.equal(cache.get("k", minute, minute - 1)?.value, null);
    assert.equal(cache.get("k", minute, minute), undefined);
  });

  it("shortens an entry's life for all later reads when a read accepts less", () => {
    const cache = cacheOf();
    cache.store("k", reading("a", 1), 60 * minute, 0);

    assert.ok(cache.get("k", minute / 2, 1_000));
    assert.equal(cache.get("k", 60 * minute, minute / 2), undefined);
  });

  it("does not lengthen an entry's life when a read accepts more", () => {
    const cache = cacheOf();
    cache.store("k", reading("a", 1), minute, 0);

    assert.equal(cache.get("k", 60 * minute, minute), undefined);
  });

  it("never answers after the value's own end", () => {
    const cache = cacheOf();
    cache.store("k", reading("a", 1, 5_000), 60 * minute, 0);

    assert.ok(cache.get("k", 60 * minute, 4_999));
    assert.equal(cache.get("k", 60 * minute, 5_000), undefined);
  });

  it("keeps a write when the answer to an earlier read comes after it", () => {
    const cache = cacheOf();
    cache.store("k", reading("new", 2), minute, 0);

    assert.equal(cache.store("k", reading("old", 1), minute, 10).asOf, 2);
    assert.equal(cache.get("k", minute, 20)?.asOf, 2);
  });

  it("takes an earlier reading over an entry that nobody may use any more", () => {
    const cache = cacheOf();
    cache.store("k", reading("a", 2), minute, 0);

    assert.equal(cache.store("k", reading("b", 1), minute, minute).asOf, 1);
  });

  it("does not use an entry that seems to come from the future", () => {
    const cache = cacheOf();
    cache.store("k", reading("a", 1), minute, 10_000);

    assert.equal(cache.get("k", minute, 9_999), undefined);
  });

  it("drops the least recently used entries first, by count and by bytes", () => {
    const byCount = cacheOf({ entries: 2 });
    for (const key of ["a", "b"]) byCount.store(key, reading(key, 1), minute, 0);
    byCount.get("a", minute, 1);
    byCount.store("c", reading("c", 1), minute, 2);
    assert.deepEqual(["a", "b", "c"].map((key) => byCount.get(key, minute, 3) !== undefined), [true, false, true]);

    const byBytes = cacheOf({ bytes: 25_000 });
    for (const key of ["a", "b", "c"]) byBytes.store(key, reading("x".repeat(10_000), 1), minute, 0);
    assert.equal(byBytes.count, 2);
    assert.ok(byBytes.sizeBytes <= 25_000);
  });

  it("passes values through that are too large to keep", () => {
    const cache = cacheOf({ entryBytes: 1_000 });

    assert.equal(cache.store("k", reading("x".repeat(2_000), 3), minute, 0).asOf, 3);
    assert.equal(cache.count, 0);
  });

  it("counts its bytes exactly over replacement and removal", () => {
    const cache = cacheOf();
    cache.store("k", reading("x".repeat(500), 1), minute, 0);
    cache.store("k", reading("x", 2), minute, 1);
    cache.drop("k");
    cache.drop("k");

    assert.equal(cache.sizeBytes, 0);
    assert.equal(cache.count, 0);
  });
});

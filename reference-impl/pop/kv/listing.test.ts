// Merging the shards' pages: UTF-8 order, no key lost or twice, and cursors that carry every key.
import assert from "node:assert/strict";
import fc from "fast-check";
import { compareUtf8, decodeCursor, encodeCursor, listAnswer, mergePages, type ListedKey, type Page } from "./listing.js";
import { Refusal } from "./refusal.js";
import { shardIndex } from "./placement.js";

const wellFormed = fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => Buffer.from(text).toString() === text);
const listed = (name: string): ListedKey => ({ name, expiration: null, metadata: null });

/** What a shard with these keys answers. */
function pageOf(keys: readonly string[], after: string, limit: number): Page {
  const rest = keys.filter((key) => after === "" || compareUtf8(key, after) > 0);
  return { keys: rest.slice(0, limit).map(listed), lookedUntil: rest.length > limit ? (rest[limit - 1] ?? null) : null };
}

describe("KV list", () => {
  it("orders strings as their UTF-8 bytes", () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        assert.equal(Math.sign(compareUtf8(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { seed: 7 },
    );
    assert.ok(compareUtf8("\uff5e", "😀") < 0);
  });

  it("gives every key of all shards once and in order, whatever the page size", () => {
    fc.assert(
      fc.property(fc.uniqueArray(wellFormed.filter((key) => key !== ""), { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (keys, limit) => {
        const shards = [0, 1, 2, 3].map((index) => keys.filter((key) => shardIndex(key, 4) === index).sort(compareUtf8));
        const names: string[] = [];
        for (let after: string | null = ""; after !== null; ) {
          const page: Page = mergePages(shards.map((shard) => pageOf(shard, after ?? "", limit)), limit);
          names.push(...page.keys.map((key) => key.name));
          after = page.lookedUntil === null ? null : decodeCursor(encodeCursor(page.lookedUntil));
        }
        assert.deepEqual(names, [...keys].sort(compareUtf8));
      }),
      { seed: 7 },
    );
  });

  it("shows nothing beyond the place that the slowest shard has reached", () => {
    const page = mergePages([{ keys: [], lookedUntil: "f" }, { keys: ["a", "k"].map(listed), lookedUntil: null }], 10);

    assert.deepEqual(page, { keys: [listed("a")], lookedUntil: "f" });
  });

  it("names expiration and metadata only where there are some", () => {
    const body = JSON.parse(listAnswer({ keys: [listed("a"), { name: "b", expiration: 5, metadata: '{"m":1}' }], lookedUntil: null })) as unknown;

    assert.deepEqual(body, { keys: [{ name: "a" }, { name: "b", expiration: 5, metadata: '{"m":1}' }], list_complete: true });
  });

  it("refuses a cursor that is none", () => {
    assert.throws(() => decodeCursor("%%%"), new Refusal(400, "Invalid cursor"));
  });

  it("spreads keys evenly over the shards", () => {
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 4000; index++) {
      const shard = shardIndex(`key-${index}`, 4);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join(" "));
  });
});

// Merging the shards' pages: UTF-8 order, no key lost or twice, and cursors that carry every key.
import assert from "node:assert/strict";
import fc from "fast-check";
import { compareUtf8, decodeCursor, encodeCursor, listAnswer, listStriped, mergePages, type ListedKey, type Page } from "./listing.js";
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

  for (const [spread, shardOf] of [
    ["by their hash", (key: string) => shardIndex(key, 4)],
    ["all to one shard", () => 2],
    ["to one shard up to a place, and to others after it", (key: string) => (compareUtf8(key, "m") < 0 ? 0 : shardIndex(key, 4))],
  ] as const) {
    it(`gives every key of all shards once, in order and in full pages, whatever the page size: keys spread ${spread}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(wellFormed.filter((key) => key !== ""), { maxLength: 60 }), fc.integer({ min: 1, max: 40 }), async (keys, limit) => {
          const shards = [0, 1, 2, 3].map((index) => keys.filter((key) => shardOf(key) === index).sort(compareUtf8));
          const names: string[] = [];
          for (let after: string | null = ""; after !== null; ) {
            const page: Page = await listStriped((shard, from, most) => Promise.resolve(pageOf(shards[shard] ?? [], from, most)), 4, after, limit);
            if (page.lookedUntil !== null) assert.equal(page.keys.length, limit);
            names.push(...page.keys.map((key) => key.name));
            after = page.lookedUntil === null ? null : decodeCursor(encodeCursor(page.lookedUntil));
          }
          assert.deepEqual(names, [...keys].sort(compareUtf8));
        }),
        { seed: 7 },
      );
    });
  }

  it("takes little more of the shards than the page holds, and asks each once", async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `key-${String(index).padStart(5, "0")}`);
    const shards = [0, 1, 2, 3].map((index) => keys.filter((key) => shardIndex(key, 4) === index));
    const given: number[] = [];
    const page = await listStriped(
      (shard, from, most) => {
        const part = pageOf(shards[shard] ?? [], from, most);
        given.push(part.keys.length);
        return Promise.resolve(part);
      },
      4,
      "",
      1_000,
    );
    assert.deepEqual(page.keys.map(({ name }) => name), keys.slice(0, 1_000));
    assert.equal(given.length, 4);
    assert.ok(given.reduce((sum, count) => sum + count, 0) <= 1_300, given.join(" "));
  });

  it("does not ask again a shard that stopped for having walked far enough", async () => {
    const asked: number[] = [];
    const page = await listStriped(
      (shard) => {
        asked.push(shard);
        return Promise.resolve(shard === 0 ? { keys: [listed("b")], lookedUntil: "c" } : { keys: [listed("d")], lookedUntil: null });
      },
      2,
      "",
      100,
    );
    assert.deepEqual([page, asked], [{ keys: [listed("b")], lookedUntil: "c" }, [0, 1]]);
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

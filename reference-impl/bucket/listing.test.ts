// Listings and their order against the simplest possible model, on random keys.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Listing, listObjects } from "./listing.js";
import { SimulatedDisk } from "./simulated-disk.js";
import { compareKeys, SortedKeys } from "./sorted-keys.js";
import { Store } from "./store.js";

const character = fc.constantFrom("a", "b", "/", "é", "\uffee", "\u{1f600}", "\u{10ffff}", " ");
const key = fc.string({ unit: character, minLength: 1, maxLength: 6 });

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function storeOf(keys: readonly string[]): Promise<Store> {
  const store = await Store.open({ disk: new SimulatedDisk(), directory: "/store", nowMs: () => 0 });
  await Promise.all(keys.map((one) => store.put(one, { value: Buffer.from(one), blobs: [], sizeBytes: one.length, md5: "" }, {})));
  return store;
}

function model(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const entries = keys
    .filter((one) => one.startsWith(prefix))
    .map((one) => {
      const at = delimiter === "" ? -1 : one.indexOf(delimiter, prefix.length);
      return at < 0 ? `key ${one}` : `prefix ${one.slice(0, at + delimiter.length)}`;
    });
  return [...new Set(entries)].sort(byBytes);
}

function entriesOf({ objects, prefixes }: Listing): string[] {
  return [...objects.map((object) => `key ${object.key}`), ...prefixes.map((one) => `prefix ${one}`)];
}

describe("bucket: listing", function () {
  this.timeout(20_000);

  it("keeps keys in the order of their UTF-8 bytes, through additions and deletions", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 200 }), key, (changes, start) => {
        const sorted = new SortedKeys();
        const expected = new Set<string>();
        for (const [one, isAdded] of changes) {
          if (isAdded) {
            sorted.add(one);
            expected.add(one);
          } else {
            sorted.delete(one);
            expected.delete(one);
          }
        }
        const inOrder = [...expected].sort(byBytes).filter((one) => byBytes(one, start) >= 0);
        assert.deepEqual([...sorted.from(start)], inOrder);
      }),
      { seed: 1 },
    );
    assert.ok(compareKeys("\uffee", "\u{1f600}") < 0);
  });

  it("splits its blocks and finds everything again", () => {
    const sorted = new SortedKeys();
    const keys = Array.from({ length: 5000 }, (_, at) => String((at * 7919) % 5000).padStart(5, "0"));
    for (const one of keys) sorted.add(one);

    assert.deepEqual([...sorted.from("")], [...keys].sort());
    for (const one of keys) sorted.delete(one);
    assert.deepEqual([...sorted.from("")], []);
  });

  it("gives each key and each rolled-up prefix once, page by page", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 40 }),
        fc.string({ unit: character, maxLength: 2 }),
        fc.constantFrom("", "/", "b", "/a"),
        fc.integer({ min: 1, max: 7 }),
        async (keys, prefix, delimiter, limit) => {
          const store = await storeOf(keys);
          const told: string[] = [];
          let after: string | undefined = "";
          while (after !== undefined) {
            const page: Listing = listObjects(store, { prefix, delimiter, after, limit });
            assert.ok(entriesOf(page).length <= limit);
            told.push(...entriesOf(page));
            after = page.next;
          }
          assert.deepEqual(told.sort(byBytes), model(keys, prefix, delimiter));
          await store.close();
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it("starts after a key, within a prefix that it would roll up too", async () => {
    const store = await storeOf(["a/1", "a/2", "b"]);

    assert.deepEqual(entriesOf(listObjects(store, { prefix: "", delimiter: "/", after: "a/1", limit: 9 })), ["key b", "prefix a/"]);
    assert.deepEqual(entriesOf(listObjects(store, { prefix: "", delimiter: "", after: "a/1", limit: 9 })), ["key a/2", "key b"]);
    await store.close();
  });
});

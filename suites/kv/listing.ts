// list(): order, prefixes, pages and what it tells of a key; and bulk reads.
import assert from "node:assert/strict";
import { memberOf } from "../tools/member.js";
import { assertRefused, kvClient, type KvClient, type KvPage } from "./client.js";
import { kvCheck } from "./check.js";

/** Follows cursors to the end. @throws AssertionError when pages do not end */
async function allPages(kv: KvClient, options: Readonly<Record<string, unknown>>): Promise<KvPage[]> {
  const pages: KvPage[] = [];
  let cursor: string | undefined;
  do {
    const page = await kv.list({ ...options, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    cursor = page.list_complete ? undefined : page.cursor;
    assert.ok(pages.length <= 200, "a listing ends after as many pages as its keys need");
    if (!page.list_complete) assert.equal(typeof cursor, "string", "an incomplete page has a cursor");
  } while (cursor !== undefined);
  return pages;
}

const namesOf = (pages: readonly KvPage[]): string[] => pages.flatMap((page) => page.keys.map((key) => key.name));

export const listingChecks = [
  kvCheck({
    id: "kv.list.empty",
    promise: "a listing of no keys is complete and empty",
    async run({ fixture, unique }) {
      const page = await kvClient(fixture).list({ prefix: unique });

      assert.deepEqual(page.keys, []);
      assert.equal(page.list_complete, true);
    },
  }),
  kvCheck({
    id: "kv.list.order",
    promise: "keys are listed in the order of their UTF-8 bytes, not of UTF-16 units or any language",
    claims: ["KV-21"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      // U+FF5E sorts before U+1F600 by bytes and after it by UTF-16 units.
      const suffixes = ["", "!", "/", "0", "10", "2", "A", "Z", "_", "a", "a/b", "aa", "b", "~", "é", "ß", "漢", "\uff5e", "😀"];
      const expected = suffixes.map((suffix) => unique + suffix).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

      await kv.run({ op: "putMany", keys: [...expected].reverse() });

      assert.deepEqual(namesOf(await allPages(kv, { prefix: unique })), expected);
    },
  }),
  kvCheck({
    id: "kv.list.prefix",
    promise: "a prefix selects the keys that begin with it and no others",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.run({ op: "putMany", keys: [`${unique}/a/1`, `${unique}/a/2`, `${unique}/ab`, `${unique}/b`, `${unique}/a`] });

      const names = namesOf(await allPages(kv, { prefix: `${unique}/a/` }));

      assert.deepEqual(names, [`${unique}/a/1`, `${unique}/a/2`]);
    },
  }),
  kvCheck({
    id: "kv.list.cursor",
    promise: "pages joined by their cursors give every key exactly once, in order",
    claims: ["KV-21"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: 57 }, (_, index) => `${unique}-${String(index).padStart(3, "0")}`);
      await kv.run({ op: "putMany", keys });

      const pages = await allPages(kv, { prefix: unique, limit: 10 });

      assert.deepEqual(namesOf(pages), keys);
      assert.ok(pages.every((page) => page.keys.length <= 10));
      assert.ok(pages.length >= 6);
    },
  }),
  kvCheck({
    id: "kv.list.cursor.writes",
    promise: "a cursor stays good while keys are written and deleted around it",
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: 20 }, (_, index) => `${unique}-${String(index).padStart(3, "0")}`);
      await kv.run({ op: "putMany", keys });
      const first = await kv.list({ prefix: unique, limit: 10 });
      assert.equal(first.list_complete, false);

      await kv.run({ op: "putMany", keys: [`${unique}-000a`, `${unique}-999`] });
      await kv.delete(keys[9] ?? "");
      const rest = await kv.list({ prefix: unique, limit: 50, cursor: first.cursor });

      const names = rest.keys.map((key) => key.name).filter((name) => name !== `${unique}-999`);
      assert.deepEqual(names, keys.slice(10));
    },
  }),
  kvCheck({
    id: "kv.list.tombstones",
    promise: "after many keys were deleted a listing still gives the others, whatever empty pages it walks through",
    claims: ["KV-22"],
    timeoutMs: 30_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: 120 }, (_, index) => `${unique}-${String(index).padStart(3, "0")}`);
      await kv.run({ op: "putMany", keys });
      await kv.run({ op: "deleteMany", keys: keys.slice(5, 110) });

      const pages = await allPages(kv, { prefix: unique, limit: 4 });

      assert.deepEqual(namesOf(pages), [...keys.slice(0, 5), ...keys.slice(110)]);
    },
  }),
  kvCheck({
    id: "kv.list.limit",
    promise: "a page has at most 1,000 keys, which is also the default; a larger limit is refused",
    claims: ["KV-20"],
    timeoutMs: 60_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: 1001 }, (_, index) => `${unique}-${String(index).padStart(4, "0")}`);
      for (let at = 0; at < keys.length; at += 250) await kv.run({ op: "putMany", keys: keys.slice(at, at + 250), text: "v" }, { deadlineMs: 30_000 });

      const page = await kv.list({ prefix: unique });
      const [refused] = await kv.attempt([{ op: "list", options: { prefix: unique, limit: 1001 } }]);

      assert.equal(page.keys.length, 1000);
      assert.equal(page.list_complete, false);
      assertRefused(refused, [/400/, /1000/]);
      for (let at = 0; at < keys.length; at += 250) await kv.run({ op: "deleteMany", keys: keys.slice(at, at + 250) }, { deadlineMs: 30_000 });
    },
  }),
  kvCheck({
    id: "kv.list.metadata",
    promise: "a listing gives a key's metadata, and no metadata field where there is none",
    claims: ["KV-24"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(`${unique}-with`, "value", { metadata: { tag: 1 } });
      await kv.put(`${unique}-without`, "value");

      const { keys } = await kv.list({ prefix: unique });

      assert.deepEqual(keys[0], { name: `${unique}-with`, metadata: { tag: 1 } });
      assert.deepEqual(keys[1], { name: `${unique}-without` });
    },
  }),
  kvCheck({
    id: "kv.bulk.map",
    promise: "a bulk read gives a Map with every key asked for, null for the missing",
    claims: ["KV-26"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.run({ op: "putMany", keys: [`${unique}-a`, `${unique}-b`] });

      const found = await kv.run({ op: "bulk", keys: [`${unique}-a`, `${unique}-b`, `${unique}-never`] });

      assert.deepEqual(found, {
        isMap: true,
        entries: [
          [`${unique}-a`, `${unique}-a`],
          [`${unique}-b`, `${unique}-b`],
          [`${unique}-never`, null],
        ],
      });
    },
  }),
  kvCheck({
    id: "kv.bulk.json",
    promise: "a bulk read with type json parses every value",
    claims: ["KV-26"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, '{"n":1}');

      const found = await kv.run({ op: "bulk", keys: [unique], type: "json" });

      assert.deepEqual(found, { isMap: true, entries: [[unique, { n: 1 }]] });
    },
  }),
  kvCheck({
    id: "kv.bulk.metadata",
    promise: "getWithMetadata() of several keys gives value and metadata of each",
    claims: ["KV-26"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      await kv.put(unique, "value", { metadata: { m: 1 } });

      const found = await kv.run({ op: "bulkWithMetadata", keys: [unique, `${unique}-never`] });

      assert.equal(memberOf(found, "isMap"), true);
      const entries = memberOf(found, "entries");
      const entryOf = (key: string): unknown => (Array.isArray(entries) ? memberOf(entries.find((entry) => memberOf(entry, "0") === key), "1") : undefined);
      assert.equal(memberOf(entryOf(unique), "value"), "value");
      assert.deepEqual(memberOf(entryOf(unique), "metadata"), { m: 1 });
      assert.equal(memberOf(entryOf(`${unique}-never`), "value") ?? null, null);
    },
  }),
  kvCheck({
    id: "kv.bulk.operations",
    promise: "a bulk read counts as one operation: 150 of them with 10 keys each fit into an invocation that may make 1,000",
    claims: ["KV-27"],
    timeoutMs: 30_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: 10 }, (_, index) => `${unique}-${index}`);
      await kv.run({ op: "putMany", keys });

      const answers = await kv.attempt(Array.from({ length: 150 }, () => ({ op: "bulk" as const, keys })), { deadlineMs: 25_000 });

      assert.deepEqual(answers.filter((answer) => !answer.ok), []);
    },
  }),
  kvCheck({
    id: "kv.bulk.limit",
    promise: "a bulk read takes 100 keys and refuses 101",
    claims: ["KV-26"],
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = Array.from({ length: 101 }, (_, index) => `${unique}-${index}`);

      const [taken, refused] = await kv.attempt([
        { op: "bulk", keys: keys.slice(0, 100) },
        { op: "bulk", keys },
      ]);

      assert.equal(taken?.ok, true);
      assertRefused(refused, [/400|maximum|100/i]);
    },
  }),
  kvCheck({
    id: "kv.bulk.size",
    promise: "a bulk read of more than 25 MiB together is refused with 413",
    claims: ["KV-28"],
    timeoutMs: 60_000,
    async run({ fixture, unique }) {
      const kv = kvClient(fixture);
      const keys = [`${unique}-a`, `${unique}-b`, `${unique}-c`];
      // Text keeps one byte a character on the wire, so that sizes mean the same on every target.
      for (const key of keys) await kv.run({ op: "put", key, text: "x".repeat(9 * 1024 * 1024) }, { deadlineMs: 30_000 });

      const [refused] = await kv.attempt([{ op: "bulk", keys }], { deadlineMs: 30_000 });

      assertRefused(refused, [/413/]);
    },
  }),
];

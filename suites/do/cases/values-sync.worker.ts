// Key-value storage of an object: sizes of keys and values, and the synchronous interface.
import { alike, holds, rejects, same, throws } from "../../tools/assert.js";
import type { Inside, InsideCase, StoredCase } from "../stored-env.worker.js";
import { kinds } from "./kinds.worker.js";

const refusedNames = ["TypeError", "RangeError", "Error"];

/** A key of exactly so many bytes. */
const keyOf = (bytes: number): string => "k".repeat(bytes);

const sizes: readonly InsideCase[] = [
  {
    id: "do.storage.key.limit.legacy",
    engine: "legacy",
    promise: "a key of the documented length is kept, one byte more is refused (storage of the older kind)",
    claims: ["DO-19"],
    figures: [["DO-19", "keyBytes"]],
    async run({ storage, figures: [most = 0] }) {
      // Two bytes a letter: the limit counts bytes.
      const longest = "é".repeat(most / 2);
      await storage.put(longest, 1);

      same(await storage.get(longest), 1, "the longest key");
      for (const tooLong of [`${longest}k`, keyOf(most + 1)]) await rejects(async () => storage.put(tooLong, 1), refusedNames, "put with a key that is too long");
      same((await storage.list()).size, 1, "keys");
    },
  },
  {
    id: "do.storage.value.limit.legacy",
    engine: "legacy",
    promise: "a value of nearly the documented size is kept, one of more is refused (storage of the older kind)",
    claims: ["DO-19"],
    figures: [["DO-19", "valueBytes"]],
    async run({ storage, figures: [most = 0] }) {
      // What is counted is the serialized form, which has a few bytes of its own.
      const largest = new Uint8Array(most - 64).fill(7);
      await storage.put("largest", largest);

      same((await storage.get<Uint8Array>("largest"))?.byteLength, largest.byteLength, "size of the largest value");
      await rejects(async () => storage.put("over", new Uint8Array(most + 1)), refusedNames, "put of a value that is too large");
      same(await storage.get("over"), undefined, "the refused key");
    },
  },
  {
    id: "do.storage.value.limit",
    promise: "key and value of nearly the documented size together are kept, more is refused",
    claims: ["DO-20"],
    figures: [["DO-20"]],
    async run({ storage, figures: [most = 0] }) {
      const largest = new Uint8Array(most - 1000).fill(7);
      await storage.put("largest", largest);

      same((await storage.get<Uint8Array>("largest"))?.byteLength, largest.byteLength, "size of the largest value");
      // A tenth more: engines leave a margin above the documented figure for what they add themselves.
      await rejects(async () => storage.put("over", new Uint8Array(most * 1.1 + 1000)), refusedNames, "put of a value that is too large");
      same(await storage.get("over"), undefined, "the refused key");
    },
  },
  {
    id: "do.storage.key.limit",
    promise: "on SQLite a key may be far longer than on storage of the older kind",
    claims: ["DO-20"],
    figures: [["DO-19", "keyBytes"]],
    async run({ storage, figures: [older = 0] }) {
      const long = keyOf(older * 10);
      await storage.put(long, "value");

      same(await storage.get(long), "value", "the value of the long key");
    },
  },
];

const inSequence = (inside: Inside): string => JSON.stringify([...inside.storage.kv.list()]);

const synchronous: readonly InsideCase[] = [
  {
    id: "do.storage.sync.types",
    promise: "storage.kv gives back at once every kind of value that structured clone knows",
    run({ storage: { kv } }) {
      for (const [name, value] of kinds) kv.put(name, value);
      for (const [name, value, tell] of kinds) alike(tell(kv.get(name)), tell(value), name);
    },
  },
  {
    id: "do.storage.sync.shared",
    promise: "storage.kv and the asynchronous calls see the same keys, each the other's writes at once",
    async run({ storage }) {
      storage.kv.put("sync", 1);
      void storage.put("async", 2);

      same(storage.kv.get("async"), 2, "an asynchronous write, read at once");
      same(await storage.get("sync"), 1, "a synchronous write, read asynchronously");
      alike([...(await storage.list())], [...storage.kv.list()], "both lists");
    },
  },
  {
    id: "do.storage.sync.delete",
    promise: "storage.kv.delete tells whether the key was there; an absent key reads as undefined",
    claims: ["DO-18"],
    run({ storage: { kv } }) {
      kv.put("key", 1);

      same(kv.delete("key"), true, "delete of a key that was there");
      same(kv.delete("key"), false, "delete of a key that was not");
      same(kv.get("key"), undefined, "the key");
    },
  },
  {
    id: "do.storage.sync.list",
    promise: "storage.kv.list gives pairs in order of the keys' UTF-8 bytes and knows start, startAfter, end, prefix, reverse and limit",
    claims: ["DO-17"],
    run(inside) {
      const { kv } = inside.storage;
      for (const name of ["b", "a", "c", "ab", "ï", "\uFF5E", "😀"]) kv.put(name, name);
      const names = (options?: SyncKvListOptions): string => [...kv.list(options)].map(([name]) => name).join(" ");

      same(names(), "a ab b c ï \uFF5E 😀", "everything");
      same(names({ start: "ab", end: "c" }), "ab b", "from start to end");
      same(names({ startAfter: "ab", limit: 2 }), "b c", "after startAfter");
      same(names({ prefix: "a" }), "a ab", "with a prefix");
      same(names({ reverse: true, limit: 2 }), "😀 \uFF5E", "the last two");
      holds(inSequence(inside).includes('["ab","ab"]'), "entries are pairs");
    },
  },
  {
    id: "do.storage.sync.refused",
    promise: "storage.kv throws at once for what cannot be stored, and keeps what was there",
    run({ storage: { kv } }) {
      kv.put("key", "before");

      throws(() => { kv.put("key", () => 1); }, ["DataCloneError"], "put of a function");
      throws(() => { kv.put("key", new Uint8Array(16_000_000)); }, refusedNames, "put of a value that is far too large");
      same(kv.get("key"), "before", "the value");
    },
  },
];

export const cases: readonly StoredCase[] = [...sizes, ...synchronous];

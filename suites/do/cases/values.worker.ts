// Key-value storage of an object: what goes in comes out, on both kinds of storage and through both interfaces.
import { alike, holds, rejects, same, throws } from "../../workers/cases/assert.js";
import { type Acts, type BesideCase, type Inside, type InsideCase, onBothEngines, type StoredCase } from "../stored-env.worker.js";

/** One value of each kind that structured clone keeps, and how it is told from another after storage. */
const kinds: readonly (readonly [name: string, value: unknown, tell: (value: unknown) => unknown])[] = [
  ["null", null, (value) => value],
  ["true", true, (value) => value],
  ["number", 1.5e300, (value) => value],
  ["negative zero", -0, (value) => Object.is(value, -0)],
  ["not a number", NaN, (value) => Number.isNaN(value)],
  ["infinity", -Infinity, (value) => value],
  ["large integer", 2n ** 80n, (value) => String(value as bigint)],
  ["text", "plain \u0000 é 漢字 😀 \r\n", (value) => value],
  ["date", new Date(1_700_000_000_123), (value) => (value instanceof Date ? value.getTime() : "no date")],
  ["pattern", /a+b/giu, (value) => (value instanceof RegExp ? `${value.source}/${value.flags}` : "no pattern")],
  ["map", new Map<unknown, unknown>([["k", 1], [2, new Map([["inner", true]])]]), (value) => (value instanceof Map ? [...value.keys(), (value.get(2) as Map<string, unknown>).get("inner")] : "no map")],
  ["set", new Set(["x", 3]), (value) => (value instanceof Set ? [...value] : "no set")],
  ["bytes", Uint8Array.of(0, 127, 255), (value) => (value instanceof Uint8Array ? [...value] : "no bytes")],
  ["buffer", Uint8Array.of(9, 8).buffer, (value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : "no buffer")],
  ["floats", Float64Array.of(0.1, -2), (value) => (value instanceof Float64Array ? [...value] : "no floats")],
  ["error", new RangeError("kept"), (value) => (value instanceof RangeError ? value.message : "no error")],
  ["nested", { a: [1, { b: undefined }, null], "": "empty name" }, (value) => (Object.hasOwn((value as { a: [number, object] }).a[1], "b") ? JSON.stringify(value) : "b is lost")],
  ["holes", [1, , 3], (value) => (Array.isArray(value) && value.length === 3 && !(1 in value) ? (value[2] as unknown) : "no hole")],
];

const refusedNames = ["TypeError", "RangeError", "Error"];

const asynchronous: readonly InsideCase[] = [
  {
    id: "do.storage.value.types",
    promise: "every kind of value that structured clone knows is read back as it was written",
    async run({ storage }) {
      for (const [name, value] of kinds) await storage.put(name, value);
      for (const [name, value, tell] of kinds) alike(tell(await storage.get(name)), tell(value), name);
    },
  },
  {
    id: "do.storage.value.cycle",
    promise: "a value that contains itself is kept with its cycle",
    async run({ storage }) {
      const value: { self?: unknown; list: unknown[] } = { list: [] };
      value.self = value;
      value.list.push(value.list);
      await storage.put("cycle", value);

      const found = await storage.get<typeof value>("cycle");

      same(found?.self, found, "the member that is the value itself");
      same(found?.list[0], found?.list, "the list that contains itself");
    },
  },
  {
    id: "do.storage.value.copy",
    promise: "a stored value is a copy: changing the original, or what was read, changes nothing that is stored",
    async run({ storage }) {
      const value = { count: 1 };
      const writing = storage.put("copy", value);
      value.count = 2;
      await writing;
      const first = await storage.get<typeof value>("copy");
      if (first !== undefined) first.count = 3;

      alike(await storage.get("copy"), { count: 1 }, "what is stored");
    },
  },
  {
    id: "do.storage.value.refused",
    promise: "functions and symbols are refused with a DataCloneError, and the value before stays",
    async run({ storage }) {
      await storage.put("key", "before");

      for (const value of [() => 1, Symbol("s"), { deep: [() => 1] }]) await rejects(async () => storage.put("key", value), ["DataCloneError"], "put of what cannot be cloned");

      same(await storage.get("key"), "before", "the value after refused writes");
    },
  },
  {
    id: "do.storage.value.undefined",
    promise: "undefined is refused with a TypeError, so that an absent key can be told from every value",
    async run({ storage }) {
      await rejects(async () => storage.put("key", undefined), ["TypeError"], "put of undefined");

      same(await storage.get("key"), undefined, "the key");
    },
  },
  {
    id: "do.storage.get.absent",
    promise: "an absent key reads as undefined, and is left out of a read of many",
    async run({ storage }) {
      await storage.put("there", null);

      same(await storage.get("absent"), undefined, "get of an absent key");
      const many = await storage.get(["absent", "there", "gone"]);
      holds(many instanceof Map, "a read of many gives a Map");
      alike([...many], [["there", null]], "entries of a read of many");
    },
  },
  {
    id: "do.storage.put.many",
    promise: "an object is written as many keys at once and read back as many",
    async run({ storage }) {
      await storage.put({ b: 2, a: [1], "ä": "three" });

      alike([...(await storage.get(["ä", "b", "a"]))].sort(), [["a", [1]], ["b", 2], ["ä", "three"]], "what was written");
      same(await storage.get("b"), 2, "one of them");
    },
  },
  {
    id: "do.storage.put.overwrite",
    promise: "a write replaces the value before whole",
    async run({ storage }) {
      await storage.put("key", { old: true, size: 1 });
      await storage.put("key", { size: 2 });

      alike(await storage.get("key"), { size: 2 }, "the value");
    },
  },
  {
    id: "do.storage.put.unawaited",
    promise: "a read sees the writes before it, awaited or not, and the last of them",
    async run({ storage }) {
      void storage.put("key", 1);
      void storage.put("key", 2);
      void storage.put("other", 1);
      void storage.delete("other");

      same(await storage.get("key"), 2, "the key");
      same(await storage.get("other"), undefined, "the deleted key");
      alike([...(await storage.list())], [["key", 2]], "the list");
    },
  },
  {
    id: "do.storage.delete.one",
    promise: "delete tells whether the key was there",
    claims: ["DO-18"],
    async run({ storage }) {
      await storage.put("key", 1);

      same(await storage.delete("key"), true, "delete of a key that was there");
      same(await storage.delete("key"), false, "delete of a key that was not");
      same(await storage.get("key"), undefined, "the key");
    },
  },
  {
    id: "do.storage.delete.many",
    promise: "delete of many tells how many were there, and deletes those only",
    claims: ["DO-18"],
    async run({ storage }) {
      await storage.put({ a: 1, b: 2, c: 3 });

      same(await storage.delete(["a", "c", "z"]), 2, "how many were deleted");
      alike([...(await storage.list())], [["b", 2]], "what is left");
    },
  },
  {
    id: "do.storage.keys.limit",
    promise: "a call takes the documented number of keys, and one more is refused: get, put and delete",
    claims: ["DO-16"],
    figures: [["DO-16"]],
    async run({ storage, figures: [most = 0] }) {
      const names = Array.from({ length: most + 1 }, (_, index) => `key-${index}`);
      const entries = (count: number): Record<string, number> => Object.fromEntries(names.slice(0, count).map((name, index) => [name, index]));

      await storage.put(entries(most));
      same((await storage.get(names.slice(0, most))).size, most, "keys that one get reads");
      await rejects(async () => storage.put(entries(most + 1)), refusedNames, "put of one key too many");
      await rejects(async () => storage.get(names), refusedNames, "get of one key too many");
      await rejects(async () => storage.delete(names), refusedNames, "delete of one key too many");
      same((await storage.list()).size, most, "keys after the refused calls");
      same(await storage.delete(names.slice(0, most)), most, "keys that one delete deletes");
    },
  },
  {
    id: "do.storage.delete-all",
    promise: "deleteAll leaves nothing, and the storage can be used at once",
    claims: ["DO-36"],
    async run({ storage }) {
      for (let part = 0; part < 3; part++) await storage.put(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${part}-${index}`, index])));

      await storage.deleteAll();

      same((await storage.list()).size, 0, "keys after deleteAll");
      await storage.put("new", 1);
      alike([...(await storage.list())], [["new", 1]], "what was written after it");
    },
  },
  {
    id: "do.storage.key.bytes",
    promise: "keys differ as their UTF-8 bytes do: case, composition and NUL matter",
    async run({ storage }) {
      const names = ["a", "A", "ä", "a\u0308", "a\u0000", "a ", " a", "😀", "漢"];
      for (const name of names) await storage.put(name, name);

      for (const name of names) same(await storage.get(name), name, JSON.stringify(name));
      same((await storage.list()).size, names.length, "different keys");
    },
  },
  {
    id: "do.storage.options",
    promise: "reads and writes take allowConcurrency, noCache and allowUnconfirmed, and mean the same with them",
    claims: ["DO-08"],
    async run({ storage }) {
      await storage.put("key", 1, { allowUnconfirmed: true, allowConcurrency: true, noCache: true });
      await storage.put({ a: 1, b: 2 }, { allowUnconfirmed: true, noCache: true });

      same(await storage.get("key", { allowConcurrency: true, noCache: true }), 1, "get");
      same((await storage.get(["a", "b"], { noCache: true })).size, 2, "get of many");
      same(await storage.delete("a", { allowUnconfirmed: true }), true, "delete");
      alike([...(await storage.list({ allowConcurrency: true, noCache: true }))], [["b", 2], ["key", 1]], "list");
    },
  },
];

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

const beside: readonly BesideCase[] = [
  {
    id: "do.storage.private",
    isBeside: true,
    promise: "objects share nothing: not those of one class with different names, nor those of two classes with one name",
    async run({ env, unique }) {
      await env.STORED.getByName(unique).act("put", "key", unique);
      const others = [env.STORED.getByName(`${unique}-other`), env.LEGACY.getByName(unique)];

      same(await env.STORED.getByName(unique).act("get", "key"), unique, "the object's own key");
      for (const other of others) same(await other.act("get", "key"), undefined, "the key in another object");
    },
  },
];

export const cases: readonly StoredCase[] = [...onBothEngines(asynchronous), ...sizes, ...synchronous, ...beside];

/** What an object does for cases that run beside it. */
export const acts: Acts = {
  put: ({ storage }, key: string, value: unknown) => storage.put(key, value),
  get: ({ storage }, key: string) => storage.get(key),
};

// Key-value storage of an object: what goes in comes out, on both kinds of storage.
import { alike, holds, rejects, same } from "../../tools/assert.js";
import { type Acts, type BesideCase, type InsideCase, onBothEngines, type StoredCase } from "../stored-env.worker.js";
import { kinds } from "./kinds.worker.js";

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

export const cases: readonly StoredCase[] = [...onBothEngines(asynchronous), ...beside];

/** What an object does for cases that run beside it. */
export const acts: Acts = {
  put: ({ storage }, key: string, value: unknown) => storage.put(key, value),
  get: ({ storage }, key: string) => storage.get(key),
};

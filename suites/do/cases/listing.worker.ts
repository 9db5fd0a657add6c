// Listing the keys of an object: order, ranges, direction and limit, on both kinds of storage.
import { alike, holds, rejects, same } from "../../tools/assert.js";
import { type Inside, type InsideCase, onBothEngines, type StoredCase } from "../stored-env.worker.js";

/** Sorted by their UTF-8 bytes, which is neither the order of UTF-16 (the last two change places) nor of any language. */
const ordered = ["A", "B", "a", "ab", "b", "é", "漢", "\uFF5E", "😀"];

async function filled({ storage }: Inside): Promise<(options?: DurableObjectListOptions) => Promise<string>> {
  for (const name of [...ordered].reverse()) await storage.put(name, `value of ${name}`);
  return async (options) => [...(await storage.list(options)).keys()].join(" ");
}

const joined = (from: number, to?: number): string => ordered.slice(from, to).join(" ");
const backwards = [...ordered].reverse();

const listing: readonly InsideCase[] = [
  {
    id: "do.storage.list.order",
    promise: "list gives a Map of all keys and values, ascending by the keys' UTF-8 bytes",
    claims: ["DO-17"],
    async run(inside) {
      await filled(inside);

      const all = await inside.storage.list();

      holds(all instanceof Map, "a list is a Map");
      alike([...all], ordered.map((name) => [name, `value of ${name}`]), "its entries");
    },
  },
  {
    id: "do.storage.list.range",
    promise: "start is included, end and startAfter are not, whether or not they are keys",
    claims: ["DO-17"],
    async run(inside) {
      const names = await filled(inside);

      same(await names({ start: "a" }), joined(2), "from a");
      same(await names({ end: "a" }), joined(0, 2), "up to a");
      same(await names({ start: "B", end: "b" }), joined(1, 4), "from B up to b");
      same(await names({ startAfter: "a" }), joined(3), "after a");
      same(await names({ startAfter: "a", end: "é" }), joined(3, 5), "after a up to é");
      same(await names({ start: "aa", end: "az" }), "ab", "between what are no keys");
      same(await names({ start: "b", end: "a" }), "", "from an end to a start");
    },
  },
  {
    id: "do.storage.list.start.both",
    promise: "start and startAfter together are refused with a TypeError",
    async run(inside) {
      await filled(inside);

      await rejects(async () => inside.storage.list({ start: "a", startAfter: "b" }), ["TypeError"], "list with two beginnings");
    },
  },
  {
    id: "do.storage.list.prefix",
    promise: "prefix keeps the keys that begin with it, and narrows a range further",
    claims: ["DO-17"],
    async run(inside) {
      const names = await filled(inside);

      same(await names({ prefix: "a" }), "a ab", "with prefix a");
      same(await names({ prefix: "" }), joined(0), "with an empty prefix");
      same(await names({ prefix: "z" }), "", "with a prefix of nothing");
      same(await names({ prefix: "a", start: "aa" }), "ab", "with prefix and start");
      same(await names({ prefix: "a", end: "ab" }), "a", "with prefix and end");
      same(await names({ prefix: "a", start: "A", end: "z" }), "a ab", "with a range around the prefix");
    },
  },
  {
    id: "do.storage.list.prefix.last",
    promise: "a prefix of the highest letters finds its keys",
    claims: ["DO-17"],
    async run({ storage }) {
      for (const name of ["\u{10FFFF}", "\u{10FFFF}\u{10FFFF}", "\u{10FFFE}"]) await storage.put(name, 1);

      same((await storage.list({ prefix: "\u{10FFFF}" })).size, 2, "keys with the prefix");
    },
  },
  {
    id: "do.storage.list.reverse",
    promise: "reverse turns the order around and leaves the meaning of start and end as it is",
    claims: ["DO-17"],
    async run(inside) {
      const names = await filled(inside);

      same(await names({ reverse: true }), backwards.join(" "), "everything, reversed");
      same(await names({ reverse: true, start: "B", end: "b" }), "ab a B", "a range, reversed");
      same(await names({ reverse: true, startAfter: "漢" }), "😀 \uFF5E", "after 漢, reversed");
    },
  },
  {
    id: "do.storage.list.limit",
    promise: "limit takes the first keys of the order that was asked for",
    claims: ["DO-17"],
    async run(inside) {
      const names = await filled(inside);

      same(await names({ limit: 2 }), "A B", "the first two");
      same(await names({ limit: 2, reverse: true }), "😀 \uFF5E", "the last two");
      same(await names({ limit: 1, prefix: "a", reverse: true }), "ab", "the last with a prefix");
      same(await names({ limit: 100 }), joined(0), "more than there are");
      await rejects(async () => inside.storage.list({ limit: 0 }), ["TypeError", "RangeError", "Error"], "list with a limit of nothing");
    },
  },
  {
    id: "do.storage.list.large",
    promise: "a list of more keys than a call may name gives all of them, in order",
    claims: ["DO-17"],
    async run({ storage }) {
      const name = (index: number): string => String(index).padStart(4, "0");
      for (let part = 0; part < 10; part++) await storage.put(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [name(part * 100 + index), index])));
      void storage.delete(name(500));
      void storage.put(`${name(500)}x`, "instead");

      const names = [...(await storage.list()).keys()];

      same(names.length, 1000, "keys");
      alike(names, [...names].sort(), "their order");
      same(names[500], `${name(500)}x`, "the key that was written last");
    },
  },
];

export const cases: readonly StoredCase[] = onBothEngines(listing);

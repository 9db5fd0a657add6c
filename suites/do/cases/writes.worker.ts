// What becomes of writes and transactions when their event, or their instance, ends among them.
import { alike, holds, rejects, same } from "../../tools/assert.js";
import type { Actor, Acts, Beside, BesideCase, StoredCase } from "../stored-env.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];
const failure = (): never => {
  throw new RangeError("on purpose");
};

type Group = readonly [string, unknown][];

/** A fresh stub: one that saw its object end is of no use any more. */
const stored = ({ env, unique }: Beside): Actor => env.STORED.getByName(unique);

async function ended(parts: Beside, act: string): Promise<Group> {
  await rejects(async () => stored(parts).act(act), anyError, `an event that ends the instance (${act})`);
  return (await stored(parts).act("everything")) as Group;
}

const besides: readonly BesideCase[] = [
  {
    id: "do.write.kept",
    isBeside: true,
    promise: "what one event has written, awaited or not, the next event finds, also in a new instance",
    claims: ["DO-61"],
    async run(parts) {
      await stored(parts).act("writeGroup", 1);
      const before = await stored(parts).act("everything");
      await rejects(async () => stored(parts).act("abort"), anyError, "an event that ends the instance");

      alike(before, [["a", 1], ["b", 1], ["c", 1], ["rows", 1]], "what the next event finds");
      alike(await stored(parts).act("everything"), before, "what a new instance finds");
    },
  },
  {
    id: "do.write.atomic",
    isBeside: true,
    promise: "writes without an await between them are kept together or not at all when the instance ends among them",
    claims: ["DO-09"],
    async run(parts) {
      await stored(parts).act("writeGroup", 1);

      const found = await ended(parts, "writeHalfOfGroup");

      // The event ends after two of its four writes: all of these or none of them.
      const values = JSON.stringify(found);
      holds(values === JSON.stringify([["a", 1], ["b", 1], ["c", 1], ["rows", 1]]) || values === JSON.stringify([["a", 2], ["b", 2], ["c", 1], ["rows", 1]]), `all of the writes or none: ${values}`);
    },
  },
  {
    id: "do.write.order",
    isBeside: true,
    promise: "writes with an await between them are kept in their order: what is kept is a beginning of them",
    claims: ["DO-10"],
    async run(parts) {
      const found = (await ended(parts, "writeInSteps")).filter(([name]) => name.startsWith("step"));

      alike(found.map(([name]) => name), Array.from({ length: found.length }, (_, index) => `step-${index}`), "the steps that are kept");
      holds(found.length >= 5, `what sync() has confirmed is kept: ${found.length} steps`);
    },
  },
  {
    id: "do.write.sync",
    isBeside: true,
    promise: "what sync() has confirmed is kept when the instance ends right after",
    claims: ["DO-15"],
    async run(parts) {
      alike(await ended(parts, "syncAndAbort"), [["confirmed", true]], "what is kept");
    },
  },
  {
    id: "do.write.exception",
    isBeside: true,
    promise: "an event that throws keeps what it wrote before: an exception is no rollback",
    claims: ["DO-61"],
    async run(parts) {
      await rejects(async () => stored(parts).act("writeAndThrow"), ["RangeError"], "an event that throws");

      alike(await stored(parts).act("everything"), [["written", 1]], "what is kept");
    },
  },
  {
    id: "do.write.delete-all.atomic",
    isBeside: true,
    promise: "deleteAll and what follows it without an await are kept together or not at all",
    claims: ["DO-36"],
    async run(parts) {
      await stored(parts).act("writeGroup", 1);

      const found = await ended(parts, "deleteAllAndAbort");

      const values = JSON.stringify(found);
      holds(values === JSON.stringify([["after", 1]]) || values === "[]" || values === JSON.stringify([["a", 1], ["b", 1], ["c", 1], ["rows", 1]]), `everything or nothing is deleted: ${values}`);
    },
  },
  {
    id: "do.transaction.serial",
    isBeside: true,
    promise: "transactions that read, wait and write take turns: none loses another's write",
    claims: ["DO-13"],
    async run(parts) {
      await Promise.all(Array.from({ length: 20 }, () => stored(parts).act("incrementInTransaction")));

      same(await stored(parts).act("get", "count"), 20, "the count");
    },
  },
  {
    id: "do.transaction.ended",
    isBeside: true,
    promise: "a transaction whose instance ends before it is over has written nothing",
    claims: ["DO-13"],
    async run(parts) {
      await stored(parts).act("put", "key", "before");

      alike(await ended(parts, "abortInTransaction"), [["key", "before"]], "what is kept");
    },
  },
];

export const acts: Acts = {
  /** Everything that is kept, the number of rows last. */
  everything: async ({ storage, sql }) => {
    const hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 't'").toArray().length > 0;
    return [...(await storage.list()), ...(hasTable ? [["rows", sql.exec("SELECT max(x) AS x FROM t").one()["x"]]] : [])];
  },
  writeGroup: ({ storage, sql }, value: number) => {
    void storage.put("a", value);
    storage.kv.put("b", value);
    void storage.put({ c: value });
    sql.exec("CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (?)", value);
  },
  writeHalfOfGroup: ({ storage, ctx }) => {
    void storage.put("a", 2);
    storage.kv.put("b", 2);
    ctx.abort("on purpose");
  },
  writeInSteps: async ({ storage, ctx }) => {
    for (let step = 0; step < 10; step++) {
      await storage.put(`step-${step}`, step);
      if (step === 4) await storage.sync();
    }
    ctx.abort("on purpose");
  },
  syncAndAbort: async ({ storage, ctx }) => {
    void storage.put("confirmed", true);
    await storage.sync();
    ctx.abort("on purpose");
  },
  writeAndThrow: ({ storage }) => {
    void storage.put("written", 1);
    failure();
  },
  deleteAllAndAbort: ({ storage, ctx }) => {
    void storage.deleteAll();
    void storage.put("after", 1);
    ctx.abort("on purpose");
  },
  abort: ({ ctx }) => {
    ctx.abort("on purpose");
  },
  incrementInTransaction: ({ storage }) =>
    storage.transaction(async (transaction) => {
      const count = (await transaction.get<number>("count")) ?? 0;
      await scheduler.wait(1);
      await transaction.put("count", count + 1);
    }),
  abortInTransaction: ({ storage, ctx }) =>
    storage.transaction(async (transaction) => {
      await transaction.put("key", "inside");
      ctx.abort("on purpose");
    }),
};

export const cases: readonly StoredCase[] = besides;

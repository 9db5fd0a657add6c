// Transactions and the atomicity of writes: what is kept and what is not when something throws, rolls back or aborts.
import { alike, holds, rejects, same, throws } from "../../workers/cases/assert.js";
import { type Actor, type Acts, type Beside, type BesideCase, type InsideCase, onBothEngines, type StoredCase } from "../stored-env.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];
const failure = (): never => {
  throw new RangeError("on purpose");
};

const synchronous: readonly InsideCase[] = [
  {
    id: "do.transaction.sync.commit",
    promise: "transactionSync gives what its callback returns and keeps what it wrote",
    claims: ["DO-12"],
    run({ storage, sql }) {
      sql.exec("CREATE TABLE t (x)");

      const returned = storage.transactionSync(() => {
        sql.exec("INSERT INTO t VALUES (1)");
        storage.kv.put("key", 1);
        return "returned";
      });

      same(returned, "returned", "what transactionSync gives");
      same(sql.exec("SELECT count(*) AS n FROM t").one()["n"], 1, "rows");
      same(storage.kv.get("key"), 1, "the key");
    },
  },
  {
    id: "do.transaction.sync.rollback",
    promise: "a callback that throws has written nothing, neither rows nor keys nor tables, and its error comes out",
    claims: ["DO-12"],
    run({ storage, sql }) {
      sql.exec("CREATE TABLE t (x)");
      storage.kv.put("key", "before");

      const error = throws(
        () =>
          storage.transactionSync(() => {
            sql.exec("INSERT INTO t VALUES (1); CREATE TABLE made (x)");
            storage.kv.put("key", "inside");
            storage.kv.put("new", 1);
            failure();
          }),
        ["RangeError"],
        "a callback that throws",
      );

      same(error instanceof Error ? error.message : "", "on purpose", "its own error");
      same(sql.exec("SELECT count(*) AS n FROM t").one()["n"], 0, "rows");
      throws(() => sql.exec("SELECT * FROM made"), anyError, "the table that it made");
      alike([...storage.kv.list()], [["key", "before"]], "keys");
    },
  },
  {
    id: "do.transaction.sync.nested",
    promise: "an inner transaction that throws undoes its own writes only, and the outer one can go on",
    claims: ["DO-12"],
    run({ storage }) {
      storage.transactionSync(() => {
        storage.kv.put("outer", 1);
        throws(
          () =>
            storage.transactionSync(() => {
              storage.kv.put("inner", 1);
              storage.kv.put("outer", 2);
              failure();
            }),
          ["RangeError"],
          "the inner callback",
        );
        storage.transactionSync(() => {
          storage.kv.put("second", 1);
        });
      });

      alike([...storage.kv.list()], [["outer", 1], ["second", 1]], "what is kept");
    },
  },
  {
    id: "do.transaction.sync.nested.rollback",
    promise: "an outer transaction that throws undoes the inner ones that were committed",
    claims: ["DO-12"],
    run({ storage }) {
      throws(
        () =>
          storage.transactionSync(() => {
            storage.transactionSync(() => {
              storage.kv.put("inner", 1);
            });
            failure();
          }),
        ["RangeError"],
        "the outer callback",
      );

      alike([...storage.kv.list()], [], "what is kept");
    },
  },
  {
    id: "do.transaction.sync.refused",
    promise: "after a statement that failed inside transactionSync and was caught, the rest of the transaction is kept",
    claims: ["DO-12"],
    run({ storage, sql }) {
      sql.exec("CREATE TABLE t (x INTEGER PRIMARY KEY)");

      storage.transactionSync(() => {
        sql.exec("INSERT INTO t VALUES (1)");
        throws(() => sql.exec("INSERT INTO t VALUES (1)"), anyError, "a second row of the same key");
        sql.exec("INSERT INTO t VALUES (2)");
      });

      alike(sql.exec("SELECT x FROM t ORDER BY x").toArray(), [{ x: 1 }, { x: 2 }], "rows");
    },
  },
];

const asynchronous: readonly InsideCase[] = [
  {
    id: "do.transaction.commit",
    promise: "transaction() gives what its closure returns, shows it its own writes, and keeps them",
    claims: ["DO-13"],
    async run({ storage }) {
      await storage.put({ gone: 1, changed: 1 });

      const returned = await storage.transaction(async (transaction) => {
        await transaction.put({ changed: 2, new: 3 });
        await transaction.delete("gone");
        return [...(await transaction.list())];
      });

      alike(returned, [["changed", 2], ["new", 3]], "what the closure saw");
      alike([...(await storage.list())], [["changed", 2], ["new", 3]], "what is kept");
    },
  },
  {
    id: "do.transaction.abort",
    promise: "a closure that throws has written nothing, and its error comes out",
    claims: ["DO-13"],
    async run({ storage }) {
      await storage.put({ key: "before", gone: 1 });

      const error = await rejects(
        async () =>
          storage.transaction(async (transaction) => {
            await transaction.put({ key: "inside", new: 1 });
            await transaction.delete("gone");
            failure();
          }),
        ["RangeError"],
        "a closure that throws",
      );

      same(error instanceof Error ? error.message : "", "on purpose", "its own error");
      alike([...(await storage.list())], [["gone", 1], ["key", "before"]], "what is kept");
    },
  },
  {
    id: "do.transaction.rollback",
    promise: "rollback() undoes what the closure wrote, without an error, and what it does after that throws",
    claims: ["DO-13"],
    async run({ storage }) {
      await storage.put("key", "before");
      const later: unknown[] = [];

      const returned = await storage.transaction(async (transaction) => {
        await transaction.put("key", "inside");
        transaction.rollback();
        for (const use of [() => transaction.get("key"), () => transaction.put("key", "later"), () => transaction.delete("key"), () => transaction.list()]) {
          later.push(await rejects(async () => use(), anyError, "use after rollback"));
        }
        return "returned";
      });

      same(later.length, 4, "calls after rollback that threw");
      same(returned, "returned", "what transaction() gives");
      same(await storage.get("key"), "before", "the key");
    },
  },
];

const withSql: readonly InsideCase[] = [
  {
    id: "do.transaction.abort.sql",
    promise: "transaction() on SQLite undoes SQL too",
    claims: ["DO-13"],
    async run({ storage, sql }) {
      sql.exec("CREATE TABLE t (x)");

      await rejects(
        async () =>
          storage.transaction(async () => {
            sql.exec("INSERT INTO t VALUES (1)");
            await storage.put("key", 1);
            failure();
          }),
        ["RangeError"],
        "a closure that throws",
      );

      same(sql.exec("SELECT count(*) AS n FROM t").one()["n"], 0, "rows");
      same(await storage.get("key"), undefined, "the key");
    },
  },
];

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

export const cases: readonly StoredCase[] = [...synchronous, ...onBothEngines(asynchronous), ...withSql, ...besides];

// Transactions inside one event: what is kept and what is not when something throws or rolls back.
import { alike, rejects, same, throws } from "../../tools/assert.js";
import { type InsideCase, onBothEngines, type StoredCase } from "../stored-env.worker.js";

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

export const cases: readonly StoredCase[] = [...synchronous, ...onBothEngines(asynchronous), ...withSql];

// sql.exec: several statements in one call, what fails, what is refused, and the size of it all.
import { alike, holds, same, throws } from "../../tools/assert.js";
import type { InsideCase, StoredCase } from "../stored-env.worker.js";
import { fruits } from "./fruits.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];

const statements: readonly InsideCase[] = [
  {
    id: "do.sql.statements.several",
    promise: "several statements in one call are all carried out; the cursor and the parameters are the last one's",
    claims: ["DO-57"],
    run({ sql }) {
      const cursor = sql.exec("CREATE TABLE a (x); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); SELECT x FROM a WHERE x >= ? ORDER BY x", 2);

      alike(cursor.toArray(), [{ x: 2 }], "rows of the last statement");
      same(sql.exec("SELECT count(*) AS n FROM a").one()["n"], 2, "what the others wrote");
      throws(() => sql.exec("INSERT INTO a VALUES (?); SELECT 1", 3), anyError, "a parameter of a statement that is not the last");
    },
  },
  {
    id: "do.sql.statement.error",
    promise: "an error of SQL is thrown with SQLite's words, and the object goes on with all its data",
    run(inside) {
      fruits(inside);
      const { sql } = inside;
      const messageOf = (statement: string): string => {
        const error = throws(() => sql.exec(statement), anyError, statement);
        return error instanceof Error ? error.message : "";
      };

      holds(/syntax error/.test(messageOf("SELEC 1")), "a syntax error says so");
      holds(/no such table: nowhere/.test(messageOf("SELECT * FROM nowhere")), "a missing table is named");
      holds(/UNIQUE constraint failed: fruit\.id/.test(messageOf("INSERT INTO fruit (id) VALUES (1)")), "a broken constraint is named");
      same(sql.exec("SELECT count(*) AS n FROM fruit").one()["n"], 3, "rows afterwards");
      sql.exec("INSERT INTO fruit (name) VALUES ('fig')");
      same(sql.exec("SELECT count(*) AS n FROM fruit").one()["n"], 4, "rows after another write");
    },
  },
  {
    id: "do.sql.statement.partial",
    promise: "a statement that fails in the middle has done nothing",
    run(inside) {
      fruits(inside);
      const { sql } = inside;

      throws(() => sql.exec("INSERT INTO fruit (id, name) VALUES (10, 'ten'), (11, 'eleven'), (1, 'again')"), anyError, "an insert whose third row is refused");
      same(sql.exec("SELECT count(*) AS n FROM fruit").one()["n"], 3, "rows");
    },
  },
  {
    id: "do.sql.refused.transactions",
    promise: "BEGIN, SAVEPOINT, COMMIT and ROLLBACK are refused: transactions are the storage's own",
    claims: ["DO-14"],
    run(inside) {
      fruits(inside);

      for (const statement of ["BEGIN TRANSACTION", "BEGIN", "SAVEPOINT s", "COMMIT", "ROLLBACK", "RELEASE s", "begin immediate"]) throws(() => inside.sql.exec(statement), anyError, statement);
      same(inside.sql.exec("SELECT count(*) AS n FROM fruit").one()["n"], 3, "rows");
    },
  },
  {
    id: "do.sql.refused.pragma",
    promise: "what would change the database's own settings, or reach other files, is refused",
    run({ sql }) {
      for (const statement of ["PRAGMA journal_mode = DELETE", "PRAGMA synchronous = OFF", "ATTACH DATABASE ':memory:' AS other", "VACUUM INTO 'copy.db'", "SELECT load_extension('x')"]) {
        throws(() => sql.exec(statement).toArray(), anyError, statement);
      }
    },
  },
  {
    id: "do.sql.refused.own-tables",
    promise: "tables whose names begin with _cf_ are the platform's: they cannot be read, written or made",
    async run({ sql, storage }) {
      await storage.put("key", "value");

      for (const statement of ["SELECT * FROM _cf_KV", "DELETE FROM _cf_KV", "DROP TABLE _cf_KV", "CREATE TABLE _cf_mine (x)"]) throws(() => sql.exec(statement).toArray(), anyError, statement);
      same(await storage.get("key"), "value", "what key-value storage keeps there");
    },
  },
  {
    id: "do.sql.pragma.allowed",
    promise: "the schema can be asked for: PRAGMA table_info, table_list and foreign_key_check",
    run(inside) {
      fruits(inside);
      const { sql } = inside;

      alike(sql.exec("PRAGMA table_info(fruit)").toArray().map((row) => row["name"]), ["id", "name", "price"], "columns");
      holds(sql.exec("PRAGMA table_list").toArray().some((row) => row["name"] === "fruit"), "the table is listed");
      alike(sql.exec("PRAGMA foreign_key_check").toArray(), [], "broken references");
    },
  },
  {
    id: "do.sql.size",
    promise: "databaseSize is the size of the database in bytes: it grows with what is stored",
    run({ sql }) {
      sql.exec("CREATE TABLE blobs (value BLOB)");
      const before = sql.databaseSize;
      sql.exec("INSERT INTO blobs VALUES (zeroblob(500000))");
      const after = sql.databaseSize;

      holds(before > 0, `an empty table takes a page at least: ${before}`);
      holds(after - before > 450_000 && after - before < 600_000, `half a megabyte more takes about as much: ${after - before}`);
    },
  },
  {
    id: "do.sql.legacy",
    engine: "legacy",
    promise: "a class without SQLite has no SQL and no synchronous storage: using them throws",
    run({ storage }) {
      throws(() => storage.sql.exec("SELECT 1").one(), anyError, "sql");
      throws(() => { storage.kv.put("key", 1); }, anyError, "kv");
    },
  },
];

export const cases: readonly StoredCase[] = statements;

// The parts of SQLite that applications rely on, each with what only that part can do.
import { alike, same, throws } from "../../tools/assert.js";
import type { InsideCase } from "../stored-env.worker.js";

const anyError = ["Error", "TypeError"];

export const cases: readonly InsideCase[] = [
  {
    id: "do.sql.language.search",
    promise: "full-text search works: FTS5 tables, MATCH, ranking and highlighting",
    run({ sql }) {
      sql.exec("CREATE VIRTUAL TABLE letters USING fts5(title, body)");
      sql.exec("INSERT INTO letters VALUES ('first', 'an edge runtime'), ('second', 'the edge of an edge, edge'), ('third', 'a middle')");

      alike(sql.exec("SELECT title FROM letters WHERE letters MATCH 'edge' ORDER BY rank").toArray().map((row) => row["title"]), ["second", "first"], "found, best first");
      same(sql.exec("SELECT highlight(letters, 1, '<', '>') AS text FROM letters WHERE letters MATCH 'runtime'").one()["text"], "an edge <runtime>", "highlighted");
    },
  },
  {
    id: "do.sql.language.search.terms",
    promise: "the terms of a full-text index can be read: fts5vocab",
    run({ sql }) {
      sql.exec("CREATE VIRTUAL TABLE letters USING fts5(body)");
      sql.exec("INSERT INTO letters VALUES ('edge edge'), ('edge of')");
      sql.exec("CREATE VIRTUAL TABLE terms USING fts5vocab('letters', 'row')");

      alike([...sql.exec("SELECT term, doc, cnt FROM terms ORDER BY term").raw()], [["edge", 2, 3], ["of", 1, 1]], "terms");
    },
  },
  {
    id: "do.sql.language.json",
    promise: "JSON can be taken apart and put together: json_extract, ->, json_each, json_group_array",
    run({ sql }) {
      const text = JSON.stringify({ list: [1, 2, 3], deep: { word: "x" } });

      same(sql.exec("SELECT json_extract(?, '$.deep.word') AS word", text).one()["word"], "x", "json_extract");
      same(sql.exec("SELECT ? ->> '$.list[1]' AS item", text).one()["item"], 2, "->>");
      alike([...sql.exec("SELECT key, value FROM json_each(?, '$.list')", text).raw()], [[0, 1], [1, 2], [2, 3]], "json_each");
      same(sql.exec("SELECT json_group_array(value * 2) AS list FROM json_each(?, '$.list')", text).one()["list"], "[2,4,6]", "json_group_array");
      throws(() => sql.exec("SELECT json_extract('{', '$.a')").toArray(), anyError, "malformed JSON");
    },
  },
  {
    id: "do.sql.language.foreign-keys",
    promise: "foreign keys are enforced: a missing parent is refused, and ON DELETE CASCADE deletes the children",
    run({ sql }) {
      sql.exec("CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent(id) ON DELETE CASCADE)");
      sql.exec("INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (10, 1), (11, 2)");

      const error = throws(() => sql.exec("INSERT INTO child VALUES (12, 9)"), anyError, "a child without a parent");
      same(error instanceof Error && error.message.includes("FOREIGN KEY constraint failed"), true, "the error names the constraint");
      sql.exec("DELETE FROM parent WHERE id = 1");
      alike(sql.exec("SELECT id FROM child").toArray(), [{ id: 11 }], "children that are left");
    },
  },
  {
    id: "do.sql.language.foreign-keys.deferred",
    promise: "PRAGMA defer_foreign_keys puts the check of references off to the end of the transaction",
    run({ sql, storage }) {
      sql.exec("CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (parent INTEGER REFERENCES parent(id))");

      storage.transactionSync(() => {
        sql.exec("PRAGMA defer_foreign_keys = ON");
        sql.exec("INSERT INTO child VALUES (1)");
        sql.exec("INSERT INTO parent VALUES (1)");
      });

      same(sql.exec("SELECT count(*) AS n FROM child").one()["n"], 1, "children");
    },
  },
  {
    id: "do.sql.language.generated",
    promise: "generated columns are computed, stored or not, and cannot be written",
    run({ sql }) {
      sql.exec("CREATE TABLE boxes (w INTEGER, h INTEGER, area INTEGER GENERATED ALWAYS AS (w * h) STORED, half INTEGER AS (w / 2) VIRTUAL)");
      sql.exec("INSERT INTO boxes (w, h) VALUES (6, 7)");

      alike(sql.exec("SELECT area, half FROM boxes").one(), { area: 42, half: 3 }, "computed columns");
      throws(() => sql.exec("INSERT INTO boxes (area) VALUES (1)"), anyError, "a write to a computed column");
    },
  },
  {
    id: "do.sql.language.triggers",
    promise: "triggers run with the statement that sets them off, and one that raises undoes it",
    run({ sql }) {
      sql.exec("CREATE TABLE items (name TEXT); CREATE TABLE log (line TEXT)");
      sql.exec("CREATE TRIGGER noted AFTER INSERT ON items BEGIN INSERT INTO log VALUES ('new ' || NEW.name); END");
      sql.exec("CREATE TRIGGER guarded BEFORE INSERT ON items WHEN NEW.name = 'bad' BEGIN SELECT RAISE(ABORT, 'not this one'); END");
      sql.exec("INSERT INTO items VALUES ('a')");

      const error = throws(() => sql.exec("INSERT INTO items VALUES ('b'), ('bad')"), anyError, "an insert that a trigger refuses");
      same(error instanceof Error && error.message.includes("not this one"), true, "the trigger's words");
      alike(sql.exec("SELECT line FROM log").toArray(), [{ line: "new a" }], "the log");
    },
  },
  {
    id: "do.sql.language.index",
    promise: "unique, partial and expression indexes hold and are used",
    run({ sql }) {
      sql.exec("CREATE TABLE users (mail TEXT, gone INTEGER DEFAULT 0)");
      sql.exec("CREATE UNIQUE INDEX by_mail ON users (lower(mail)) WHERE gone = 0");
      sql.exec("INSERT INTO users (mail) VALUES ('A@x')");

      throws(() => sql.exec("INSERT INTO users (mail) VALUES ('a@X')"), anyError, "a second one of the same address");
      sql.exec("INSERT INTO users (mail, gone) VALUES ('a@x', 1)");
      const plan = sql.exec("EXPLAIN QUERY PLAN SELECT * FROM users WHERE lower(mail) = 'a@x' AND gone = 0").toArray().map((row) => JSON.stringify(row["detail"])).join();
      same(plan.includes("by_mail"), true, `the plan uses the index: ${plan}`);
    },
  },
  {
    id: "do.sql.language.queries",
    promise: "recursive queries, window functions, RETURNING and upserts work",
    run({ sql }) {
      alike([...sql.exec("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 4) SELECT x, sum(x) OVER (ORDER BY x) FROM n").raw()], [[1, 1], [2, 3], [3, 6], [4, 10]], "running sums");
      sql.exec("CREATE TABLE counts (word TEXT PRIMARY KEY, n INTEGER)");
      const upsert = "INSERT INTO counts VALUES (?, 1) ON CONFLICT (word) DO UPDATE SET n = n + 1 RETURNING n";
      alike([sql.exec(upsert, "a").one(), sql.exec(upsert, "a").one()], [{ n: 1 }, { n: 2 }], "upserts");
    },
  },
  {
    id: "do.sql.language.math",
    promise: "mathematical and date functions are there",
    run({ sql }) {
      same(sql.exec("SELECT round(sqrt(2) * pow(2, 3), 3) AS value").one()["value"], 11.314, "sqrt and pow");
      same(sql.exec("SELECT strftime('%Y-%m-%d', 86400, 'unixepoch') AS day").one()["day"], "1970-01-02", "strftime");
    },
  },
];

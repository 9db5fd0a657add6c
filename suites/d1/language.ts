// The SQL that D1 documents: SQLite's, with foreign keys on, full-text search, JSON and mathematics, some pragmas, and
// without what reaches outside of the database.
import assert from "node:assert/strict";
import { d1Check } from "./check.js";
import { assertRefused, d1Client } from "./client.js";

interface Spoken {
  readonly id: string;
  readonly promise: string;
  /** Statements that make what the last one asks for; `t` stands for a table of the check's own. */
  readonly statements: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const spoken: readonly Spoken[] = [
  {
    id: "cte",
    promise: "common table expressions, recursive ones too",
    statements: ["WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) AS total FROM n"],
    rows: [{ total: 15 }],
  },
  {
    id: "window",
    promise: "window functions",
    statements: ["CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, 10), (1, 20), (2, 5)", "SELECT a, sum(b) OVER (PARTITION BY a ORDER BY b) AS running FROM t ORDER BY a, b"],
    rows: [
      { a: 1, running: 10 },
      { a: 1, running: 30 },
      { a: 2, running: 5 },
    ],
  },
  {
    id: "upsert",
    promise: "ON CONFLICT DO UPDATE and DO NOTHING",
    statements: ["CREATE TABLE t (k TEXT PRIMARY KEY, n)", "INSERT INTO t VALUES ('a', 1)", "INSERT INTO t VALUES ('a', 5), ('b', 7) ON CONFLICT (k) DO UPDATE SET n = n + excluded.n", "INSERT INTO t VALUES ('b', 0) ON CONFLICT DO NOTHING", "SELECT * FROM t ORDER BY k"],
    rows: [
      { k: "a", n: 6 },
      { k: "b", n: 7 },
    ],
  },
  {
    id: "json",
    promise: "JSON functions and operators",
    statements: [`SELECT json_extract('{"a":[1,{"b":2}]}', '$.a[1].b') AS b, '{"c":3}' ->> 'c' AS c, json_group_array(value) AS all_values FROM json_each('[5,6]')`],
    rows: [{ b: 2, c: 3, all_values: "[5,6]" }],
  },
  {
    id: "json-generated",
    promise: "generated columns over JSON, with an index",
    statements: ["CREATE TABLE t (body TEXT, place TEXT AS (body ->> '$.place') STORED)", "CREATE INDEX t_place ON t (place)", `INSERT INTO t (body) VALUES ('{"place":"Jena"}'), ('{"place":"Graz"}')`, "SELECT body ->> 'place' AS p FROM t WHERE place = 'Graz'"],
    rows: [{ p: "Graz" }],
  },
  {
    id: "full-text",
    promise: "full-text search with FTS5",
    statements: ["CREATE VIRTUAL TABLE t USING fts5(title, body)", "INSERT INTO t VALUES ('one', 'the quick fox'), ('two', 'a lazy dog')", "SELECT title FROM t WHERE t MATCH 'laz*'"],
    rows: [{ title: "two" }],
  },
  {
    id: "mathematics",
    promise: "mathematical functions",
    statements: ["SELECT sqrt(16) AS root, pow(2, 10) AS power, round(ln(exp(1)), 3) AS one, ceil(1.2) AS up"],
    rows: [{ root: 4, power: 1024, one: 1, up: 2 }],
  },
  {
    id: "dates",
    promise: "date and time functions",
    statements: ["SELECT date('2024-01-31', '+1 month') AS d, strftime('%Y', '2024-05-05') AS y, unixepoch('2024-01-01') AS s"],
    rows: [{ d: "2024-03-02", y: "2024", s: 1704067200 }],
  },
  {
    id: "trigger",
    promise: "triggers",
    statements: ["CREATE TABLE t (v)", "CREATE TABLE t2 (old, new)", "CREATE TRIGGER t3 AFTER UPDATE ON t BEGIN INSERT INTO t2 VALUES (old.v, new.v); END", "INSERT INTO t VALUES (1)", "UPDATE t SET v = 2", "SELECT * FROM t2"],
    rows: [{ old: 1, new: 2 }],
  },
  {
    id: "view",
    promise: "views",
    statements: ["CREATE TABLE t (v)", "CREATE VIEW t2 AS SELECT v * 2 AS twice FROM t", "INSERT INTO t VALUES (21)", "SELECT * FROM t2"],
    rows: [{ twice: 42 }],
  },
  {
    id: "strict",
    promise: "STRICT tables and partial indexes",
    statements: ["CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER) STRICT", "CREATE UNIQUE INDEX t2 ON t (v) WHERE v > 0", "INSERT INTO t (v) VALUES (0), (0), (1)", "SELECT count(*) AS n FROM t"],
    rows: [{ n: 3 }],
  },
  {
    id: "alter",
    promise: "ALTER TABLE: columns added, renamed and dropped, tables renamed",
    statements: ["CREATE TABLE t (a, b)", "INSERT INTO t VALUES (1, 2)", "ALTER TABLE t ADD COLUMN c DEFAULT 3", "ALTER TABLE t RENAME COLUMN a TO d", "ALTER TABLE t DROP COLUMN b", "ALTER TABLE t RENAME TO t2", "SELECT * FROM t2"],
    rows: [{ d: 1, c: 3 }],
  },
  {
    id: "cascade",
    promise: "foreign keys with ON DELETE CASCADE and SET NULL",
    statements: ["CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE TABLE t2 (p REFERENCES t ON DELETE CASCADE)", "CREATE TABLE t3 (p REFERENCES t ON DELETE SET NULL)", "INSERT INTO t VALUES (1), (2)", "INSERT INTO t2 VALUES (1), (2)", "INSERT INTO t3 VALUES (1)", "DELETE FROM t WHERE id = 1", "SELECT (SELECT count(*) FROM t2) AS children, (SELECT p FROM t3) AS orphan"],
    rows: [{ children: 1, orphan: null }],
  },
  {
    id: "defer-foreign-keys",
    promise: "PRAGMA defer_foreign_keys puts the check of foreign keys off to the end of the batch",
    statements: ["CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE TABLE t2 (p REFERENCES t)", "PRAGMA defer_foreign_keys = ON", "INSERT INTO t2 VALUES (5)", "INSERT INTO t VALUES (5)", "SELECT p FROM t2"],
    rows: [{ p: 5 }],
  },
  {
    id: "table-info",
    promise: "PRAGMA table_info tells a table's columns",
    statements: ["CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL DEFAULT 'x')", "PRAGMA table_info(t)"],
    rows: [
      { cid: 0, name: "id", type: "INTEGER", notnull: 0, dflt_value: null, pk: 1 },
      { cid: 1, name: "v", type: "TEXT", notnull: 1, dflt_value: "'x'", pk: 0 },
    ],
  },
  {
    id: "quick-check",
    promise: "PRAGMA quick_check finds a sound database",
    statements: ["PRAGMA quick_check"],
    rows: [{ quick_check: "ok" }],
  },
];

/** Puts the check's own table in the place of `t`, `t2` and `t3`. */
function own(sql: string, unique: string): string {
  return sql.replace(/\bt([23]?)(_\w+)?\b/g, (_, number: string, rest = "") => `t_${unique}${number === "" ? "" : `_${number}`}${rest}`);
}

const outside: Readonly<Record<string, string>> = {
  "attach": "ATTACH DATABASE 'x.db' AS x",
  "extension": "SELECT load_extension('x')",
  "journal": "PRAGMA journal_mode = DELETE",
  "schema-writing": "PRAGMA writable_schema = ON",
  "internal-tables": "SELECT * FROM _cf_KV",
};

export const languageChecks = [
  ...spoken.map(({ id, promise, statements, rows }) =>
    d1Check({
      id: `d1.sql.${id}`,
      promise: `SQL has ${promise}`.replace("SQL has PRAGMA", "PRAGMA"),
      async run({ fixture, unique }) {
        const results = await d1Client(fixture).batch(...statements.map((sql) => own(sql, unique)));

        assert.deepEqual(results.at(-1)?.results, rows);
      },
    }),
  ),
  d1Check({
    id: "d1.sql.explain",
    promise: "EXPLAIN QUERY PLAN tells whether an index is used",
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      await d1.batch(`CREATE TABLE t_${unique} (k, v)`, `CREATE INDEX i_${unique} ON t_${unique} (k)`);

      const plan = JSON.stringify(await d1.rows(`EXPLAIN QUERY PLAN SELECT v FROM t_${unique} WHERE k = 1`));

      assert.match(plan, new RegExp(`USING INDEX i_${unique}`));
    },
  }),
  ...Object.entries(outside).map(([id, sql]) =>
    d1Check({
      id: `d1.sql.refused.${id}`,
      promise: `${sql} is refused`,
      async run({ fixture }) {
        const [answer] = await d1Client(fixture).attempt([{ op: "run", sql }]);

        assertRefused(answer, /D1_ERROR/);
      },
    }),
  ),
];

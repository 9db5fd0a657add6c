// What a statement gives: all(), first(), raw() and run(), and how statements are written and bound.
import assert from "node:assert/strict";
import { d1Check } from "./check.js";
import { assertRefused, d1Client, d1RpcFixture, resultOf } from "./client.js";

const twoRows = "SELECT 1 AS one, 'x' AS text UNION ALL SELECT 2, 'y' ORDER BY one";

export const queryChecks = [
  d1Check({
    id: "d1.result.all",
    promise: "all() gives every row as an object, in order, with success and meta",
    claims: ["D1-17"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      await d1.batch(`CREATE TABLE t_${unique} (id INTEGER PRIMARY KEY, name TEXT)`, { sql: `INSERT INTO t_${unique} VALUES (1, ?), (2, ?)`, params: ["a", "b"] });

      const result = resultOf(await d1.run({ op: "all", sql: `SELECT id, name FROM t_${unique} ORDER BY id DESC` }));

      assert.equal(result.success, true);
      assert.deepEqual(result.results, [
        { id: 2, name: "b" },
        { id: 1, name: "a" },
      ]);
    },
  }),
  d1Check({
    id: "d1.result.none",
    promise: "all() of a query without rows gives an empty list",
    async run({ fixture }) {
      assert.deepEqual(await d1Client(fixture).rows("SELECT 1 WHERE 0"), []);
    },
  }),
  d1Check({
    id: "d1.result.first",
    promise: "first() gives the first row as an object",
    async run({ fixture }) {
      assert.deepEqual(await d1Client(fixture).run({ op: "first", sql: twoRows }), { one: 1, text: "x" });
    },
  }),
  d1Check({
    id: "d1.result.first.none",
    promise: "first() gives null when there is no row",
    async run({ fixture }) {
      const [row, column] = await d1Client(fixture).all([
        { op: "first", sql: "SELECT 1 AS one WHERE 0" },
        { op: "first", sql: "SELECT 1 AS one WHERE 0", column: "one" },
      ]);

      assert.equal(row, null);
      assert.equal(column, null);
    },
  }),
  d1Check({
    id: "d1.result.first.column",
    promise: "first(column) gives that column of the first row, null included",
    async run({ fixture }) {
      const values = await d1Client(fixture).all([
        { op: "first", sql: twoRows, column: "text" },
        { op: "first", sql: "SELECT NULL AS empty", column: "empty" },
      ]);

      assert.deepEqual(values, ["x", null]);
    },
  }),
  d1Check({
    id: "d1.result.first.column.unknown",
    promise: "first(column) of a column that is not there is refused with D1_COLUMN_NOTFOUND",
    async run({ fixture }) {
      const [answer] = await d1Client(fixture).attempt([{ op: "first", sql: twoRows, column: "three" }]);

      assertRefused(answer, /D1_COLUMN_NOTFOUND/, /three/);
    },
  }),
  d1Check({
    id: "d1.result.raw",
    promise: "raw() gives rows as arrays of values, in the order of the columns",
    async run({ fixture }) {
      assert.deepEqual(await d1Client(fixture).run({ op: "raw", sql: twoRows }), [
        [1, "x"],
        [2, "y"],
      ]);
    },
  }),
  d1Check({
    id: "d1.result.raw.columns",
    promise: "raw({ columnNames: true }) puts the names of the columns first, also without rows",
    async run({ fixture }) {
      const [some, none] = await d1Client(fixture).all([
        { op: "raw", sql: twoRows, columnNames: true },
        { op: "raw", sql: "SELECT 1 AS one WHERE 0", columnNames: true },
      ]);

      assert.deepEqual(some, [["one", "text"], [1, "x"], [2, "y"]]);
      assert.deepEqual(none, [["one"]]);
    },
  }),
  d1Check({
    id: "d1.result.raw.duplicates",
    promise: "raw() keeps columns of the same name apart",
    async run({ fixture }) {
      assert.deepEqual(await d1Client(fixture).run({ op: "raw", sql: "SELECT 1 AS a, 2 AS a, 3 AS b" }), [[1, 2, 3]]);
    },
  }),
  d1Check({
    id: "d1.result.run",
    promise: "run() of a write succeeds without rows; of a query it gives its rows",
    async run({ fixture, unique }) {
      const [, write, read] = await d1Client(fixture).all([
        { op: "run", sql: `CREATE TABLE t_${unique} (id INTEGER PRIMARY KEY)` },
        { op: "run", sql: `INSERT INTO t_${unique} VALUES (7)` },
        { op: "run", sql: `SELECT id FROM t_${unique}` },
      ]);

      assert.equal(resultOf(write).success, true);
      assert.deepEqual(resultOf(write).results, []);
      assert.deepEqual(resultOf(read).results, [{ id: 7 }]);
    },
  }),
  d1Check({
    id: "d1.result.returning",
    promise: "RETURNING gives the rows that a write made, with all(), run() and first()",
    async run({ fixture, unique }) {
      const [, all, run, first] = await d1Client(fixture).all([
        { op: "run", sql: `CREATE TABLE t_${unique} (id INTEGER PRIMARY KEY, v)` },
        { op: "all", sql: `INSERT INTO t_${unique} (v) VALUES ('a'), ('b') RETURNING id, v` },
        { op: "run", sql: `UPDATE t_${unique} SET v = v || '!' WHERE id = 1 RETURNING v` },
        { op: "first", sql: `DELETE FROM t_${unique} WHERE id = 2 RETURNING v`, column: "v" },
      ]);

      assert.deepEqual(resultOf(all).results, [
        { id: 1, v: "a" },
        { id: 2, v: "b" },
      ]);
      assert.deepEqual(resultOf(run).results, [{ v: "a!" }]);
      assert.equal(first, "b");
    },
  }),
  d1Check({
    id: "d1.statement.reuse",
    promise: "a prepared statement can be bound again and again; each binding is its own",
    async run({ fixture }) {
      const results = await d1Client(fixture).run({ op: "reuse", sql: "SELECT ? AS v", statements: [1, 2, 3].map((value) => ({ sql: "", params: [value] })) });

      assert.deepEqual(results, [[{ v: 1 }], [{ v: 2 }], [{ v: 3 }]]);
    },
  }),
  d1Check({
    id: "d1.statement.numbered",
    promise: "numbered parameters (?1, ?2) take their place whatever their order, and can be used twice",
    async run({ fixture }) {
      assert.deepEqual(await d1Client(fixture).run({ op: "raw", sql: "SELECT ?2, ?1, ?2", params: ["a", "b"] }), [["b", "a", "b"]]);
    },
  }),
  d1Check({
    id: "d1.statement.bindings",
    promise: "too few or too many bound values are refused with an error",
    async run({ fixture }) {
      const answers = await d1Client(fixture).attempt([
        { op: "all", sql: "SELECT ?, ?", params: [1] },
        { op: "all", sql: "SELECT ?", params: [1, 2] },
      ]);

      for (const answer of answers) assertRefused(answer, /D1_ERROR: .*bindings/i);
    },
  }),
  d1Check({
    id: "d1.statement.trailing",
    promise: "semicolons, white space and comments around a statement change nothing",
    async run({ fixture }) {
      const statements = ["SELECT 1 AS v;", "  SELECT 1 AS v ; \n", "-- before\nSELECT 1 AS v", "SELECT 1 AS v -- after", "SELECT /* ; */ 1 AS v;\n-- after"];

      const values = await d1Client(fixture).all(statements.map((sql) => ({ op: "first" as const, sql, column: "v" })));

      assert.deepEqual(values, statements.map(() => 1));
    },
  }),
  d1Check({
    id: "d1.statement.empty",
    promise: "a text without a statement is refused",
    async run({ fixture }) {
      const answers = await d1Client(fixture).attempt([
        { op: "all", sql: "" },
        { op: "all", sql: " -- only a comment" },
      ]);

      for (const answer of answers) assertRefused(answer, /D1_ERROR: .*no sql statements|D1_ERROR: .*did not contain a statement/i);
    },
  }),
  d1Check({
    id: "d1.surface",
    promise: "a database, a session and a prepared statement have the documented methods",
    claims: ["D1-06"],
    async run({ fixture }) {
      const surface = await d1Client(fixture).run({ op: "surface" });

      const offered = surface as Readonly<Record<"database" | "session" | "statement", readonly string[]>>;
      const missing = (have: readonly string[], wanted: readonly string[]): readonly string[] => wanted.filter((name) => !have.includes(name));
      assert.deepEqual(missing(offered.database, ["prepare", "batch", "exec", "withSession"]), []);
      assert.deepEqual(missing(offered.session, ["prepare", "batch", "getBookmark"]), []);
      assert.deepEqual(missing(offered.statement, ["bind", "first", "run", "all", "raw"]), []);
    },
  }),
  d1Check({
    id: "d1.rpc.result",
    promise: "a worker whose binding speaks RPC (d1_binding_jsrpc) gets the same results from all(), first(), raw() and run()",
    fixture: d1RpcFixture,
    async run({ fixture, unique }) {
      const [, all, first, raw, run] = await d1Client(fixture).all([
        { op: "run", sql: `CREATE TABLE t_${unique} (id INTEGER PRIMARY KEY, b BLOB)` },
        { op: "all", sql: twoRows },
        { op: "first", sql: twoRows, column: "text" },
        { op: "raw", sql: twoRows, columnNames: true },
        { op: "run", sql: `INSERT INTO t_${unique} (b) VALUES (?) RETURNING id, b`, params: [{ base64: "AP8=" }] },
      ]);

      assert.deepEqual(resultOf(all).results, [
        { one: 1, text: "x" },
        { one: 2, text: "y" },
      ]);
      assert.equal(first, "x");
      assert.deepEqual(raw, [["one", "text"], [1, "x"], [2, "y"]]);
      assert.deepEqual(resultOf(run).results, [{ id: 1, b: [0, 255] }]);
    },
  }),
  d1Check({
    id: "d1.rpc.error",
    promise: "over RPC an error reads as it does over HTTP, and a batch that fails changes nothing",
    claims: ["D1-01"],
    fixture: d1RpcFixture,
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      await d1.run({ op: "run", sql: `CREATE TABLE t_${unique} (id INTEGER PRIMARY KEY)` });

      const [error, batch] = await d1.attempt([
        { op: "all", sql: "SELEC 1" },
        { op: "batch", statements: [{ sql: `INSERT INTO t_${unique} VALUES (1)` }, { sql: `INSERT INTO t_${unique} VALUES (1)` }] },
      ]);

      assertRefused(error, /D1_ERROR: near "SELEC": syntax error/);
      assertRefused(batch, /D1_ERROR: UNIQUE constraint failed/);
      assert.deepEqual(await d1.rows(`SELECT * FROM t_${unique}`), []);
    },
  }),
];

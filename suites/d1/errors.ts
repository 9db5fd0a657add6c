// What goes wrong is said in SQLite's words behind D1's own, and leaves the database as it was.
import assert from "node:assert/strict";
import { d1Check } from "./check.js";
import { assertRefused, d1Client } from "./client.js";

interface Wrong {
  readonly id: string;
  readonly what: string;
  readonly sql: (table: string) => string;
  readonly words: RegExp;
}

const wrong: readonly Wrong[] = [
  { id: "syntax", what: "a syntax error", sql: () => "SELEC 1", words: /near "SELEC": syntax error/ },
  { id: "table", what: "a table that is not there", sql: (t) => `SELECT * FROM ${t}_none`, words: /no such table: t_\w+_none/ },
  { id: "column", what: "a column that is not there", sql: (t) => `SELECT absent FROM ${t}`, words: /no such column: absent/ },
  { id: "function", what: "a function that is not there", sql: () => "SELECT absent(1)", words: /no such function: absent/ },
  { id: "unique", what: "a UNIQUE constraint", sql: (t) => `INSERT INTO ${t} (id, name, n) VALUES (2, 'a', 1)`, words: /UNIQUE constraint failed: t_\w+\.name/ },
  { id: "primary-key", what: "a primary key that is taken", sql: (t) => `INSERT INTO ${t} (id, name, n) VALUES (1, 'b', 1)`, words: /UNIQUE constraint failed: t_\w+\.id/ },
  { id: "not-null", what: "a NOT NULL constraint", sql: (t) => `INSERT INTO ${t} (name) VALUES ('c')`, words: /NOT NULL constraint failed: t_\w+\.n/ },
  { id: "check", what: "a CHECK constraint", sql: (t) => `INSERT INTO ${t} (name, n) VALUES ('c', -1)`, words: /CHECK constraint failed: n >= 0/ },
  { id: "foreign-key", what: "a foreign key without its row", sql: (t) => `INSERT INTO ${t} (name, n, parent) VALUES ('c', 1, 99)`, words: /FOREIGN KEY constraint failed/ },
  { id: "exists", what: "a table that exists already", sql: (t) => `CREATE TABLE ${t} (x)`, words: /table t_\w+ already exists/ },
];

export const errorChecks = [
  ...wrong.map(({ id, what, sql, words }) =>
    d1Check({
      id: `d1.error.${id}`,
      promise: `${what} is an error that begins with D1_ERROR and says what is wrong, and nothing is changed`,
      async run({ fixture, unique }) {
        const d1 = d1Client(fixture);
        const t = `t_${unique}`;
        await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER NOT NULL CHECK (n >= 0), parent REFERENCES ${t})`, `INSERT INTO ${t} (id, name, n) VALUES (1, 'a', 1)`);

        const [answer] = await d1.attempt([{ op: "run", sql: sql(t) }]);

        assertRefused(answer, /^Error: D1_ERROR: /, words);
        assert.deepEqual(await d1.rows(`SELECT id, name, n FROM ${t}`), [{ id: 1, name: "a", n: 1 }]);
      },
    }),
  ),
  d1Check({
    id: "d1.error.cause",
    promise: "an error's cause is the same text without D1's own words",
    async run({ fixture }) {
      const [answer] = await d1Client(fixture).attempt([{ op: "all", sql: "SELECT * FROM no_such_table_here" }]);

      assertRefused(answer, /no such table/);
      assert.equal(`D1_ERROR: ${answer.cause}`, answer.message);
    },
  }),
  d1Check({
    id: "d1.exec.result",
    promise: "exec() runs a statement per line and returns how many there were and how long they took",
    claims: ["D1-33"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);

      const result = await d1.run({ op: "exec", sql: `CREATE TABLE t_${unique} (v)\nINSERT INTO t_${unique} VALUES (1)\nINSERT INTO t_${unique} VALUES (2)` });

      const { count, duration } = result as Readonly<Record<string, unknown>>;
      assert.equal(count, 3);
      assert.equal(typeof duration, "number");
      assert.deepEqual(await d1.rows(`SELECT count(*) AS n FROM t_${unique}`), [{ n: 2 }]);
    },
  }),
  d1Check({
    id: "d1.exec.error",
    promise: "exec() with an error says D1_EXEC_ERROR, and what comes after the error is not run",
    claims: ["D1-33"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      await d1.run({ op: "exec", sql: `CREATE TABLE t_${unique} (v)` });

      const [answer] = await d1.attempt([{ op: "exec", sql: `INSERT INTO t_${unique} VALUES (1)\nSELEC 1\nINSERT INTO t_${unique} VALUES (3)` }]);

      assertRefused(answer, /D1_EXEC_ERROR: /, /syntax error/);
      assert.deepEqual(await d1.rows(`SELECT * FROM t_${unique} WHERE v = 3`), []);
    },
  }),
];

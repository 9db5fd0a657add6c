// Batches: statements in order, as one transaction, seen whole or not at all. And transactions of one's own, which D1
// does not have.
import assert from "node:assert/strict";
import { memberOf } from "../tools/member.js";
import { d1Check } from "./check.js";
import { assertRefused, d1Client } from "./client.js";

/** Statements that fail after something was changed, by what makes them fail. */
const failures: Readonly<Record<string, (table: string) => readonly string[]>> = {
  "constraint": (t) => [`INSERT INTO ${t} VALUES (2, 'new')`, `INSERT INTO ${t} VALUES (1, 'again')`],
  "syntax": (t) => [`INSERT INTO ${t} VALUES (2, 'new')`, "SELEC 1"],
  "missing-table": (t) => [`UPDATE ${t} SET v = 'changed'`, `INSERT INTO ${t}_none VALUES (1)`],
  "first": (t) => ["SELEC 1", `INSERT INTO ${t} VALUES (2, 'new')`],
  "schema": (t) => [`CREATE TABLE ${t}_made (x)`, `ALTER TABLE ${t} ADD COLUMN w`, `INSERT INTO ${t} (id) VALUES (1)`],
  "deletion": (t) => [`DELETE FROM ${t}`, `DROP TABLE ${t}`, `SELECT * FROM ${t}`],
  "deferred-key": (t) => ["PRAGMA defer_foreign_keys = ON", `INSERT INTO ${t} VALUES (2, 'new')`, `INSERT INTO ${t}_child VALUES (99)`],
};

export const batchChecks = [
  ...Object.entries(failures).map(([what, statementsOf]) =>
    d1Check({
      id: `d1.batch.rollback.${what}`,
      promise: `a batch that fails (${what}) leaves the database as it was`,
      claims: ["D1-01"],
      async run({ fixture, unique }) {
        const d1 = d1Client(fixture);
        const t = `t_${unique}`;
        await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, v TEXT)`, `CREATE TABLE ${t}_child (parent REFERENCES ${t})`, `INSERT INTO ${t} VALUES (1, 'old')`);
        const before = await d1.rows(`SELECT type, name, sql FROM sqlite_master WHERE name LIKE 't_${unique}%' ORDER BY name`);

        const [answer] = await d1.attempt([{ op: "batch", statements: statementsOf(t).map((sql) => ({ sql })) }]);

        assertRefused(answer, /D1_ERROR/);
        assert.deepEqual(await d1.rows(`SELECT * FROM ${t}`), [{ id: 1, v: "old" }]);
        assert.deepEqual(await d1.rows(`SELECT * FROM ${t}_child`), []);
        assert.deepEqual(await d1.rows(`SELECT type, name, sql FROM sqlite_master WHERE name LIKE 't_${unique}%' ORDER BY name`), before);
      },
    }),
  ),
  d1Check({
    id: "d1.batch.order",
    promise: "the statements of a batch run in their order, and later ones see what earlier ones did",
    claims: ["D1-01"],
    async run({ fixture, unique }) {
      const t = `t_${unique}`;

      const results = await d1Client(fixture).batch(`CREATE TABLE ${t} (v)`, `INSERT INTO ${t} VALUES (1)`, `UPDATE ${t} SET v = v * 10`, `UPDATE ${t} SET v = v + 1`, `SELECT v FROM ${t}`, `DELETE FROM ${t}`, `SELECT count(*) AS n FROM ${t}`);

      assert.deepEqual(results[4]?.results, [{ v: 11 }]);
      assert.deepEqual(results[6]?.results, [{ n: 0 }]);
    },
  }),
  d1Check({
    id: "d1.batch.results",
    promise: "a batch gives one result per statement, in the order of the statements",
    async run({ fixture }) {
      const results = await d1Client(fixture).batch(...Array.from({ length: 20 }, (_, index) => ({ sql: "SELECT ? AS i", params: [index] })));

      assert.deepEqual(
        results.map(({ results: [row] }) => row?.["i"]),
        Array.from({ length: 20 }, (_, index) => index),
      );
    },
  }),
  d1Check({
    id: "d1.batch.large",
    promise: "a batch of 500 statements is one transaction like any other",
    claims: ["D1-01"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const t = `t_${unique}`;
      await d1.rows(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, v)`);
      const inserts = (from: number): { readonly sql: string; readonly params: readonly number[] }[] => Array.from({ length: 500 }, (_, index) => ({ sql: `INSERT INTO ${t} VALUES (?, ?)`, params: [from + index, index] }));

      await d1.batch(...inserts(0));
      const [answer] = await d1.attempt([{ op: "batch", statements: [...inserts(500), { sql: `INSERT INTO ${t} VALUES (0, 0)` }] }]);

      assertRefused(answer, /UNIQUE constraint failed/);
      assert.deepEqual(await d1.rows(`SELECT count(*) AS n, sum(v) AS total FROM ${t}`), [{ n: 500, total: 124_750 }]);
    },
  }),
  d1Check({
    id: "d1.batch.concurrent",
    promise: "batches that run at once do not mix: each sees its own steps only",
    claims: ["D1-01"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const t = `t_${unique}`;
      await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, v)`, `INSERT INTO ${t} VALUES (1, 0), (2, 0)`);
      // Between its two steps the rows differ; nobody else may see that, and no step of another may come between.
      const step = { op: "batch" as const, statements: [{ sql: `UPDATE ${t} SET v = v + 1 WHERE id = 1` }, { sql: `UPDATE ${t} SET v = (SELECT v FROM ${t} WHERE id = 1) WHERE id = 2` }, { sql: `SELECT group_concat(v) AS both FROM ${t}` }] };

      const answers = await Promise.all(Array.from({ length: 8 }, () => d1.all([{ op: "concurrent", operations: Array.from({ length: 5 }, () => step) }, { op: "first", sql: `SELECT count(DISTINCT v) AS n FROM ${t}`, column: "n" }])));

      for (const [, distinct] of answers) assert.equal(distinct, 1, "a query between batches sees both rows equal");
      assert.deepEqual(await d1.rows(`SELECT DISTINCT v FROM ${t}`), [{ v: 40 }]);
    },
  }),
  d1Check({
    id: "d1.batch.dirty",
    promise: "what a batch does is seen by nobody when the batch fails, neither afterwards nor meanwhile",
    claims: ["D1-01"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const t = `t_${unique}`;
      await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, v)`, `INSERT INTO ${t} VALUES (1, 'clean')`);
      const read = { op: "first" as const, sql: `SELECT v FROM ${t}`, column: "v" };
      const failing = { op: "batch" as const, statements: [{ sql: `UPDATE ${t} SET v = 'dirty'` }, { sql: `INSERT INTO ${t} VALUES (1, 'taken')` }] };

      const answers = await d1.run({ op: "concurrent", operations: [failing, read, read, read, failing, read, read, read] });

      assert.deepEqual(Array.isArray(answers) ? answers.map((answer) => memberOf(answer, "value") ?? "refused") : answers, ["refused", "clean", "clean", "clean", "refused", "clean", "clean", "clean"]);
      assert.equal(await d1.run(read), "clean");
    },
  }),
  d1Check({
    id: "d1.batch.skew",
    promise: "batches that check what another is changing do not both go ahead: an account is never overdrawn",
    claims: ["D1-01"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const t = `t_${unique}`;
      await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, v INTEGER)`, `CREATE TABLE ${t}_seen (who INTEGER PRIMARY KEY, total INTEGER)`);
      // Each looks at the sum of both accounts, and takes all of it from its own.
      const withdrawal = (who: number) => ({ op: "batch" as const, statements: [{ sql: `INSERT INTO ${t}_seen SELECT ${who}, sum(v) FROM ${t}` }, { sql: `UPDATE ${t} SET v = v - 100 WHERE id = ${who} AND (SELECT total FROM ${t}_seen WHERE who = ${who}) >= 100` }] });

      for (let round = 0; round < 3; round++) {
        await d1.batch(`DELETE FROM ${t}`, `DELETE FROM ${t}_seen`, `INSERT INTO ${t} VALUES (1, 50), (2, 50)`);
        await d1.run({ op: "concurrent", operations: [withdrawal(1), withdrawal(2)] });

        assert.deepEqual(await d1.rows(`SELECT sum(v) AS left_over FROM ${t}`), [{ left_over: 0 }]);
      }
    },
  }),
  d1Check({
    id: "d1.write.concurrent",
    promise: "writes of many invocations at once are all made, one after the other",
    claims: ["SEED-26"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const t = `t_${unique}`;
      await d1.batch(`CREATE TABLE ${t} (n INTEGER)`, `INSERT INTO ${t} VALUES (0)`);

      await Promise.all(Array.from({ length: 10 }, () => d1.run({ op: "repeat", sql: `UPDATE ${t} SET n = n + 1`, times: 10 })));

      assert.deepEqual(await d1.rows(`SELECT n FROM ${t}`), [{ n: 100 }]);
    },
  }),
  ...(["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s"] as const).map((sql) =>
    d1Check({
      id: `d1.transaction.refused.${sql.split(" ")[0]?.toLowerCase() ?? ""}`,
      promise: `${sql.split(" ")[0] ?? ""} is refused: transactions are batches`,
      async run({ fixture }) {
        const d1 = d1Client(fixture);

        const [answer] = await d1.attempt([{ op: "run", sql }]);

        assertRefused(answer, /D1_ERROR/);
        assert.deepEqual(await d1.rows("SELECT 1 AS one"), [{ one: 1 }]);
      },
    }),
  ),
];

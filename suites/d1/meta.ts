// The numbers beside a result: what a query cost and changed, and who answered it.
import assert from "node:assert/strict";
import type { CheckContext } from "../check.js";
import { d1Check } from "./check.js";
import { type D1Client, type D1Result, d1Client, resultOf } from "./client.js";

/** A table of so many rows, with an index on k. */
async function filled({ fixture, unique }: CheckContext, rows: number): Promise<D1Client> {
  const d1 = d1Client(fixture);
  await d1.batch(
    `CREATE TABLE t_${unique} (id INTEGER PRIMARY KEY, k INTEGER, v TEXT)`,
    `CREATE INDEX i_${unique} ON t_${unique} (k)`,
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO t_${unique} SELECT i, i % 10, 'v' || i FROM n`,
  );
  return d1;
}

async function metaOf(d1: D1Client, sql: string): Promise<D1Result["meta"]> {
  return resultOf(await d1.run({ op: "run", sql })).meta;
}

const numbers = ["duration", "changes", "last_row_id", "size_after", "rows_read", "rows_written"] as const;

export const metaChecks = [
  d1Check({
    id: "d1.meta.fields",
    promise: "meta has served_by, duration, timings.sql_duration_ms, changes, last_row_id, changed_db, size_after, rows_read and rows_written, each of its type",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 1);

      for (const sql of [`SELECT * FROM t_${context.unique}`, `UPDATE t_${context.unique} SET v = 'w'`]) {
        const meta = await metaOf(d1, sql);

        for (const name of numbers) assert.equal(typeof meta[name], "number", `meta.${name} of ${sql} is a number: ${JSON.stringify(meta)}`);
        assert.equal(typeof meta["served_by"], "string", `meta.served_by: ${JSON.stringify(meta)}`);
        assert.equal(typeof meta["changed_db"], "boolean", `meta.changed_db: ${JSON.stringify(meta)}`);
        const timings = meta["timings"];
        assert.equal(typeof timings === "object" && timings !== null ? typeof Reflect.get(timings, "sql_duration_ms") : "absent", "number", `meta.timings.sql_duration_ms: ${JSON.stringify(meta)}`);
      }
    },
  }),
  d1Check({
    id: "d1.meta.changes",
    promise: "meta.changes counts the rows that were inserted, updated or deleted, and is 0 for a query",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 20);
      const t = `t_${context.unique}`;

      const changes = [];
      for (const sql of [`INSERT INTO ${t} (k) VALUES (1), (2), (3)`, `UPDATE ${t} SET v = 'w' WHERE id <= 5`, `DELETE FROM ${t} WHERE id <= 2`, `UPDATE ${t} SET v = 'w' WHERE 0`, `SELECT * FROM ${t}`]) changes.push((await metaOf(d1, sql))["changes"]);

      assert.deepEqual(changes, [3, 5, 2, 0, 0]);
    },
  }),
  d1Check({
    id: "d1.meta.last-row-id",
    promise: "meta.last_row_id is the row that was inserted last",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 3);

      const ids = [];
      for (const sql of [`INSERT INTO t_${context.unique} (k) VALUES (1)`, `INSERT INTO t_${context.unique} (id) VALUES (70), (90)`]) ids.push((await metaOf(d1, sql))["last_row_id"]);

      assert.deepEqual(ids, [4, 90]);
    },
  }),
  d1Check({
    id: "d1.meta.changed",
    promise: "meta.changed_db is true for a write and false for a query",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 1);

      assert.equal((await metaOf(d1, `UPDATE t_${context.unique} SET v = 'w'`))["changed_db"], true);
      assert.equal((await metaOf(d1, `SELECT * FROM t_${context.unique}`))["changed_db"], false);
    },
  }),
  d1Check({
    id: "d1.meta.rows-read",
    promise: "meta.rows_read counts the rows that were looked at: all in a scan, few by an index",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 500);

      const scan = (await metaOf(d1, `SELECT count(*) FROM t_${context.unique} WHERE v LIKE '%9'`))["rows_read"];
      const byIndex = (await metaOf(d1, `SELECT v FROM t_${context.unique} WHERE k = 3`))["rows_read"];

      assert.ok(Number(scan) >= 500, `a scan of 500 rows reads as many; rows_read is ${String(scan)}`);
      assert.ok(Number(byIndex) >= 50 && Number(byIndex) <= 150, `an index finds 50 rows by reading about as many; rows_read is ${String(byIndex)}`);
    },
  }),
  d1Check({
    id: "d1.meta.rows-written",
    promise: "meta.rows_written counts rows and their entries in indexes, and is 0 for a query",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 1);

      const insert = (await metaOf(d1, `INSERT INTO t_${context.unique} (k) VALUES (1), (2)`))["rows_written"];
      const query = (await metaOf(d1, `SELECT * FROM t_${context.unique}`))["rows_written"];

      assert.equal(insert, 4, "two rows and two entries of the index");
      assert.equal(query, 0);
    },
  }),
  d1Check({
    id: "d1.meta.size",
    promise: "meta.size_after is the size of the database in bytes, and grows with it",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 1);

      const before = Number((await metaOf(d1, "SELECT 1"))["size_after"]);
      const after = Number((await metaOf(d1, `INSERT INTO t_${context.unique} (v) VALUES (hex(zeroblob(200000)))`))["size_after"]);

      assert.ok(before > 0, `the size is more than nothing: ${before}`);
      assert.ok(after >= before + 300_000, `400,000 characters more make it grow by as much: ${before} before, ${after} after`);
    },
  }),
  d1Check({
    id: "d1.meta.batch",
    promise: "in a batch each result has the meta of its own statement",
    claims: ["D1-17"],
    async run(context) {
      const d1 = await filled(context, 10);
      const t = `t_${context.unique}`;

      const results = await d1.batch(`INSERT INTO ${t} (id) VALUES (100)`, `UPDATE ${t} SET v = 'w' WHERE id <= 4`, `SELECT * FROM ${t}`);

      assert.deepEqual(
        results.map(({ meta }) => meta["changes"]),
        [1, 4, 0],
      );
      assert.equal(results[0]?.meta["last_row_id"], 100);
    },
  }),
  d1Check({
    id: "d1.meta.attempts",
    promise: "meta.total_attempts of a query that succeeded at once is 1",
    claims: ["D1-31"],
    async run({ fixture }) {
      assert.equal((await metaOf(d1Client(fixture), "SELECT 1"))["total_attempts"], 1);
    },
  }),
  d1Check({
    id: "d1.meta.served",
    promise: "each result says which region served it and whether that was the primary, from every PoP and in every kind of session",
    claims: ["D1-16"],
    level: "distributed",
    pops: 2,
    needs: ["d1.replicas"],
    async run({ fixture, target }) {
      const regions = new Set(["ENAM", "WNAM", "WEUR", "EEUR", "APAC", "OC", "SAM", "AFR", "ME"]);
      for (const pop of target.pops) {
        const results = await d1Client(fixture, pop.id).all([
          { op: "all", sql: "SELECT 1" },
          { op: "all", sql: "SELECT 1", session: "any" },
          { op: "all", sql: "SELECT 1", session: "primary", start: "first-primary" },
        ]);

        for (const { meta } of results.map(resultOf)) {
          assert.equal(typeof meta["served_by_primary"], "boolean", `meta.served_by_primary at ${pop.id}: ${JSON.stringify(meta)}`);
          assert.ok(regions.has(String(meta["served_by_region"])), `meta.served_by_region at ${pop.id} is a region: ${JSON.stringify(meta)}`);
        }
      }
    },
  }),
];

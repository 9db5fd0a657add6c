// Databases as a whole: apart from each other, one for all PoPs, kept when isolates go, and filled from a real export.
import assert from "node:assert/strict";
import { d1Check } from "./check.js";
import { assertRefused, d1Client } from "./client.js";
import { northwind } from "./northwind.js";

export const databaseChecks = [
  d1Check({
    id: "d1.database.apart",
    promise: "what is in one database is not in another",
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      await d1.run({ op: "run", sql: `CREATE TABLE t_${unique} (v)` });

      const [answer] = await d1.attempt([{ op: "all", database: "OTHER", sql: `SELECT * FROM t_${unique}` }]);

      assertRefused(answer, /no such table/);
    },
  }),
  d1Check({
    id: "d1.database.kept",
    promise: "what was written outlives the isolates that wrote it",
    needs: ["evict"],
    async run({ fixture, unique, verbs }) {
      const d1 = d1Client(fixture);
      await d1.batch(`CREATE TABLE t_${unique} (v)`, `INSERT INTO t_${unique} VALUES ('kept')`);

      await verbs.evict(fixture.deployment.deploymentId);

      assert.deepEqual(await d1.rows(`SELECT v FROM t_${unique}`), [{ v: "kept" }]);
    },
  }),
  d1Check({
    id: "d1.database.shared",
    promise: "deployments that bind the same database see the same data",
    needs: ["workers.multiple"],
    async run(context) {
      const { fixture, unique } = context;
      const d1 = d1Client(fixture);
      await d1.batch(`CREATE TABLE t_${unique} (v)`, `INSERT INTO t_${unique} VALUES (1)`);
      const second = d1Client(await context.deploy({ name: "d1-second", program: new URL("../fixtures/d1.worker.js", import.meta.url), bindings: [{ kind: "d1", name: "DB", database: "edgemark-d1-suite" }] }));

      await second.rows(`UPDATE t_${unique} SET v = v + 1`);

      assert.deepEqual(await d1.rows(`SELECT v FROM t_${unique}`), [{ v: 2 }]);
    },
  }),
  d1Check({
    id: "d1.database.everywhere",
    promise: "without a session every PoP reads what any PoP has written, at once",
    claims: ["D1-13"],
    level: "distributed",
    pops: 2,
    async run({ fixture, unique, target }) {
      const clients = target.pops.map((pop) => d1Client(fixture, pop.id));
      await clients[0]?.rows(`CREATE TABLE t_${unique} (v INTEGER)`);

      for (const [index, writer] of clients.entries()) {
        await writer.rows(`INSERT INTO t_${unique} VALUES (${index})`);
        for (const [at, reader] of clients.entries()) assert.deepEqual(await reader.rows(`SELECT max(v) AS v FROM t_${unique}`), [{ v: index }], `written at ${target.pops[index]?.id ?? ""}, read at ${target.pops[at]?.id ?? ""}`);
      }
    },
  }),
  d1Check({
    id: "d1.database.counter",
    promise: "a counter that all PoPs raise at once misses none of it",
    claims: ["SEED-26"],
    level: "distributed",
    pops: 2,
    async run({ fixture, unique, target }) {
      const clients = target.pops.map((pop) => d1Client(fixture, pop.id));
      await clients[0]?.batch(`CREATE TABLE t_${unique} (n INTEGER)`, `INSERT INTO t_${unique} VALUES (0)`);

      await Promise.all(clients.map((client) => client.run({ op: "repeat", sql: `UPDATE t_${unique} SET n = n + 1`, times: 15 })));

      assert.deepEqual(await clients[0]?.rows(`SELECT n FROM t_${unique}`), [{ n: 15 * clients.length }]);
    },
  }),
  d1Check({
    id: "d1.import",
    promise: "the schema and data of a trading company, some megabytes, are imported in batches and can be asked about",
    timeoutMs: 60_000,
    async run({ fixture, unique, seed, profile }) {
      const d1 = d1Client(fixture);
      const data = northwind(`n_${unique}_`, seed, profile === "quick" ? 4_000 : 16_000);

      await d1.batch(...data.schema);
      for (const statements of data.batches) await d1.run({ op: "batch", statements }, { deadlineMs: 20_000 });

      const [[counts], [turnover], problems] = [await d1.rows(data.questions.counts), await d1.rows(data.questions.turnover), await d1.rows("PRAGMA foreign_key_check")];
      assert.deepEqual(counts, data.answers.counts);
      assert.deepEqual(turnover, data.answers.turnover);
      assert.deepEqual(problems, []);
      assert.match(JSON.stringify(await d1.rows(`EXPLAIN QUERY PLAN ${data.questions.byCustomer}`)), /USING (COVERING )?INDEX/);
    },
  }),
];

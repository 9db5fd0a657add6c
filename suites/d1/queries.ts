// What a statement gives: all(), first(), raw() and run(), the result's form, and what goes in and out as values.
import assert from "node:assert/strict";
import { d1Check } from "./check.js";
import { assertRefused, d1Client, resultOf } from "./client.js";

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
    id: "d1.result.first",
    promise: "first() gives the first row as an object",
    async run({ fixture }) {
      const first = await d1Client(fixture).run({ op: "first", sql: "SELECT 1 AS one, 'x' AS text UNION ALL SELECT 2, 'y' ORDER BY one" });

      assert.deepEqual(first, { one: 1, text: "x" });
    },
  }),
  d1Check({
    id: "d1.error.sql",
    promise: "a syntax error is an error that begins with D1_ERROR and names what is wrong",
    async run({ fixture }) {
      const [answer] = await d1Client(fixture).attempt([{ op: "all", sql: "SELEC 1" }]);

      assertRefused(answer, /D1_ERROR: near "SELEC": syntax error/);
    },
  }),
];

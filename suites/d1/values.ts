// Values: what a worker binds is what it reads back, and what cannot be bound is refused.
import assert from "node:assert/strict";
import { d1Check } from "./check.js";
import { assertRefused, d1Client } from "./client.js";

interface Kept {
  readonly id: string;
  readonly promise: string;
  readonly bound: readonly unknown[];
  readonly read: readonly unknown[];
}

const kept: readonly Kept[] = [
  { id: "null", promise: "null is NULL and comes back as null", bound: [null], read: [null] },
  { id: "number", promise: "whole numbers up to 2^53 - 1 and fractions come back exactly", bound: [0, 1, -1, 9007199254740991, -9007199254740991, 0.1, -2.5e-300, 1.7976931348623157e308], read: [0, 1, -1, 9007199254740991, -9007199254740991, 0.1, -2.5e-300, 1.7976931348623157e308] },
  { id: "text", promise: "text comes back as it was, in every script, with quotes and line ends", bound: ["", "it's \"quoted\"", "漢字 ∀ 😀", "a\r\nb\tc"], read: ["", "it's \"quoted\"", "漢字 ∀ 😀", "a\r\nb\tc"] },
  { id: "boolean", promise: "true and false are 1 and 0", bound: [{ special: "true" }, { special: "false" }], read: [1, 0] },
  { id: "array-buffer", promise: "an ArrayBuffer is a BLOB and comes back as an array of bytes", bound: [{ base64: "AP8B" }], read: [[0, 255, 1]] },
  { id: "view", promise: "a typed array is a BLOB", bound: [{ base64: "AP8B", as: "view" }], read: [[0, 255, 1]] },
  { id: "bytes", promise: "an array of bytes is a BLOB", bound: [{ base64: "AP8B", as: "array" }], read: [[0, 255, 1]] },
];

export const valueChecks = [
  ...kept.map(({ id, promise, bound, read }) =>
    d1Check({
      id: `d1.value.${id}`,
      promise,
      async run({ fixture, unique }) {
        const d1 = d1Client(fixture);
        await d1.batch(`CREATE TABLE t_${unique} (id INTEGER PRIMARY KEY, v)`, ...bound.map((value) => ({ sql: `INSERT INTO t_${unique} (v) VALUES (?)`, params: [value] })));

        const rows = await d1.rows(`SELECT v FROM t_${unique} ORDER BY id`);

        assert.deepEqual(
          rows.map((row) => row["v"]),
          read,
        );
      },
    }),
  ),
  ...["undefined", "bigint", "symbol", "object", "function"].map((special) =>
    d1Check({
      id: `d1.value.refused.${special}`,
      promise: `a value of type ${special} is refused with D1_TYPE_ERROR`,
      async run({ fixture }) {
        const [answer] = await d1Client(fixture).attempt([{ op: "all", sql: "SELECT ?", params: [{ special }] }]);

        // A symbol cannot even be put into the message.
        if (special === "symbol") assertRefused(answer, /D1_TYPE_ERROR|TypeError/);
        else assertRefused(answer, /D1_TYPE_ERROR: Type '/);
      },
    }),
  ),
  d1Check({
    id: "d1.value.affinity",
    promise: "a bound number becomes what the column is declared as",
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      await d1.batch(`CREATE TABLE t_${unique} (i INTEGER, r REAL, t TEXT)`, { sql: `INSERT INTO t_${unique} VALUES (?1, ?1, ?1)`, params: [42] });

      const [row] = await d1.rows(`SELECT typeof(i) AS i, typeof(r) AS r, typeof(t) AS t FROM t_${unique}`);

      assert.deepEqual(row, { i: "integer", r: "real", t: "text" });
    },
  }),
  d1Check({
    id: "d1.value.inert",
    promise: "what is bound is never read as SQL",
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const hostile = `x'); DROP TABLE t_${unique}; --`;
      await d1.batch(`CREATE TABLE t_${unique} (v)`, { sql: `INSERT INTO t_${unique} VALUES (?)`, params: [hostile] });

      assert.deepEqual(await d1.rows(`SELECT v FROM t_${unique} WHERE v = ?`, hostile), [{ v: hostile }]);
    },
  }),
];

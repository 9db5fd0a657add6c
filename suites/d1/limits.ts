// Documented limits of D1, each tested on both sides: what is just allowed works, what is just over is refused, and the
// database is as it was.
import assert from "node:assert/strict";
import type { CheckContext } from "../check.js";
import { d1Check } from "./check.js";
import { assertRefused, d1Client, type D1Operation } from "./client.js";

/** What is just allowed succeeds; what is just over is refused, and changes nothing. */
async function assertLimit({ fixture, unique }: CheckContext, make: (table: string) => string, allowed: (table: string) => D1Operation, over: (table: string) => D1Operation, words: RegExp): Promise<void> {
  const d1 = d1Client(fixture);
  const t = `t_${unique}`;
  await d1.run({ op: "run", sql: make(t) });

  await d1.run(allowed(t), { deadlineMs: 15_000 });
  const before = await d1.rows(`SELECT count(*) AS n FROM ${t}`);
  const [answer] = await d1.attempt([over(t)], { deadlineMs: 15_000 });

  assertRefused(answer, /D1_ERROR|D1_TYPE_ERROR/, words);
  assert.deepEqual(await d1.rows(`SELECT count(*) AS n FROM ${t}`), before);
}

/** A statement of exactly so many bytes. */
function longInsert(table: string, bytes: number, filler = "x"): string {
  const [head, tail] = [`INSERT INTO ${table} VALUES ('`, "')"];
  const left = bytes - Buffer.byteLength(head + tail);
  return head + filler.repeat(Math.floor(left / Buffer.byteLength(filler))) + "x".repeat(left % Buffer.byteLength(filler)) + tail;
}

const list = (count: number, item: (index: number) => string): string => Array.from({ length: count }, (_, index) => item(index)).join(", ");

export const limitChecks = [
  d1Check({
    id: "d1.limit.statement",
    promise: "a statement of 100,000 bytes runs, a longer one is refused",
    claims: ["D1-25"],
    async run(context) {
      const most = context.threshold("D1-25");

      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, (t) => ({ op: "run", sql: longInsert(t, most) }), (t) => ({ op: "run", sql: longInsert(t, most + 1) }), /statement too long|too big|too long/i);
    },
  }),
  d1Check({
    id: "d1.limit.statement.bytes",
    promise: "a statement's length counts bytes of UTF-8 and not characters",
    claims: ["D1-25"],
    async run(context) {
      const most = context.threshold("D1-25");

      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, (t) => ({ op: "run", sql: longInsert(t, most, "漢") }), (t) => ({ op: "run", sql: longInsert(t, most + 3, "漢") }), /statement too long|too big|too long/i);
    },
  }),
  d1Check({
    id: "d1.limit.statement.batch",
    promise: "the limit of a statement holds for each of a batch: together they may be longer",
    claims: ["D1-25", "D1-01"],
    async run(context) {
      const most = context.threshold("D1-25");
      const batch = (t: string, lengths: readonly number[]): D1Operation => ({ op: "batch", statements: lengths.map((bytes) => ({ sql: longInsert(t, bytes) })) });

      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, (t) => batch(t, [most, most, most]), (t) => batch(t, [100, most + 1]), /statement too long|too big|too long/i);
    },
  }),
  d1Check({
    id: "d1.limit.parameters",
    promise: "a query takes 100 bound parameters, and refuses 101",
    claims: ["D1-26"],
    async run(context) {
      const most = context.threshold("D1-26");
      const query = (t: string, count: number): D1Operation => ({ op: "run", sql: `INSERT INTO ${t} VALUES ${list(count, () => "(?)")}`, params: Array.from({ length: count }, (_, index) => index) });

      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, (t) => query(t, most), (t) => query(t, most + 1), /too many SQL variables|variable/i);
    },
  }),
  d1Check({
    id: "d1.limit.columns",
    promise: "a table has up to 100 columns, and 101 are refused",
    claims: ["D1-27"],
    async run(context) {
      const most = context.limit("D1-27", "columns");
      const table = (t: string, count: number): D1Operation => ({ op: "run", sql: `CREATE TABLE ${t}_${count} (${list(count, (index) => `c${index}`)})` });

      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, (t) => table(t, most), (t) => table(t, most + 1), /too many columns/);
    },
  }),
  d1Check({
    id: "d1.limit.arguments",
    promise: "a function takes up to 32 arguments, and 33 are refused",
    claims: ["D1-27"],
    async run(context) {
      const most = context.limit("D1-27", "arguments");
      const query = (count: number): D1Operation => ({ op: "run", sql: `SELECT max(${list(count, String)})` });

      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, () => query(most), () => query(most + 1), /too many arguments/);
    },
  }),
  d1Check({
    id: "d1.limit.pattern",
    promise: "a LIKE or GLOB pattern has up to 50 bytes, and 51 are refused",
    claims: ["D1-27"],
    async run(context) {
      const most = context.limit("D1-27", "patternBytes");
      for (const operator of ["LIKE", "GLOB"]) {
        const query = (bytes: number): D1Operation => ({ op: "run", sql: `SELECT 'a' ${operator} ?`, params: ["a".repeat(bytes)] });

        await assertLimit(context, (t) => `CREATE TABLE ${t}_${operator} (v)`.replace(`${t}_LIKE`, t).replace(`CREATE TABLE ${t}_GLOB`, `CREATE TABLE IF NOT EXISTS ${t}`), () => query(most), () => query(most + 1), /pattern too complex/);
      }
    },
  }),
  d1Check({
    id: "d1.limit.text",
    promise: "a text of 2,000,000 bytes is kept, a longer one is refused",
    claims: ["D1-24"],
    timeoutMs: 40_000,
    async run(context) {
      const most = context.threshold("D1-24");
      const insert = (t: string, bytes: number): D1Operation => ({ op: "run", sql: `INSERT INTO ${t} VALUES (?)`, params: [{ repeat: "x", times: bytes }] });

      // The row's own header counts as well, so a text that fills the limit alone is a little shorter.
      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, (t) => insert(t, most - 100), (t) => insert(t, most + 1), /too big/);

      assert.deepEqual(await d1Client(context.fixture).rows(`SELECT length(v) AS n FROM t_${context.unique}`), [{ n: most - 100 }]);
    },
  }),
  d1Check({
    id: "d1.limit.blob",
    promise: "a BLOB of nearly 2,000,000 bytes is kept, one over 2,000,000 is refused",
    claims: ["D1-24"],
    timeoutMs: 40_000,
    async run(context) {
      const most = context.threshold("D1-24");
      const insert = (t: string, bytes: number): D1Operation => ({ op: "run", sql: `INSERT INTO ${t} VALUES (?)`, params: [{ zeros: bytes }] });

      await assertLimit(context, (t) => `CREATE TABLE ${t} (v)`, (t) => insert(t, most - 100), (t) => insert(t, most + 1), /too big/);

      assert.deepEqual(await d1Client(context.fixture).rows(`SELECT length(v) AS n FROM t_${context.unique}`), [{ n: most - 100 }]);
    },
  }),
  d1Check({
    id: "d1.limit.connections",
    promise: "an invocation may ask more than six queries at once: the others wait, and all are answered",
    claims: ["D1-30"],
    async run(context) {
      const times = context.threshold("D1-30") * 4;

      const value = await d1Client(context.fixture).run({ op: "repeat", sql: "SELECT 1", times });

      assert.deepEqual(value, { done: times, failed: null });
    },
  }),
  d1Check({
    id: "d1.limit.queries",
    promise: "an invocation may ask 1,000 queries",
    claims: ["D1-29"],
    profiles: ["full", "nightly"],
    timeoutMs: 60_000,
    async run(context) {
      const times = context.threshold("D1-29");

      const value = await d1Client(context.fixture).run({ op: "repeat", sql: "SELECT 1", times }, { deadlineMs: 50_000 });

      assert.deepEqual(value, { done: times, failed: null });
    },
  }),
];

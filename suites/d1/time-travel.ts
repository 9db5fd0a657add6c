// Time Travel: bookmarks of moments, going back to one, and what is refused and changes nothing.
import assert from "node:assert/strict";
import type { Check, CheckContext } from "../check.js";
import { d1Client } from "./client.js";
import { clockMs, contents, deadlineMs, moment, refusal, type Traveller, travellerOf, timeTravelCheck } from "./traveller.js";

const dayMs = 24 * 3_600_000;

/** What is no point to go back to, and what the refusal must speak of. */
const refusedPoints: Readonly<Record<string, { readonly promise: string; readonly speaksOf: RegExp; readonly point: (traveller: Traveller, context: CheckContext) => Promise<string | number> }>> = {
  "text": { promise: "what is no bookmark", speaksOf: /bookmark/i, point: async () => "not-a-bookmark" },
  "another": {
    promise: "a bookmark of another database",
    speaksOf: /bookmark/i,
    async point({ t, database }, { fixture: deployed, verbs }) {
      await d1Client(deployed, undefined, "OTHER").rows(`CREATE TABLE ${t} (v)`);
      return verbs.bookmarkDatabase({ ...database, binding: "OTHER" });
    },
  },
  "gone": {
    promise: "a moment before all that is kept",
    speaksOf: /time|bookmark/i,
    // A day more than is documented, by the database's own clock.
    point: async ({ d1 }, context) => (await clockMs(d1)) - (context.limit("D1-20", "paidDays") + 1) * dayMs,
  },
};

export const timeTravelChecks: readonly Check[] = [
  timeTravelCheck({
    id: "d1.time-travel.restore",
    promise: "a restore makes a database, in place, what it was at the bookmark: rows, tables, indexes, views, triggers and numbering",
    claims: ["D1-21"],
    database: "RESTORE",
    async travel(traveller) {
      const { d1, t, bookmark, restore } = traveller;
      await d1.batch(`CREATE TABLE ${t}_a (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT)`, `CREATE TABLE ${t}_log (v)`, `CREATE INDEX ${t}_i ON ${t}_a (v)`, `CREATE TRIGGER ${t}_g AFTER INSERT ON ${t}_a BEGIN INSERT INTO ${t}_log VALUES (new.v); END`, `CREATE VIEW ${t}_w AS SELECT count(*) AS n FROM ${t}_a`);
      await d1.batch(`INSERT INTO ${t}_a (v) VALUES ('one'), ('two'), ('it''s three')`, `DELETE FROM ${t}_a WHERE id = 3`);
      const before = await contents(traveller);
      const point = await bookmark();
      await d1.batch(`UPDATE ${t}_a SET v = 'changed'`, `DROP TRIGGER ${t}_g`, `DROP VIEW ${t}_w`, `DROP INDEX ${t}_i`, `ALTER TABLE ${t}_a ADD COLUMN w`, `CREATE TABLE ${t}_new (x)`);
      await d1.batch(`INSERT INTO ${t}_a (v) VALUES ('four')`, `DROP TABLE ${t}_log`);

      await restore(point);

      assert.deepEqual(await contents(traveller), before);
      await d1.rows(`INSERT INTO ${t}_a (v) VALUES ('next')`);
      assert.deepEqual(await d1.rows(`SELECT max(id) AS id, (SELECT n FROM ${t}_w) AS n, (SELECT count(*) FROM ${t}_log) AS logged FROM ${t}_a`), [{ id: 4, n: 3, logged: 4 }]);
    },
  }),
  timeTravelCheck({
    id: "d1.time-travel.undo",
    promise: "a restore gives the bookmark that undoes it, and takes no bookmark away: earlier and later ones stay points to go to",
    claims: ["D1-21"],
    database: "UNDO",
    async travel(traveller) {
      const { d1, t, bookmark, restore } = traveller;
      const states: { readonly point: string; readonly v: number }[] = [];
      await d1.batch(`CREATE TABLE ${t} (v)`, `INSERT INTO ${t} VALUES (0)`);
      for (let v = 1; v <= 3; v++) {
        await d1.rows(`UPDATE ${t} SET v = ${v}`);
        states.push({ point: await bookmark(), v });
      }
      const last = await contents(traveller);

      const { previousBookmark } = await restore(states[1]?.point ?? "");
      const back = await d1.rows(`SELECT v FROM ${t}`);
      await d1.rows(`INSERT INTO ${t} VALUES ('after')`);
      await restore(previousBookmark);

      assert.deepEqual(back, [{ v: 2 }]);
      assert.deepEqual(await contents(traveller), last, "undone");
      for (const { point, v } of [...states].reverse()) {
        await restore(point);
        assert.deepEqual(await d1.rows(`SELECT v FROM ${t}`), [{ v }], `at the bookmark after write ${v}`);
      }
    },
  }),
  timeTravelCheck({
    id: "d1.time-travel.moment",
    promise: "a moment is always the same bookmark, whatever is written later, and the database can go back to it",
    claims: ["D1-19", "D1-21"],
    database: "MOMENT",
    async travel({ d1, t, bookmark, restore }, context) {
      await d1.batch(`CREATE TABLE ${t} (v)`, `INSERT INTO ${t} VALUES ('first')`);
      const atMs = await moment(context, d1);
      await d1.rows(`INSERT INTO ${t} VALUES ('second')`);

      const seen = await bookmark(atMs);
      await d1.rows(`INSERT INTO ${t} VALUES ('third')`);
      const again = await bookmark(atMs);
      const now = await bookmark();
      await restore(atMs);

      assert.equal(again, seen);
      assert.ok(seen < now, `a moment's bookmark sorts before a later one: ${seen}, then ${now}`);
      assert.deepEqual(await d1.rows(`SELECT v FROM ${t}`), [{ v: "first" }]);
      assert.equal(await bookmark(atMs), seen, "after the restore too");
    },
  }),
  timeTravelCheck({
    id: "d1.time-travel.bookmark",
    promise: "bookmarks of Time Travel and of sessions are the same thing: they sort together, and a restore is a later point",
    claims: ["D1-19"],
    database: "BOOKMARK",
    async travel({ d1, t, bookmark, restore }) {
      const sorted: string[] = [];
      await d1.rows(`CREATE TABLE ${t} (v)`);
      for (let v = 1; v <= 3; v++) {
        const [, session] = await d1.all([{ op: "run", session: "s", start: "first-primary", sql: `INSERT INTO ${t} VALUES (${v})` }, { op: "bookmark", session: "s" }]);
        sorted.push(String(session));
        await d1.rows(`INSERT INTO ${t} VALUES (${v} * 10)`);
        sorted.push(await bookmark());
      }

      const restored = await restore(sorted[0] ?? "");

      assert.deepEqual([...sorted, restored.bookmark], [...sorted, restored.bookmark].sort());
      assert.equal(new Set([...sorted, restored.bookmark]).size, 7);
      assert.equal(restored.previousBookmark, sorted[5]);
      assert.deepEqual(await d1.rows(`SELECT v FROM ${t}`), [{ v: 1 }]);
    },
  }),
  timeTravelCheck({
    id: "d1.time-travel.apart",
    promise: "a restore leaves other databases alone",
    claims: ["D1-21"],
    database: "APART",
    async travel({ d1, t, bookmark, restore }, context) {
      const near = travellerOf(context, "NEAR");
      for (const each of [d1, near.d1]) await each.batch(`CREATE TABLE ${t} (v)`, `INSERT INTO ${t} VALUES ('old')`);
      const point = await bookmark();
      const nearPoint = await near.bookmark();
      for (const each of [d1, near.d1]) await each.rows(`UPDATE ${t} SET v = 'new'`);

      await restore(point);

      assert.deepEqual([await d1.rows(`SELECT v FROM ${t}`), await near.d1.rows(`SELECT v FROM ${t}`)], [[{ v: "old" }], [{ v: "new" }]]);
      await near.restore(nearPoint);
      assert.deepEqual(await near.d1.rows(`SELECT v FROM ${t}`), [{ v: "old" }]);
    },
  }),
  ...Object.entries(refusedPoints).map(([what, { promise, speaksOf, point }]) =>
    timeTravelCheck({
      id: `d1.time-travel.refused.${what}`,
      promise: `a restore to ${promise} is refused, and leaves the database as it was`,
      claims: what === "gone" ? ["D1-20", "D1-21"] : ["D1-21"],
      database: "REFUSED",
      async travel(traveller, context) {
        const { d1, t, bookmark, restore } = traveller;
        await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, v)`, `INSERT INTO ${t} VALUES (1, 'kept'), (2, 'kept')`);
        const [before, now] = [await contents(traveller), await bookmark()];
        const wrong = await point(traveller, context);

        const words = await refusal(restore(wrong));

        assert.match(words, speaksOf);
        assert.deepEqual(await contents(traveller), before);
        assert.equal(await bookmark(), now, "nothing happened, so the bookmark is the same");
      },
    }),
  ),
  timeTravelCheck({
    id: "d1.time-travel.limit",
    promise: "a database can be restored so often in a while and no more; one more is refused, and leaves it as it was",
    claims: ["D1-22"],
    timeoutMs: 30_000,
    database: "LIMIT",
    async travel(traveller, context) {
      const { d1, t, bookmark, restore } = traveller;
      await d1.batch(`CREATE TABLE ${t} (v)`, `INSERT INTO ${t} VALUES (0)`);
      const point = await bookmark();

      for (let count = 1; count <= context.limit("D1-22", "restores"); count++) {
        await d1.rows(`UPDATE ${t} SET v = ${count}`);
        await restore(point);
        assert.deepEqual(await d1.rows(`SELECT v FROM ${t}`), [{ v: 0 }], `restore ${count}`);
      }
      await d1.rows(`UPDATE ${t} SET v = 'kept'`);
      const now = await bookmark();
      const words = await refusal(restore(point));

      assert.match(words, /restore/i);
      assert.deepEqual([await d1.rows(`SELECT v FROM ${t}`), await bookmark()], [[{ v: "kept" }], now]);
    },
  }),
  timeTravelCheck({
    id: "d1.time-travel.writers",
    promise: "a restore among writes has one place in their order: what was answered before it is gone, what came after it is there",
    claims: ["D1-21"],
    database: "WRITERS",
    async travel({ d1, t, bookmark, restore }, context) {
      await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, twin INTEGER)`, `INSERT INTO ${t} VALUES (0, 0)`);
      const point = await bookmark();
      const answered: number[] = [];
      let isOver = false;
      // A restore may cut off the write that is under way: what was not answered may be there or not.
      const writing = (async () => {
        for (let id = 1; !isOver; id++) {
          const [answer] = await d1.attempt([{ op: "batch", statements: [{ sql: `INSERT INTO ${t} (id) VALUES (${id})` }, { sql: `UPDATE ${t} SET twin = id WHERE id = ${id}` }] }]);
          if (answer?.ok === true) answered.push(id);
        }
      })();
      const more = async (): Promise<void> => {
        const most = answered.length + 5;
        await context.until(() => Promise.resolve(answered.length), (length) => length >= most, { deadlineMs, intervalMs: 1, what: "answered writes" });
      };
      let atLeast = 0;
      try {
        await more();
        atLeast = answered.at(-1) ?? 0;
        await restore(point);
        await more();
      } finally {
        isOver = true;
        await writing;
      }

      const rows = await d1.rows(`SELECT id, twin FROM ${t} WHERE id > 0 ORDER BY id`);
      const left = rows.map((row) => Number(row["id"]));
      assert.deepEqual(rows.filter((row) => row["id"] !== row["twin"]), [], "no batch is there in half");
      const first = left[0] ?? Number.POSITIVE_INFINITY;
      assert.ok(first > atLeast, `what was answered before the restore is gone; write ${first} is there, and ${atLeast} was answered before`);
      assert.deepEqual(left.filter((id) => answered.includes(id)), answered.filter((id) => id >= first), "from the first write that is left, all that were answered are there");
    },
  }),
  timeTravelCheck({
    id: "d1.time-travel.large",
    promise: "a database of some megabytes with indexes goes back like a small one, and back again",
    claims: ["D1-21"],
    timeoutMs: 60_000,
    database: "LARGE",
    async travel({ d1, t, bookmark, restore }) {
      const summary = async (): Promise<unknown> => d1.rows(`SELECT count(*) AS n, sum(length(v)) AS characters, sum(n) AS total FROM ${t}`);
      await d1.batch(`CREATE TABLE ${t} (id INTEGER PRIMARY KEY, n INTEGER, v TEXT)`, `CREATE INDEX ${t}_n ON ${t} (n, v)`);
      // A hundred rows of five thousand characters at a time, twice over in the index: six megabytes.
      for (let part = 0; part < 6; part++) await d1.rows(`WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 100) INSERT INTO ${t} (n, v) SELECT x + ${part} * 100, hex(zeroblob(2500)) || x FROM i`);
      const [point, before] = [await bookmark(), await summary()];
      await d1.rows(`DELETE FROM ${t} WHERE n % 2 = 0`);
      await d1.rows(`UPDATE ${t} SET n = n + 1`);
      const after = await summary();

      const { previousBookmark } = await restore(point);
      const back = await summary();
      await restore(previousBookmark);

      assert.deepEqual(back, before);
      assert.deepEqual(await summary(), after);
    },
  }),
  timeTravelCheck({
    id: "d1.time-travel.replica",
    promise: "copies at other PoPs follow a restore: a session that has seen it never sees what was before it",
    claims: ["D1-21", "D1-05"],
    level: "distributed",
    pops: 2,
    needs: ["d1.replicas"],
    database: "REPLICA",
    async travel({ d1, t, bookmark, restore }, context) {
      const reader = d1Client(context.fixture, context.target.pops.at(-1)?.id, "REPLICA");
      const read = async (start: string): Promise<unknown> => reader.run({ op: "first", session: "r", start, sql: `SELECT v FROM ${t}`, column: "v" });
      await d1.batch(`CREATE TABLE ${t} (v)`, `INSERT INTO ${t} VALUES ('old')`);
      const point = await bookmark();
      await d1.rows(`UPDATE ${t} SET v = 'new'`);
      assert.equal(await read(await bookmark()), "new");

      const restored = await restore(point);

      assert.equal(await read(restored.bookmark), "old");
      assert.equal(await read(restored.previousBookmark), "old", "the bookmark from before is a lower bound and no way back");
      await context.until(() => read("first-unconstrained"), (v) => v === "old", { deadlineMs, what: "the restored row in a session without a bookmark" });
    },
  }),
];

// Bookmarks: points of a database's history as texts that sort by age, and what is refused in their place.
import assert from "node:assert/strict";
import { d1Check } from "./check.js";
import { assertRefused, d1Client, type D1Operation } from "./client.js";

export const bookmarkChecks = [
  d1Check({
    id: "d1.bookmark.none",
    promise: "getBookmark() is null before any query of the session, and a text after one",
    claims: ["D1-06"],
    async run({ fixture }) {
      const [before, , after] = await d1Client(fixture).all([{ op: "bookmark", session: "s" }, { op: "all", session: "s", sql: "SELECT 1" }, { op: "bookmark", session: "s" }]);

      assert.equal(before, null);
      assert.ok(typeof after === "string" && after !== "", `a bookmark is a text; ${JSON.stringify(after)} came`);
    },
  }),
  d1Check({
    id: "d1.bookmark.order",
    promise: "bookmarks sort as texts from the oldest to the newest",
    claims: ["D1-19"],
    async run({ fixture, unique }) {
      // A database that nobody else writes to: its numbers are small, and get a digit more on the way.
      const write = (index: number): readonly D1Operation[] => [{ op: "run", database: "OTHER", session: "s", start: "first-primary", sql: `INSERT INTO t_${unique} VALUES (${index})` }, { op: "bookmark", database: "OTHER", session: "s" }];

      const answers = await d1Client(fixture).all([{ op: "run", database: "OTHER", sql: `CREATE TABLE t_${unique} (v)` }, ...Array.from({ length: 20 }, (_, index) => write(index)).flat()]);

      const bookmarks = answers.filter((_, index) => index > 0 && index % 2 === 0).map(String);
      assert.deepEqual(bookmarks, [...bookmarks].sort());
      assert.equal(new Set(bookmarks).size, bookmarks.length, "each write has a bookmark of its own");
    },
  }),
  d1Check({
    id: "d1.bookmark.batch",
    promise: "a batch moves the session's bookmark on, and a query does not move it back",
    claims: ["D1-19", "D1-02"],
    async run({ fixture, unique }) {
      const [, first, , second, , third] = await d1Client(fixture).all([
        { op: "run", session: "s", sql: `CREATE TABLE t_${unique} (v)` },
        { op: "bookmark", session: "s" },
        { op: "batch", session: "s", statements: [{ sql: `INSERT INTO t_${unique} VALUES (1)` }, { sql: `INSERT INTO t_${unique} VALUES (2)` }] },
        { op: "bookmark", session: "s" },
        { op: "all", session: "s", sql: `SELECT * FROM t_${unique}` },
        { op: "bookmark", session: "s" },
      ]);

      assert.ok(String(first) < String(second), `after a batch the bookmark is later: ${String(first)}, then ${String(second)}`);
      assert.ok(String(second) <= String(third), `after a query the bookmark is no earlier: ${String(second)}, then ${String(third)}`);
    },
  }),
  ...Object.entries({ "text": "no bookmark", "constraint": "first-replica", "digits": "0000000g-00000000-00000000-00000000000000000000000000000000" }).map(([what, start]) =>
    d1Check({
      id: `d1.bookmark.refused.${what}`,
      promise: `a session cannot begin with what is no bookmark (${start})`,
      needs: ["d1.replicas"],
      async run({ fixture, unique }) {
        const d1 = d1Client(fixture);

        const answers = await d1.attempt([
          { op: "all", session: "s", start, sql: "SELECT 1" },
          { op: "run", session: "t", start, sql: `CREATE TABLE t_${unique} (v)` },
        ]);

        for (const answer of answers) assertRefused(answer, /D1_ERROR/, /bookmark/i);
        assert.deepEqual(await d1.rows(`SELECT name FROM sqlite_master WHERE name = 't_${unique}'`), []);
      },
    }),
  ),
  d1Check({
    id: "d1.bookmark.refused.another",
    promise: "a bookmark of another database is refused, and nothing is changed",
    needs: ["d1.replicas"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const [, , bookmark] = await d1.all([{ op: "run", sql: `CREATE TABLE t_${unique} (v)` }, { op: "run", database: "OTHER", session: "o", sql: `CREATE TABLE t_${unique} (v)` }, { op: "bookmark", session: "o" }]);

      const answers = await d1.attempt([
        { op: "all", session: "s", start: String(bookmark), sql: "SELECT 1" },
        { op: "run", session: "t", start: String(bookmark), sql: `INSERT INTO t_${unique} VALUES (1)` },
      ]);

      for (const answer of answers) assertRefused(answer, /D1_ERROR/, /bookmark/i);
      assert.deepEqual(await d1.rows(`SELECT * FROM t_${unique}`), []);
    },
  }),
  d1Check({
    id: "d1.bookmark.old",
    promise: "a session may begin with an old bookmark: it is a lower bound and no point to go to",
    claims: ["D1-05"],
    async run({ fixture, unique }) {
      const d1 = d1Client(fixture);
      const [, first] = await d1.all([{ op: "run", session: "s", sql: `CREATE TABLE t_${unique} (v)` }, { op: "bookmark", session: "s" }]);
      await d1.rows(`INSERT INTO t_${unique} VALUES (1)`);

      const [, after] = await d1.all([{ op: "run", session: "s", start: String(first), sql: `INSERT INTO t_${unique} VALUES (2)` }, { op: "bookmark", session: "s" }]);

      assert.ok(String(after) > String(first));
    },
  }),
];

// Read replicas and bookmarks: what a session may see, shown where it shows best: at a PoP whose replica stands still while the
// database goes on.
import assert from "node:assert/strict";
import type { CheckContext } from "../check.js";
import { d1Check } from "./check.js";
import { type D1Client, type D1Result, d1Client, resultOf, resultsOf } from "./client.js";

interface Standing {
  readonly writer: D1Client;
  readonly reader: D1Client;
  /** A table with the one row (1, 'old'), which the reader's replica has. */
  readonly table: string;
  /** Lets the replica follow again. */
  readonly heal: () => Promise<void>;
}

const deadlineMs = 10_000;
/** What the reader's replica says, whatever it is. */
const atReplica = { session: "any", start: "first-unconstrained" } as const;

/** A replica that has the row (1, 'old') and gets nothing after it. @param more statements that it has seen as well */
async function standing(context: CheckContext, more: readonly string[] = []): Promise<Standing> {
  const { fixture, unique, target } = context;
  const [first, last] = [target.pops[0]?.id, target.pops.at(-1)?.id ?? ""];
  const [writer, reader] = [d1Client(fixture, first), d1Client(fixture, last)];
  const table = `t_${unique}`;
  const [, bookmark] = await writer.all([{ op: "batch", session: "s", statements: [{ sql: `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, v)` }, { sql: `INSERT INTO ${table} VALUES (1, 'old')` }, ...more.map((sql) => ({ sql }))] }, { op: "bookmark", session: "s" }]);
  await servedByReplica(context, reader, String(bookmark), "SELECT 1");
  const { faultId } = await context.inject({ kind: "isolate", popId: last, scope: "replication" });
  return { writer, reader, table, heal: async () => void (await context.heal(faultId)) };
}

/** Asks until the PoP's replica is the one that answers. */
async function servedByReplica(context: CheckContext, reader: D1Client, bookmark: string, sql: string): Promise<D1Result> {
  return context.until(async () => resultOf(await reader.run({ op: "all", session: "s", start: bookmark, sql })), ({ meta }) => meta["served_by_primary"] === false, { deadlineMs, what: "an answer of the PoP's replica" });
}

const values = (result: unknown): unknown => resultOf(result).results.map((row) => row["v"]);
const isPrimary = (result: unknown): unknown => resultOf(result).meta["served_by_primary"];
const replicaCheck = (check: Omit<Parameters<typeof d1Check>[0], "level" | "pops" | "needs">): ReturnType<typeof d1Check> => d1Check({ ...check, level: "distributed", pops: 2, needs: ["d1.replicas", "d1.replica-lag"] });

/** What a copy can get wrong: statements, one call each, and what must then be the same everywhere. */
const copies: Readonly<Record<string, { readonly promise: string; readonly made: (t: string) => readonly string[]; readonly changed: (t: string) => readonly string[]; readonly asked: (t: string) => string }>> = {
  "log": {
    promise: "every change reaches a replica, and once: a counter that was raised 15 times is 15 there",
    made: (t) => [`CREATE TABLE ${t}_n (n INTEGER)`, `INSERT INTO ${t}_n VALUES (0)`],
    changed: (t) => Array.from({ length: 15 }, () => `UPDATE ${t}_n SET n = n + 1`),
    asked: (t) => `SELECT n FROM ${t}_n`,
  },
  "random": {
    promise: "what random() and the clock gave is the same at a replica",
    made: (t) => [`CREATE TABLE ${t}_r (id INTEGER PRIMARY KEY, r)`, `CREATE TABLE ${t}_at (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP)`],
    changed: (t) => [`INSERT INTO ${t}_r (r) VALUES (random()), (hex(randomblob(8)))`, `UPDATE ${t}_r SET r = r || random() WHERE id = 2`, `INSERT INTO ${t}_at (id) VALUES (1)`, `INSERT INTO ${t}_r (r) VALUES (strftime('%f', 'now'))`],
    asked: (t) => `SELECT id, r, at FROM ${t}_r LEFT JOIN ${t}_at USING (id) ORDER BY id`,
  },
  "schema": {
    promise: "changes of the schema take their place among the writes: a trigger counts what was written after it",
    made: (t) => [`CREATE TABLE ${t}_c (v)`, `CREATE TABLE ${t}_seen (v)`],
    // The first of them may be on its way already when the feed stops.
    changed: (t) => [`INSERT INTO ${t}_c VALUES (0)`, `INSERT INTO ${t}_c VALUES (1)`, `CREATE TRIGGER ${t}_g AFTER INSERT ON ${t}_c BEGIN INSERT INTO ${t}_seen VALUES (new.v); END`, `INSERT INTO ${t}_c VALUES (2)`],
    asked: (t) => `SELECT v FROM ${t}_seen ORDER BY v`,
  },
};

export const replicaChecks = [
  replicaCheck({
    id: "d1.bookmark.fresh",
    promise: "a session that begins with a bookmark at another PoP is at least as fresh as it, though that PoP's replica is behind",
    claims: ["D1-05", "D1-12"],
    async run(context) {
      const { writer, reader, table } = await standing(context);
      const [, bookmark] = await writer.all([{ op: "run", session: "s", sql: `UPDATE ${table} SET v = 'new'` }, { op: "bookmark", session: "s" }]);

      const result = await reader.run({ op: "all", session: "s", start: String(bookmark), sql: `SELECT v FROM ${table}` });

      assert.deepEqual(values(result), ["new"]);
    },
  }),
  replicaCheck({
    id: "d1.replica.own-writes",
    promise: "a session reads what it wrote itself, also where the replica is behind",
    claims: ["D1-10", "D1-14"],
    async run(context) {
      const { reader, table } = await standing(context);

      const [before, , after] = await reader.all([
        { op: "all", ...atReplica, sql: `SELECT v FROM ${table}` },
        { op: "run", ...atReplica, sql: `UPDATE ${table} SET v = 'mine'` },
        { op: "all", ...atReplica, sql: `SELECT v FROM ${table}` },
      ]);

      assert.deepEqual([values(before), values(after)], [["old"], ["mine"]]);
    },
  }),
  replicaCheck({
    id: "d1.replica.stale",
    promise: "a replica whose feed stands still answers from the past, says that it is not the primary, and catches up later",
    claims: ["D1-04", "D1-11", "D1-16"],
    async run(context) {
      const { writer, reader, table, heal } = await standing(context);
      await writer.rows(`UPDATE ${table} SET v = 'new'`);

      const seen = await reader.run({ op: "all", ...atReplica, sql: `SELECT v FROM ${table}` });
      await heal();

      assert.deepEqual(values(seen), ["old"]);
      assert.equal(isPrimary(seen), false, "an answer from the past is no primary's");
      await context.until(async () => values(await reader.run({ op: "all", ...atReplica, sql: `SELECT v FROM ${table}` })), (now) => JSON.stringify(now) === '["new"]', { deadlineMs, what: "the change at the replica" });
    },
  }),
  replicaCheck({
    id: "d1.replica.first-primary",
    promise: "first-primary sends the first query of a session to the primary, though the replica is behind",
    claims: ["D1-03"],
    async run(context) {
      const { writer, reader, table } = await standing(context);
      await writer.rows(`UPDATE ${table} SET v = 'new'`);

      const result = await reader.run({ op: "all", session: "s", start: "first-primary", sql: `SELECT v FROM ${table}` });

      assert.deepEqual([values(result), isPrimary(result)], [["new"], true]);
    },
  }),
  replicaCheck({
    id: "d1.replica.no-session",
    promise: "without a session every query goes to the primary, though the replica is behind",
    claims: ["D1-13"],
    async run(context) {
      const { writer, reader, table } = await standing(context);
      await writer.rows(`UPDATE ${table} SET v = 'new'`);

      const result = await reader.run({ op: "all", sql: `SELECT v FROM ${table}` });

      assert.deepEqual([values(result), isPrimary(result)], [["new"], true]);
    },
  }),
  replicaCheck({
    id: "d1.replica.monotonic",
    promise: "a session that saw a change never sees the time before it again",
    claims: ["D1-02", "D1-07"],
    async run(context) {
      const { writer, reader, table } = await standing(context);
      await writer.rows(`UPDATE ${table} SET v = 'new'`);
      const read = { op: "all", session: "s", start: "first-primary", sql: `SELECT v FROM ${table}` } as const;

      const seen = await reader.all([read, read, read]);

      assert.deepEqual(seen.map(values), [["new"], ["new"], ["new"]]);
    },
  }),
  replicaCheck({
    id: "d1.bookmark.apart",
    promise: "sessions know nothing of each other: an older one between two queries of a newer one changes nothing",
    claims: ["D1-02"],
    async run(context) {
      const { reader, table } = await standing(context);
      const read = (session: string): { readonly op: "all"; readonly session: string; readonly start: string; readonly sql: string } => ({ op: "all", session, start: "first-unconstrained", sql: `SELECT v FROM ${table}` });

      const [, , , older, newer] = await reader.all([read("older"), read("newer"), { op: "run", session: "newer", sql: `UPDATE ${table} SET v = 'new'` }, read("older"), read("newer")]);

      assert.deepEqual([values(older), values(newer)], [["old"], ["new"]]);
    },
  }),
  replicaCheck({
    id: "d1.replica.batch",
    promise: "a batch that reads and writes is the primary's as a whole, also where the replica is behind",
    claims: ["D1-01", "D1-14"],
    async run(context) {
      const { writer, reader, table } = await standing(context);
      await writer.rows(`UPDATE ${table} SET v = 'new'`);

      const results = resultsOf(await reader.run({ op: "batch", ...atReplica, statements: [{ sql: `SELECT v FROM ${table}` }, { sql: `UPDATE ${table} SET v = v || '!'` }, { sql: `SELECT v FROM ${table}` }] }));

      assert.deepEqual([values(results[0]), values(results[2])], [["new"], ["new!"]]);
    },
  }),
  replicaCheck({
    id: "d1.replica.next-request",
    promise: "an order is missing from the list that the next request shows where its session forgets the bookmark, and is in it where the bookmark is handed on",
    claims: ["D1-05", "D1-10"],
    async run(context) {
      const { reader, table } = await standing(context, [`CREATE TABLE t_${context.unique}_order (id INTEGER PRIMARY KEY, what TEXT)`]);
      const list = `SELECT what AS v FROM ${table}_order ORDER BY id`;

      const [, bookmark] = await reader.all([{ op: "run", session: "checkout", sql: `INSERT INTO ${table}_order (what) VALUES ('tea')` }, { op: "bookmark", session: "checkout" }]);
      const forgetful = await reader.run({ op: "all", ...atReplica, sql: list });
      const careful = await reader.run({ op: "all", session: "list", start: String(bookmark), sql: list });

      assert.deepEqual([values(forgetful), values(careful)], [[], ["tea"]]);
    },
  }),
  ...Object.entries(copies).map(([what, { promise, made, changed, asked }]) =>
    replicaCheck({
      id: `d1.replica.copy.${what}`,
      promise,
      claims: ["D1-08"],
      async run(context) {
        const { writer, reader, table, heal } = await standing(context, made(`t_${context.unique}`));
        for (const sql of changed(table)) await writer.rows(sql);
        const [right, bookmark] = await writer.all([{ op: "all", session: "s", start: "first-primary", sql: asked(table) }, { op: "bookmark", session: "s" }]);

        await heal();
        const copy = await servedByReplica(context, reader, String(bookmark), asked(table));

        assert.deepEqual(copy.results, resultOf(right).results);
      },
    }),
  ),
  replicaCheck({
    id: "d1.replica.lag",
    promise: "a replica that is told to be 300 ms late shows no change before that time, and shows it after",
    claims: ["D1-11"],
    async run(context) {
      const delayMs = 300;
      const { writer, reader, table, heal } = await standing(context);
      await heal();
      await context.inject({ kind: "slow-link", popId: context.target.pops.at(-1)?.id ?? "", scope: "replication", parameters: { delayMs } });
      const startMs = performance.now();
      await writer.rows(`UPDATE ${table} SET v = 'new'`);

      await context.until(async () => values(await reader.run({ op: "all", ...atReplica, sql: `SELECT v FROM ${table}` })), (now) => JSON.stringify(now) === '["new"]', { deadlineMs, intervalMs: 10, what: "the change at the replica" });

      const lagMs = performance.now() - startMs;
      context.measure({ id: "d1.replica.lag.single", value: lagMs, unit: "ms", n: 1, conditions: { delayMs, what: "from before a write to its first sight at the replica of another PoP" } });
      // Both clocks are of this machine; the write is timed from before it was sent.
      assert.ok(lagMs >= delayMs, `a change is shown ${delayMs} ms after its commit at the earliest; it was after ${lagMs.toFixed(1)} ms`);
    },
  }),
];

// A replica is what its primary is, whatever the statements were: seeded random ones, and each kind that cannot simply
// be run again. Compared by the whole contents of both copies.
import assert from "node:assert/strict";
import { type D1Rig, startD1Rig } from "./rig.js";
import { randomStatements } from "./random-statements.js";

interface Status {
  readonly primary: { readonly head: number };
  readonly replica: { readonly sequence: number; readonly images: number };
}

const deadlineMs = 10_000;

/** Waits until the replica has everything, then compares. @returns images that the replica has taken */
async function assertEqualCopies(rig: D1Rig, what: string): Promise<number> {
  const endMs = Date.now() + deadlineMs;
  await rig.call(["SELECT 1"], "first-unconstrained");
  for (;;) {
    const { primary, replica } = (await rig.admin("/status", { database: "rig" })) as Status;
    if (replica.sequence === primary.head) {
      const [first, second] = await Promise.all([rig.admin("/dump/primary", { database: "rig" }), rig.admin("/dump/replica", { database: "rig" })]);
      assert.deepEqual(second, first, what);
      return replica.images;
    }
    assert.ok(Date.now() < endMs, `${what}: the replica is at ${replica.sequence}, the primary at ${primary.head}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function primaryOf(rig: D1Rig): Promise<{ readonly head: number; readonly isWhole: boolean }> {
  return ((await rig.admin("/status", { database: "rig" })) as { readonly primary: { readonly head: number; readonly isWhole: boolean } }).primary;
}

/** A statement that fills a table with rows of so many characters. */
function rowsOf(table: string, rows: number, characters: number): string {
  return `INSERT INTO ${table} WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < ${rows}) SELECT x, hex(zeroblob(${characters / 2})) || x FROM i`;
}

describe("D1 replication", function () {
  this.timeout(60_000);
  let rig: D1Rig;
  before(async () => {
    rig = await startD1Rig();
  });
  after(() => rig.close());
  beforeEach(async () => {
    await rig.admin("/reset");
    const { error } = await rig.call(["CREATE TABLE base (id INTEGER PRIMARY KEY)"]);
    assert.equal(error, undefined);
    await assertEqualCopies(rig, "the beginning");
  });

  const cases: Readonly<Record<string, readonly string[]>> = {
    "random() for every row": ["CREATE TABLE t (id INTEGER PRIMARY KEY, r)", "INSERT INTO t (r) VALUES (random()), (random()), (1)", "UPDATE t SET r = random() WHERE id > 1", "DELETE FROM t WHERE abs(random()) % 2 = 0"],
    "randomblob()": ["CREATE TABLE t (b BLOB)", "INSERT INTO t VALUES (randomblob(8)), (hex(randomblob(4)))", "INSERT INTO t VALUES (randomblob(5000))"],
    "datetime('now') and its like": ["CREATE TABLE t (a, b, c)", "INSERT INTO t VALUES (datetime('now'), strftime('%f', 'now'), julianday('now'))", "UPDATE t SET b = CURRENT_TIMESTAMP, c = unixepoch('now', 'subsec')"],
    "a default of CURRENT_TIMESTAMP": ["CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP)", "INSERT INTO t DEFAULT VALUES", "INSERT INTO t (id) VALUES (9)"],
    "a default of an expression": ["CREATE TABLE t (id TEXT PRIMARY KEY DEFAULT (hex(randomblob(8))), v)", "INSERT INTO t (v) VALUES (1), (2)", "UPDATE t SET v = 3"],
    "AUTOINCREMENT": ["CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v)", "INSERT INTO t (v) VALUES (1), (2)", "DELETE FROM t", "INSERT INTO t (v) VALUES (random())", "DELETE FROM t", "INSERT INTO t (v) VALUES (4)"],
    "last_insert_rowid()": ["CREATE TABLE t (id INTEGER PRIMARY KEY, parent)", "INSERT INTO t (parent) VALUES (1)", "INSERT INTO t (parent) VALUES (last_insert_rowid())"],
    "a trigger that is another at each run": ["CREATE TABLE t (id INTEGER PRIMARY KEY)", "CREATE TABLE log (id, r)", "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id, random()); END", "INSERT INTO t VALUES (1), (2)"],
    "a trigger that is the same at each run": ["CREATE TABLE t (id INTEGER PRIMARY KEY, v)", "CREATE TABLE log (id, v)", "CREATE TRIGGER tr AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (old.id, CASE WHEN old.v > 1 THEN old.v ELSE new.v END); END", "INSERT INTO t VALUES (1, 1), (2, 2)", "UPDATE t SET v = v + 1"],
    "a cascade into a table with a volatile trigger": ["CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE)", "CREATE TABLE log (r)", "CREATE TRIGGER tr AFTER DELETE ON c BEGIN INSERT INTO log VALUES (random()); END", "INSERT INTO p VALUES (1), (2)", "INSERT INTO c (p) VALUES (1), (1), (2)", "DELETE FROM p WHERE id = 1"],
    "a view that is another at each run": ["CREATE TABLE t (v)", "CREATE VIEW w AS SELECT random() AS r", "INSERT INTO t SELECT r FROM w"],
    "rows that refer to a table with the time": ["CREATE TABLE p (id INTEGER PRIMARY KEY, at DEFAULT CURRENT_TIMESTAMP)", "CREATE TABLE c (p REFERENCES p ON DELETE CASCADE, v CHECK (v > 0))", "CREATE TRIGGER tr BEFORE INSERT ON c WHEN new.v > 9 BEGIN SELECT raise(ABORT, 'large'); END", "INSERT INTO p (id) VALUES (1), (2)", "INSERT INTO c VALUES (1, 1), (2, 2)", "DELETE FROM p WHERE id = 1"],
    "a table made of a query": ["CREATE TABLE t AS SELECT random() AS r, datetime('now') AS at"],
    "upserts with the time": ["CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE, n INTEGER, at TEXT DEFAULT CURRENT_TIMESTAMP)", "INSERT INTO t (k, n) VALUES ('a', 1), ('b', 1)", "INSERT INTO t (k, n) VALUES ('a', 1), ('c', 1) ON CONFLICT (k) DO UPDATE SET n = n + 1, at = CURRENT_TIMESTAMP", "INSERT OR REPLACE INTO t (k, n) VALUES ('b', random())", "INSERT OR IGNORE INTO t (k, n) VALUES ('b', random()), ('d', 1)"],
    "a change of the key by chance": ["CREATE TABLE t (id INTEGER PRIMARY KEY, v)", "INSERT INTO t VALUES (1, 1)", "UPDATE t SET id = 100 + abs(random() % 1000)"],
    "a table without row numbers": ["CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID", "INSERT INTO t VALUES ('a', random())", "UPDATE t SET v = random()"],
    "rows moved by a query": ["CREATE TABLE s (v)", "CREATE TABLE t (id INTEGER PRIMARY KEY, v)", "INSERT INTO s VALUES (3), (1), (2)", "INSERT INTO t (v) SELECT v FROM s", "DELETE FROM s WHERE rowid IN (SELECT rowid FROM s LIMIT 1)", "UPDATE t SET v = s.v FROM s WHERE s.v = t.v"],
    "a change of the schema": ["CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "INSERT INTO t (a) VALUES (1)", "ALTER TABLE t ADD COLUMN b DEFAULT 5", "INSERT INTO t (a) VALUES (2)", "ALTER TABLE t RENAME COLUMN a TO c", "CREATE INDEX i ON t (c)", "ALTER TABLE t RENAME TO u", "ALTER TABLE u DROP COLUMN b", "DROP INDEX i", "CREATE VIEW v AS SELECT c FROM u"],
    "values of every type": ["CREATE TABLE t (a, b, c, d, e)", "INSERT INTO t VALUES (9223372036854775807, -9223372036854775808, 1.0, 0.1, 9e999)", "INSERT INTO t VALUES (CAST(X'610062' AS TEXT), X'00ff', '', 'it''s', -9e999)", "INSERT INTO t SELECT * FROM t WHERE random() IS NOT NULL"],
    "generated columns": ["CREATE TABLE t (a, b AS (a * 2) STORED, c AS (a + 1))", "INSERT INTO t (a) VALUES (random() % 100)", "UPDATE t SET a = a + random() % 2"],
    "full-text search": ["CREATE VIRTUAL TABLE f USING fts5(body)", "INSERT INTO f VALUES ('one two'), ('two three')", "INSERT INTO f VALUES (hex(randomblob(4)))", "DELETE FROM f WHERE f MATCH 'one'"],
    "foreign keys that are checked late": ["CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED, v)", "PRAGMA defer_foreign_keys = ON; INSERT INTO c VALUES (1, random()); INSERT INTO p VALUES (1)"],
    "names that need quotes": ['CREATE TABLE "a table" ("a column" DEFAULT (random()), "select")', 'INSERT INTO "a table" ("select") VALUES (1)', 'UPDATE "a table" SET "select" = "select" + 1 WHERE "a column" <> 0'],
    "RETURNING of one's own": ["CREATE TABLE t (id INTEGER PRIMARY KEY, r)", "INSERT INTO t (r) VALUES (random()) RETURNING id, r", "UPDATE t SET r = random() RETURNING *"],
  };
  for (const [name, statements] of Object.entries(cases)) {
    it(`makes the same of ${name}`, async () => {
      for (const sql of statements) {
        const { error } = await rig.call([sql]);
        assert.equal(error, undefined, sql);
      }

      await assertEqualCopies(rig, name);
    });
  }

  it("makes the same of large values, and keeps the log short that they make long", async () => {
    await rig.call(["CREATE TABLE t (id INTEGER PRIMARY KEY, b, x)", "INSERT INTO base VALUES (1)"]);
    const first = await rig.call(["SELECT 1"], "first-primary");
    for (let id = 1; id <= 20; id++) assert.equal((await rig.call([{ sql: "INSERT OR REPLACE INTO t VALUES (?, randomblob(900000), ?)", params: [id % 4, `${"漢".repeat(5000)}${id}`] }])).error, undefined);

    await assertEqualCopies(rig, "large values");
    const endMs = Date.now() + deadlineMs;
    for (;;) {
      const { primary } = (await rig.admin("/status", { database: "rig" })) as { readonly primary: { readonly base: number } };
      if (primary.base > 0) break;
      assert.ok(Date.now() < endMs, "a long log is folded");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.match(String(((await rig.admin("/time-travel/restore", { database: "rig", bookmark: first.bookmark })) as { readonly error?: string }).error), /does not reach back/);
    await rig.restart();
    await rig.admin("/replicas/drop");
    await assertEqualCopies(rig, "a copy of a folded log");
  });

  it("goes back to a bookmark, back again, and tells its copies", async () => {
    await rig.call(["CREATE TABLE t (id INTEGER PRIMARY KEY, v)", "INSERT INTO t VALUES (1, 'first')"]);
    const early = await rig.call(["SELECT 1"], "first-primary");
    await rig.call(["UPDATE t SET v = 'second'", "CREATE TABLE later (x)"]);

    const back = (await rig.admin("/time-travel/restore", { database: "rig", bookmark: early.bookmark })) as { readonly bookmark: string; readonly previousBookmark: string };
    assert.deepEqual(await rig.rows("SELECT v FROM t"), [["first"]]);
    await assertEqualCopies(rig, "after a restore");
    await rig.call(["UPDATE t SET v = 'third'"]);
    await rig.admin("/time-travel/restore", { database: "rig", bookmark: back.previousBookmark });
    assert.deepEqual(await rig.rows("SELECT v FROM t, (SELECT count(*) FROM later)"), [["second"]]);
    await rig.admin("/time-travel/restore", { database: "rig", bookmark: back.bookmark });

    assert.deepEqual(await rig.rows("SELECT v FROM t"), [["first"]]);
    assert.ok(back.bookmark > back.previousBookmark, "a restore is a step forward in the history");
    await assertEqualCopies(rig, "after restores");
  });

  it("is what its log says when its process ends while a restore is under way", async () => {
    await rig.call(["CREATE TABLE t (id INTEGER PRIMARY KEY, v)"]);
    await rig.call([rowsOf("t", 300, 4000)]);
    const early = await rig.call(["SELECT 1"], "first-primary");
    await rig.call(["DELETE FROM t WHERE id > 250", "CREATE TABLE later (x)"]);
    const summary = (): Promise<unknown> => rig.rows("SELECT count(*), (SELECT count(*) FROM sqlite_master WHERE name = 'later') FROM t");
    assert.deepEqual(await summary(), [[250, 1]]);

    const { head } = await primaryOf(rig);
    const restoring = rig.admin("/time-travel/restore", { database: "rig", bookmark: early.bookmark }).catch(() => undefined);
    // It may be over before it is seen: then it is done, and nothing was cut short.
    for (let seen = await primaryOf(rig); seen.isWhole && seen.head === head; ) seen = await primaryOf(rig);
    await rig.restart();
    await restoring;

    const left = await summary();
    assert.deepEqual(left, (await primaryOf(rig)).head === head ? [[250, 1]] : [[300, 0]]);
    await assertEqualCopies(rig, "after a restore that was cut short");
  });

  it("makes a copy of some megabytes whose rows refer to rows that come later", async () => {
    await rig.call(["CREATE TABLE c (p REFERENCES p, v)", "CREATE INDEX c_v ON c (v)", "CREATE TABLE p (id INTEGER PRIMARY KEY)"]);
    await rig.call(["WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 300) INSERT INTO p SELECT x FROM i", rowsOf("c", 300, 4000)]);

    await rig.admin("/replicas/drop");
    await assertEqualCopies(rig, "a copy that was made in steps");

    assert.match(String((await rig.call(["INSERT INTO c VALUES (301, 'nobody')"])).error), /FOREIGN KEY/);
  });

  it("makes the same of 200 random statements, alone and in batches, and a late replica too", async () => {
    const { schema, batches } = randomStatements(20_260, 200);
    for (const sql of schema) assert.equal((await rig.call([sql])).error, undefined, sql);
    let done = 0;
    for (const batch of batches) if ((await rig.call(batch)).error === undefined) done += batch.length;

    await assertEqualCopies(rig, "after random statements");
    assert.ok(done > 100, `most random statements are accepted; ${done} were`);
    await rig.admin("/replicas/drop");
    await assertEqualCopies(rig, "a replica that was made anew");
  });
});

// Random statements over a small schema for the tests of replication: deterministic ones and others, from a seed. Some
// are refused (constraints), which is part of the test.

/** A small generator with a fixed sequence per seed (a linear congruence, high bits). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const schema = [
  "CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT UNIQUE, at TEXT DEFAULT CURRENT_TIMESTAMP)",
  "CREATE TABLE book (id INTEGER PRIMARY KEY AUTOINCREMENT, author INTEGER REFERENCES author ON DELETE CASCADE, title, pages INTEGER CHECK (pages >= 0), mark REAL DEFAULT (random() % 10))",
  "CREATE TABLE tag (book INTEGER REFERENCES book ON DELETE SET NULL, word TEXT, PRIMARY KEY (book, word))",
  "CREATE TABLE note (k TEXT PRIMARY KEY, v) WITHOUT ROWID",
  "CREATE TABLE audit (what TEXT, id INTEGER)",
  "CREATE INDEX book_author ON book (author)",
  "CREATE TRIGGER book_gone AFTER DELETE ON book BEGIN INSERT INTO audit VALUES ('gone', old.id); END",
] as const;

/**
 * @param count how many statements, about
 * @returns the schema and batches of one to five statements
 */
export function randomStatements(seed: number, count: number): { readonly schema: readonly string[]; readonly batches: readonly (readonly string[])[] } {
  const below = generator(seed);
  const pick = <T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0];
  const value = (): string => pick(["1", "2.5", "'text'", "NULL", "random()", "random() % 7", "datetime('now')", "X'00ff'", "hex(randomblob(3))", "9007199254740993", "-0.0", "'it''s'", "CURRENT_TIME", "1e300"]);
  const id = (): number => below(40);
  const statement = (): string => {
    const table = below(22);
    switch (table) {
      case 0:
        return `INSERT INTO author (id, name) VALUES (${id()}, 'name ${id()}')`;
      case 1:
        return `INSERT OR REPLACE INTO author (id, name) VALUES (${id()}, 'name ${id()}')`;
      case 2:
        return `INSERT INTO author (name) VALUES ('name ${id()}') ON CONFLICT (name) DO UPDATE SET at = datetime('now', '${id()} days')`;
      case 3:
        return `UPDATE author SET name = name || ${value()} WHERE id = ${id()}`;
      case 4:
        return `DELETE FROM author WHERE id = ${id()}`;
      case 5:
      case 6:
        return `INSERT INTO book (author, title, pages) VALUES (${below(3) === 0 ? "NULL" : id()}, ${value()}, ${id() - 2})`;
      case 7:
        return `INSERT INTO book (title, pages, mark) SELECT title, pages + 1, random() % 5 FROM book LIMIT 3`;
      case 8:
        return `UPDATE book SET mark = ${value()}, title = ${value()} WHERE id % 5 = ${below(5)}`;
      case 9:
        return `UPDATE book SET pages = pages + 1 WHERE pages < ${id()}`;
      case 10:
        return `DELETE FROM book WHERE id = ${id()}`;
      case 11:
        return `DELETE FROM book WHERE abs(random()) % 20 = 0`;
      case 12:
        return `INSERT OR IGNORE INTO tag VALUES (${id()}, ${value()})`;
      case 13:
        return `INSERT INTO tag SELECT id, 'of ' || title FROM book WHERE id % 7 = ${below(7)} ON CONFLICT DO NOTHING`;
      case 14:
        return `UPDATE OR REPLACE tag SET word = ${value()} WHERE book = ${id()}`;
      case 15:
        return `INSERT INTO note VALUES ('k${id()}', ${value()}) ON CONFLICT (k) DO UPDATE SET v = excluded.v`;
      case 16:
        return `REPLACE INTO note VALUES ('k${id()}', ${value()})`;
      case 17:
        return `WITH few AS (SELECT k FROM note ORDER BY k LIMIT 2) DELETE FROM note WHERE k IN (SELECT k FROM few)`;
      case 18:
        return `UPDATE book SET author = NULL WHERE author = ${id()} RETURNING id, title`;
      case 19:
        return `UPDATE author SET id = id + 1000 WHERE id = ${id()}`;
      case 20:
        return `INSERT INTO audit VALUES (${value()}, last_insert_rowid())`;
      default:
        return `SELECT count(*) FROM book`;
    }
  };
  const batches: string[][] = [];
  for (let made = 0; made < count; ) {
    const size = below(3) === 0 ? 1 + below(5) : 1;
    batches.push(Array.from({ length: size }, statement));
    made += size;
  }
  return { schema, batches };
}

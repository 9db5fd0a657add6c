// The whole of a database as pages, and back: what a new replica begins with, what a restore goes back to, and what
// stands in the log where a statement cannot be run again.
import { cellOf, exactly, insertions, quoteName, type Page } from "./change.js";
import { readSchema, readTable } from "./catalog.worker.js";
import type { SchemaObject } from "./schema.js";

const pageRows = 500;
const pageCharacters = 500_000;
/** SQLite's own bound on the columns of a result. */
export const resultColumns = 100;

type Value = ArrayBuffer | string | number | null;

/** @returns pages as JSON, in the order in which they are put back */
export function takeImage(sql: SqlStorage): readonly string[] {
  const objects = readSchema(sql);
  const tables = objects.filter((object) => object.type === "table");
  // Indexes stand before the rows: an index that is made of many rows at once is one piece of work, however large.
  const indexes = objects.filter((object) => object.type === "index");
  const pages: Page[] = [{ kind: "tables", sql: [...tables, ...indexes].flatMap((object) => object.sql ?? []) }];
  for (const table of tables) pages.push(...rowPages(sql, table));
  if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").next().value !== undefined) {
    pages.push({ kind: "sequences", rows: [...sql.exec("SELECT name, seq FROM sqlite_sequence ORDER BY rowid").raw<[string, number]>()] });
  }
  const rest = [...objects.filter((object) => object.type === "view"), ...objects.filter((object) => object.type === "trigger")];
  const isAnalysed = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").next().value !== undefined;
  pages.push({ kind: "rest", sql: [...rest.flatMap((object) => object.sql ?? []), ...(isAnalysed ? ["ANALYZE"] : [])] });
  return pages.map((page) => JSON.stringify(page));
}

function* rowPages(sql: SqlStorage, { name }: SchemaObject): Generator<Page> {
  const table = readTable(sql, name);
  if (table === undefined || table.columns.length === 0) return;
  const isNumbered = table.rowid !== undefined && table.columns.length < resultColumns;
  const columns = [...(isNumbered && table.rowid !== undefined ? [table.rowid] : []), ...table.columns];
  const cells = columns.map((column, index) => (isNumbered && index === 0 ? `'i'||${column}` : exactly(column)));
  let rows: Extract<Page, { kind: "rows" }>["rows"][number][] = [];
  let characters = 0;
  for (const row of sql.exec(`SELECT ${cells.join(",")} FROM ${quoteName(table.name)}${isNumbered ? ` ORDER BY ${table.rowid}` : ""}`).raw<Value[]>()) {
    const made = row.map(cellOf);
    const size = made.reduce((sum: number, cell) => sum + (typeof cell === "string" ? cell.length : typeof cell === "object" && cell !== null && "b" in cell ? cell.b.length : 10), 0);
    if (rows.length > 0 && (rows.length === pageRows || characters + size > pageCharacters)) {
      yield { kind: "rows", table: table.name, columns, rows };
      rows = [];
      characters = 0;
    }
    rows.push(made);
    characters += size;
  }
  if (rows.length > 0) yield { kind: "rows", table: table.name, columns, rows };
}

/** So much is done between two commits. A row that is written can dirty a page of 4096 bytes, in a table and in each index. */
export const stepWeight = 500_000;
const rowWeight = 2000;

/** Runs a statement. @returns its weight: about the bytes that it changed, as {@link stepWeight} counts them */
export function weighed(sql: SqlStorage, text: string, params: readonly (string | number | null | ArrayBuffer)[] = []): number {
  const cursor = sql.exec(text, ...params);
  cursor.toArray();
  return cursor.rowsWritten * rowWeight + params.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : value instanceof ArrayBuffer ? value.byteLength : 0), text.length);
}

/** Removes everything that a user made, and yields the weight of each step. Foreign keys are deferred, or off. */
function* dropSteps(sql: SqlStorage): Generator<number> {
  const objects = readSchema(sql);
  for (const type of ["trigger", "view"]) for (const object of objects) if (object.type === type) yield weighed(sql, `DROP ${type.toUpperCase()} ${quoteName(object.name)}`);
  for (const object of objects.filter((one) => one.type === "table").reverse()) yield weighed(sql, `DROP TABLE ${quoteName(object.name)}`);
}

/** Removes everything that a user made. Inside a transaction whose foreign keys are deferred. */
export function dropAll(sql: SqlStorage): void {
  for (const weight of dropSteps(sql)) void weight;
}

/**
 * Makes the database what the pages say, in steps between which the caller may commit if foreign keys are off.
 * @returns the weight of each step
 */
export function* imageSteps(sql: SqlStorage, pages: Iterable<string>): Generator<number> {
  yield* dropSteps(sql);
  for (const text of pages) {
    const page = JSON.parse(text) as Page;
    switch (page.kind) {
      case "tables":
      case "rest":
        for (const statement of page.sql) yield weighed(sql, statement);
        break;
      case "rows":
        for (const { sql: statement, params } of insertions(`INSERT INTO ${quoteName(page.table)} (${page.columns.map(quoteName).join(",")})`, page.rows, [])) yield weighed(sql, statement, params);
        break;
      case "sequences":
        sql.exec("DELETE FROM sqlite_sequence");
        for (const [name, sequence] of page.rows) yield weighed(sql, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, CAST(? AS INTEGER))", [name, String(sequence)]);
        break;
    }
  }
}

/** Makes the database what the pages say. @returns its weight. Inside a transaction. */
export function putImage(sql: SqlStorage, pages: Iterable<string>): number {
  sql.exec("PRAGMA defer_foreign_keys = ON");
  let total = 0;
  for (const weight of imageSteps(sql, pages)) total += weight;
  return total;
}

/**
 * The same in transactions that the engine can commit, however large the database is: it loses one that changes a page again
 * which it had to write out before, and it keeps 2 MB of pages. Until this is done the database is none that anybody may see.
 * @param commit ends a transaction
 */
export async function putImageInSteps(sql: SqlStorage, pages: Iterable<string>, commit: () => Promise<void>): Promise<void> {
  await commit();
  // Rows come before those they refer to. This can be set between transactions only.
  sql.exec("PRAGMA foreign_keys = OFF");
  try {
    let total = 0;
    for (const weight of imageSteps(sql, pages)) {
      total += weight;
      if (total < stepWeight) continue;
      total = 0;
      await commit();
    }
  } finally {
    await commit();
    sql.exec("PRAGMA foreign_keys = ON");
  }
}

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
  const pages: Page[] = [{ kind: "tables", sql: tables.flatMap((table) => table.sql ?? []) }];
  for (const table of tables) pages.push(...rowPages(sql, table));
  if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").next().value !== undefined) {
    pages.push({ kind: "sequences", rows: [...sql.exec("SELECT name, seq FROM sqlite_sequence ORDER BY rowid").raw<[string, number]>()] });
  }
  const rest = objects.filter((object) => object.type !== "table").sort((a, b) => order(a) - order(b));
  const isAnalysed = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").next().value !== undefined;
  pages.push({ kind: "rest", sql: [...rest.flatMap((object) => object.sql ?? []), ...(isAnalysed ? ["ANALYZE"] : [])] });
  return pages.map((page) => JSON.stringify(page));
}

function order(object: SchemaObject): number {
  return ["index", "view", "trigger"].indexOf(object.type);
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

/** Removes everything that a user made. Inside a transaction whose foreign keys are deferred. */
export function dropAll(sql: SqlStorage): void {
  const objects = readSchema(sql);
  for (const type of ["trigger", "view"]) for (const object of objects) if (object.type === type) sql.exec(`DROP ${type.toUpperCase()} ${quoteName(object.name)}`);
  for (const object of objects.filter((one) => one.type === "table").reverse()) sql.exec(`DROP TABLE ${quoteName(object.name)}`);
}

/** Makes the database what the pages say. Inside a transaction. */
export function putImage(sql: SqlStorage, pages: Iterable<string>): void {
  sql.exec("PRAGMA defer_foreign_keys = ON");
  dropAll(sql);
  for (const text of pages) {
    const page = JSON.parse(text) as Page;
    switch (page.kind) {
      case "tables":
      case "rest":
        for (const statement of page.sql) sql.exec(statement);
        break;
      case "rows":
        for (const { sql: statement, params } of insertions(`INSERT INTO ${quoteName(page.table)} (${page.columns.map(quoteName).join(",")})`, page.rows, [])) sql.exec(statement, ...params);
        break;
      case "sequences":
        sql.exec("DELETE FROM sqlite_sequence");
        for (const [name, sequence] of page.rows) sql.exec("INSERT INTO sqlite_sequence (name, seq) VALUES (?, CAST(? AS INTEGER))", name, String(sequence));
        break;
    }
  }
}

// Reads a database's schema from its catalogue, without what belongs to the engine.
import { quoteName } from "./change.js";
import { tableFacts, type SchemaObject, type TableFacts } from "./schema.js";

type TableRow = { name: string; type: string; wr: number };

/** Objects that users made, in the order of their creation. Tables behind virtual tables belong to those. */
export function readSchema(sql: SqlStorage): readonly SchemaObject[] {
  const shadows = new Set([...sql.exec<TableRow>("PRAGMA table_list")].filter((row) => row.type === "shadow").map((row) => row.name));
  return [...sql.exec<{ type: string; name: string; tbl_name: string; sql: string | null }>("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid")]
    .filter(({ name, sql: text }) => text !== null && !name.startsWith("sqlite_") && !name.startsWith("_cf_") && !shadows.has(name))
    .map((row) => ({ type: row.type, name: row.name, table: row.tbl_name, sql: row.sql }));
}

/** @returns undefined when there is no such table */
export function readTable(sql: SqlStorage, name: string): TableFacts | undefined {
  const listed = [...sql.exec<TableRow>("PRAGMA table_list")].find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (listed === undefined || listed.type === "view" || listed.type === "shadow") return undefined;
  const columns = [...sql.exec<{ name: string; type: string; pk: number; hidden: number }>(`PRAGMA table_xinfo(${quoteName(listed.name)})`)];
  // A virtual table's hidden columns are commands and ranks, not contents.
  return tableFacts(listed.name, columns, listed.type === "virtual" ? "virtual" : listed.wr === 0 ? "ordinary" : "without-rowid");
}

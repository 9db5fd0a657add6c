// Runs a statement that changes something, and says how its change is told to a copy: by the statement itself when it
// gives the same everywhere, by the rows that it gave when it does not, by an image of everything when neither is sure.
import { readTable } from "./catalog.worker.js";
import { type AsideWriter, exactly, type Change } from "./change.js";
import { execute, type Executed } from "./execute.worker.js";
import { resultColumns } from "./image.worker.js";
import type { SchemaFacts, TableFacts } from "./schema.js";
import type { RowChange, Statement } from "./statement.js";
import type { Query } from "./wire.js";

export interface Captured {
  readonly executed: Executed;
  /** undefined: nothing changed. */
  readonly change: Change | "whole" | undefined;
}

type Value = ArrayBuffer | string | number | null;

/** Inside a transaction. @param aside takes the large values of the change */
export function capture(sql: SqlStorage, query: Query, statement: Statement, facts: SchemaFacts, aside: AsideWriter): Captured {
  const { params } = query;
  const isVolatile = !isDefinition(statement) && (statement.isVolatile || meets(statement.words, facts.volatileNames));
  if (isVolatile || (statement.dependsOnOrder && statement.change !== undefined)) {
    const table = statement.change === undefined ? undefined : capturable(sql, statement.change, facts);
    if (statement.change !== undefined && table !== undefined) return captureRows(sql, query, statement.text, statement.change, table, aside);
  }
  const executed = execute(sql, statement.text, params, true, false);
  if (!statement.changesSchema && !statement.setsPragma && executed.meta.changes === 0) return { executed, change: undefined };
  return { executed, change: isVolatile ? "whole" : { kind: "sql", sql: statement.text, params: params.map((value) => aside.parameter(value)) } };
}

/** CREATE and its like say what shall happen later, and are the same everywhere; a table made of a query is not. */
function isDefinition({ changesSchema, statements, words }: Statement): boolean {
  return changesSchema && statements === 1 && !(words.has("create") && words.has("table") && words.has("as") && words.has("select"));
}

function meets(words: ReadonlySet<string>, names: ReadonlySet<string>): boolean {
  for (const name of names) if (words.has(name)) return true;
  return false;
}

/** The table, when rows alone tell what the change did to it. */
function capturable(sql: SqlStorage, change: RowChange, facts: SchemaFacts): (TableFacts & { readonly rowid: string }) | undefined {
  if (facts.triggered.has(change.table) || (facts.hasVolatileTrigger && facts.referenced.has(change.table))) return undefined;
  const table = readTable(sql, change.table);
  if (table?.rowid === undefined || table.isVirtual || table.columns.length + 1 >= resultColumns) return undefined;
  // A row that changed its number cannot be found again by it.
  if (change.assigned.some((column) => column === table.key || column === table.rowid || column === "_rowid_" || column === "oid")) return undefined;
  return { ...table, rowid: table.rowid };
}

function captureRows(sql: SqlStorage, query: Query, text: string, change: RowChange, table: TableFacts & { readonly rowid: string }, aside: AsideWriter): Captured {
  const columns = change.verb === "delete" ? [] : table.columns;
  const wanted = [`'i'||${table.rowid}`, ...columns.map(exactly)].join(",");
  const executed = execute(sql, `${text}${change.returningAt === -1 ? " RETURNING " : ", "}${wanted}`, query.params, true, false);
  const own = executed.columns.length - columns.length - 1;
  const rows = executed.rows.map((row) => row.slice(own).map((value) => aside.cell(value as Value)));
  return {
    executed: { ...executed, columns: executed.columns.slice(0, own), rows: own === 0 ? [] : executed.rows.map((row) => row.slice(0, own)) },
    change: rows.length === 0 ? undefined : { kind: change.verb, table: table.name, rowid: table.rowid, columns, rows },
  };
}

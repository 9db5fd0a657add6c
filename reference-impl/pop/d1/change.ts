// Changes as the log keeps them: a statement to run again, or the rows that it gave. Values keep their exact type and
// value: JavaScript has one kind of number, SQLite has two.

/**
 * A value with its type: null, a real as number, "i" and digits for an integer, "t" and the text, or a blob as an object
 * with its bytes in base64 (["x"] in JSON would be ambiguous). Reals that JSON has no word for are {"r": text}. A large text or
 * blob stands beside its change, as bytes: {"v": its place there, "as": what it is}.
 */
export type Cell = null | number | string | { readonly b: string } | { readonly r: string } | { readonly v: number; readonly as: "text" | "blob" };

/** Values beside changes: the cells {"v"} are places in it. */
export type Aside = readonly Uint8Array[];

const asideBytes = 4096;

/** Where large values go while their changes are written down. */
export class AsideWriter {
  readonly values: Uint8Array[] = [];

  cell(value: ArrayBuffer | Uint8Array | string | number | null): Cell {
    if (typeof value === "string" && value.length > asideBytes && value.startsWith("t")) return this.#put(encoder.encode(value.slice(1)), "text");
    if (typeof value === "object" && value !== null && value.byteLength > asideBytes) return this.#put(new Uint8Array(copyOf(new Uint8Array(value))), "blob");
    return cellOf(value);
  }

  /** A bound value as a cell: texts are marked as such, numbers are reals as the engine binds them. */
  parameter(value: Uint8Array | string | number | null): Cell {
    return this.cell(typeof value === "string" ? `t${value}` : value);
  }

  #put(bytes: Uint8Array, as: "text" | "blob"): Cell {
    return { v: this.values.push(bytes) - 1, as };
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

export interface RowsChange {
  readonly kind: "insert" | "replace" | "upsert" | "update" | "delete";
  /** As the schema spells it. */
  readonly table: string;
  /** The name under which the row's own number can be had. */
  readonly rowid: string;
  readonly columns: readonly string[];
  /** Row number and cells; a deletion has the number alone. */
  readonly rows: readonly (readonly Cell[])[];
}

export type Change = { readonly kind: "sql"; readonly sql: string; readonly params: readonly Cell[] } | RowsChange;

/** One part of a database's image: the schema in the order of its creation, or rows of one table. */
export type Page =
  | { readonly kind: "tables"; readonly sql: readonly string[] }
  | { readonly kind: "rows"; readonly table: string; readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: "sequences"; readonly rows: readonly (readonly [string, number])[] }
  | { readonly kind: "rest"; readonly sql: readonly string[] };

/** What a cell is as an expression of SQL gives it, so that nothing is lost on the way through JavaScript. */
export function exactly(column: string): string {
  const name = quoteName(column);
  return `CASE typeof(${name}) WHEN 'integer' THEN 'i'||${name} WHEN 'text' THEN 't'||${name} ELSE ${name} END`;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A cell as a value to bind. */
export function parameterOf(cell: Cell, aside: Aside): Bound | null {
  return cell === null ? null : boundOf(cell, aside);
}

/** A value of `exactly` as a cell. */
export function cellOf(value: ArrayBuffer | Uint8Array | string | number | null): Cell {
  if (value instanceof ArrayBuffer) return { b: toBase64(new Uint8Array(value)) };
  if (value instanceof Uint8Array) return { b: toBase64(value) };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) return { r: Object.is(value, -0) ? "-0" : String(value) };
  return value;
}

type Bound = string | number | ArrayBuffer;

/** A statement that the replica runs. */
export interface Applied {
  readonly sql: string;
  readonly params: readonly (Bound | null)[];
}

const shortText = 200;
const most = { parameters: 100, characters: 30_000, rows: 200 } as const;

/** A cell as SQL: short values in place, everything else as a parameter. Reals are bound, as their text might be read otherwise. */
function expression(cell: Cell, params: Bound[], aside: Aside): string {
  if (cell === null) return "NULL";
  if (typeof cell === "string" && cell.startsWith("i")) return cell.slice(1);
  if (typeof cell === "string" && cell.length <= shortText && !cell.includes("\0")) return `'${cell.slice(1).replaceAll("'", "''")}'`;
  params.push(boundOf(cell, aside));
  return "?";
}

function boundOf(cell: Exclude<Cell, null>, aside: Aside): Bound {
  if (typeof cell === "string") return cell.slice(1);
  if (typeof cell === "number") return cell;
  if ("b" in cell) return fromBase64(cell.b);
  if ("r" in cell) return Number(cell.r);
  const bytes = aside[cell.v];
  if (bytes === undefined) throw new Error(`expected a value beside its change at ${cell.v}; there are ${aside.length}`);
  return cell.as === "text" ? decoder.decode(bytes) : copyOf(bytes);
}

/** The statements that put rows into a table, many at a time within the engine's limits. */
export function* insertions(head: string, rows: readonly (readonly Cell[])[], aside: Aside, tail = ""): Generator<Applied> {
  let params: Bound[] = [];
  let tuples: string[] = [];
  let characters = 0;
  for (const row of rows) {
    const own: Bound[] = [];
    const tuple = `(${row.map((cell) => expression(cell, own, aside)).join(",")})`;
    if (tuples.length > 0 && (params.length + own.length > most.parameters || characters + tuple.length > most.characters || tuples.length === most.rows)) {
      yield { sql: `${head} VALUES ${tuples.join(",")}${tail}`, params };
      params = [];
      tuples = [];
      characters = 0;
    }
    params.push(...own);
    tuples.push(tuple);
    characters += tuple.length;
  }
  if (tuples.length > 0) yield { sql: `${head} VALUES ${tuples.join(",")}${tail}`, params };
}

/** The statements that make a change, in order. */
export function* statementsFor(change: RowsChange, aside: Aside): Generator<Applied> {
  const table = quoteName(change.table);
  const names = [change.rowid, ...change.columns.map(quoteName)];
  switch (change.kind) {
    case "insert":
      yield* insertions(`INSERT INTO ${table} (${names.join(",")})`, change.rows, aside);
      return;
    case "replace":
      yield* insertions(`INSERT OR REPLACE INTO ${table} (${names.join(",")})`, change.rows, aside);
      return;
    case "upsert": {
      const assignments = change.columns.map((column) => `${quoteName(column)}=excluded.${quoteName(column)}`).join(",");
      yield* insertions(`INSERT INTO ${table} (${names.join(",")})`, change.rows, aside, ` ON CONFLICT(${change.rowid}) DO UPDATE SET ${assignments}`);
      return;
    }
    case "update":
      for (const [rowid = null, ...cells] of change.rows) {
        const params: Bound[] = [];
        const assignments = cells.map((cell, index) => `${quoteName(change.columns[index] ?? "")}=${expression(cell, params, aside)}`);
        yield { sql: `UPDATE ${table} SET ${assignments.join(",")} WHERE ${change.rowid}=${expression(rowid, params, aside)}`, params };
      }
      return;
    case "delete":
      for (const [rowid = null] of change.rows) {
        const params: Bound[] = [];
        yield { sql: `DELETE FROM ${table} WHERE ${change.rowid}=${expression(rowid, params, aside)}`, params };
      }
      return;
  }
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

function fromBase64(text: string): ArrayBuffer {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return bytes.buffer;
}

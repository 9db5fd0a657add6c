// Runs one statement on a database as D1 does: binds, collects rows, and tells what it did.
import { limits, refusals, Refusal } from "./refusal.js";
import { d1Env } from "./settings.worker.js";
import type { Form, Parameter, Query } from "./wire.js";

export interface Meta {
  readonly served_by: string;
  readonly served_by_region: string;
  readonly served_by_colo: string;
  readonly served_by_primary: boolean;
  readonly timings: { readonly sql_duration_ms: number };
  readonly duration: number;
  readonly changes: number;
  readonly last_row_id: number;
  readonly changed_db: boolean;
  readonly size_after: number;
  readonly rows_read: number;
  readonly rows_written: number;
  readonly total_attempts: number;
}

export interface Executed {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlStorageValue[])[];
  readonly meta: Meta;
}

const encoder = new TextEncoder();

/** @throws Refusal for a value over the documented limit */
export function bound(parameter: Parameter): string | number | null | ArrayBuffer {
  if (typeof parameter === "string") {
    // A UTF-16 unit is at most three bytes of UTF-8, so most texts need no counting.
    if (parameter.length * 3 > limits.valueBytes && encoder.encode(parameter).byteLength > limits.valueBytes) throw new Refusal(refusals.tooBig);
    return parameter;
  }
  if (parameter === null || typeof parameter === "number") return parameter;
  if (parameter.length > limits.valueBytes) throw new Refusal(refusals.tooBig);
  const bytes = new ArrayBuffer(parameter.length);
  new Uint8Array(bytes).set(parameter);
  return bytes;
}

type Counters = [total: number, lastRowId: number];

function counters(sql: SqlStorage): Counters {
  const [row] = [...sql.exec("SELECT total_changes(), last_insert_rowid()").raw<Counters>()];
  return row ?? [0, 0];
}

/**
 * @param isPrimary what the answer says about the copy that gave it
 * @throws Error with SQLite's words
 */
export function execute(sql: SqlStorage, text: string, params: readonly Parameter[], isPrimary: boolean, isReadOnly: boolean): Executed {
  const [totalBefore, lastBefore] = isReadOnly ? [0, 0] : counters(sql);
  const sizeBefore = sql.databaseSize;
  const startedMs = performance.now();
  const cursor = sql.exec(text, ...params.map(bound));
  const rows = [...cursor.raw<SqlStorageValue[]>()];
  const durationMs = performance.now() - startedMs;
  const [total, lastRowId] = isReadOnly ? [0, 0] : counters(sql);
  const sizeAfter = sql.databaseSize;
  return {
    columns: cursor.columnNames,
    rows,
    meta: {
      served_by: `edgemark-d1-${d1Env.POP_ID}`,
      served_by_region: d1Env.REGION.toUpperCase(),
      served_by_colo: d1Env.POP_ID.toUpperCase(),
      served_by_primary: isPrimary,
      timings: { sql_duration_ms: durationMs },
      duration: durationMs,
      changes: total - totalBefore,
      last_row_id: lastRowId,
      changed_db: total !== totalBefore || lastRowId !== lastBefore || sizeAfter !== sizeBefore,
      size_after: sizeAfter,
      rows_read: cursor.rowsRead,
      rows_written: cursor.rowsWritten,
      total_attempts: 1,
    },
  };
}

/** The results as the text that travels: made once, where they are, so that nobody on the way takes it apart again. */
export function resultsText(results: readonly Executed[], form: Form): string {
  return JSON.stringify(
    results.map(({ columns, rows, meta }) => {
      const plain = rows.map((row) => row.map((value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value)));
      if (form === "rpc") return { meta, data: { kind: "raw", columns, rows: plain } };
      if (form === "columns") return { success: true, results: { columns, rows: plain }, meta };
      return { success: true, results: plain.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]]))), meta };
    }),
  );
}

/** Runs a query that only reads. */
export function read(sql: SqlStorage, query: Query, text: string, isPrimary: boolean): Executed {
  return execute(sql, text, query.params, isPrimary, true);
}

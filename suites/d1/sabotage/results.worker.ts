// Defects of what statements give, and of how they are written.
import { asked, failing, nothing, type Result, results, type PlantedSabotage, value } from "./defect.worker.js";

/** The text without comments and what ends it, as a platform might cut it that reads it line by line. */
const firstLine = (sql: string): string => sql.split("\n")[0] ?? "";

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "results-backwards",
    what: "Rows come in the opposite order.",
    caughtBy: ["d1.result.all", "d1.result.returning", "d1.sql.window"],
    defect: results((result) => ({ ...result, results: [...result.results].reverse() })),
  },
  {
    name: "results-null-for-none",
    what: "A query without rows gives null.",
    caughtBy: ["d1.result.none"],
    defect: results((result) => (result.results.length > 0 ? result : { ...result, results: null as unknown as Result["results"] })),
  },
  {
    name: "run-gives-no-rows",
    what: "run() gives no rows, RETURNING or not.",
    caughtBy: ["d1.result.run", "d1.result.returning", "d1.rpc.result"],
    defect: value("run", (result) => ({ ...(result as Result), results: [] })),
  },
  {
    name: "first-gives-last",
    what: "first() gives the last row.",
    caughtBy: ["d1.result.first", "d1.result.first.column"],
    defect: { call: async (call, carryOut) => (call.method === "first" ? lastOf((await carryOut({ method: "all" })) as Result, call.option) : carryOut()) },
  },
  {
    name: "first-undefined",
    what: "first() without a row gives an empty object.",
    caughtBy: ["d1.result.first.none"],
    defect: value("first", (row) => row ?? {}),
  },
  {
    name: "first-column-forgiven",
    what: "first() of a column that is not there gives null.",
    caughtBy: ["d1.result.first.column.unknown"],
    defect: failing((error, { method }) => {
      if (method !== "first") throw error;
      return null;
    }),
  },
  {
    name: "raw-by-name",
    what: "raw() gathers columns by their names.",
    caughtBy: ["d1.result.raw.duplicates"],
    defect: { call: async (call, carryOut) => (call.method === "raw" && call.option === undefined ? ((await carryOut({ method: "all" })) as Result).results.map((row) => Object.values(row)) : carryOut()) },
  },
  {
    name: "raw-gives-objects",
    what: "raw() gives rows as objects.",
    caughtBy: ["d1.result.raw", "d1.statement.numbered"],
    defect: { call: async (call, carryOut) => (call.method === "raw" ? ((await carryOut({ method: "all" })) as Result).results : carryOut()) },
  },
  {
    name: "raw-without-names",
    what: "raw() leaves the names of columns out.",
    caughtBy: ["d1.result.raw.columns"],
    defect: { call: (call, carryOut) => (call.method === "raw" ? carryOut({ option: undefined }) : carryOut()) },
  },
  {
    name: "statement-keeps-first-binding",
    what: "A prepared statement keeps what was bound to it first.",
    caughtBy: ["d1.statement.reuse"],
    defect: asked((one) => (one.params === undefined ? one : { ...one, params: one.params.map((param) => (typeof param === "number" ? 1 : param)) })),
  },
  {
    name: "bindings-filled-up",
    what: "Values that were not bound are null, and those too many are dropped.",
    caughtBy: ["d1.statement.bindings"],
    defect: asked((one) => {
      const count = one.sql.split("?").length - 1;
      return one.params === undefined ? one : { ...one, params: Array.from({ length: count }, (_, index) => one.params?.[index] ?? null) };
    }),
  },
  {
    name: "statement-one-line",
    what: "A statement ends with its first line.",
    caughtBy: ["d1.statement.trailing"],
    defect: asked((one) => ({ ...one, sql: firstLine(one.sql) })),
  },
  {
    name: "statement-none-is-fine",
    what: "A text without a statement succeeds.",
    caughtBy: ["d1.statement.empty"],
    defect: failing((error) => {
      if (!/no sql statements|did not contain a statement/i.test(error.message)) throw error;
      return nothing;
    }),
  },
  {
    name: "surface-without-raw",
    what: "Statements have no raw(), sessions no batch(), databases no exec().",
    caughtBy: ["d1.surface"],
    defect: { absent: ["raw", "batch", "exec"] },
  },
];

function lastOf({ results }: Result, column: unknown): unknown {
  const row = results.at(-1) ?? null;
  return column === undefined || row === null ? row : row[column as string];
}

// Defects of the SQL that a database understands.
import { failing, nothing, refusing, results, type PlantedSabotage, sql } from "./defect.worker.js";

/** An engine that does not know what matches. */
const without = (name: string, what: string, pattern: RegExp, ...ids: readonly [string, ...string[]]): PlantedSabotage => ({
  name: `sql-without-${name}`,
  what: `The engine has no ${what}.`,
  caughtBy: ids.map((id) => `d1.sql.${id}`) as unknown as PlantedSabotage["caughtBy"],
  defect: refusing((one) => pattern.test(one.sql)),
});
/** An engine that does what it should refuse, or says so. */
const allowing = (name: string, what: string, pattern: RegExp, ...caughtBy: PlantedSabotage["caughtBy"]): PlantedSabotage => ({
  name: `sql-allows-${name}`,
  what,
  caughtBy,
  defect: failing((error, { statements }) => {
    if (statements.length === 1 && pattern.test(statements[0]?.sql ?? "")) return nothing;
    throw error;
  }),
});

export const sabotages: readonly PlantedSabotage[] = [
  without("recursion", "recursive expressions", /^WITH RECURSIVE/, "cte"),
  without("windows", "window functions", / OVER \(/, "window"),
  without("upsert", "ON CONFLICT", / ON CONFLICT /, "upsert"),
  without("json", "JSON", /json|->>/, "json", "json-generated"),
  without("search", "full-text search", /fts5/, "full-text"),
  without("mathematics", "mathematical functions", /sqrt\(/, "mathematics"),
  without("strict", "STRICT tables", /\) STRICT/, "strict"),
  without("alter", "ALTER TABLE", /^ALTER TABLE/, "alter"),
  {
    name: "sql-dates-of-another-zone",
    what: "Dates are of another time zone.",
    caughtBy: ["d1.sql.dates"],
    defect: sql((text) => text.replace("unixepoch('2024-01-01')", "unixepoch('2024-01-01', '+1 hour')")),
  },
  {
    name: "sql-triggers-dormant",
    what: "Triggers are made and never fire.",
    caughtBy: ["d1.sql.trigger"],
    defect: sql((text) => (text.startsWith("CREATE TRIGGER") ? "SELECT 1" : text)),
  },
  {
    name: "sql-views-frozen",
    what: "A view shows what there was when it was made.",
    caughtBy: ["d1.sql.view"],
    defect: sql((text) => text.replace(/^CREATE VIEW/, "CREATE TABLE")),
  },
  {
    name: "sql-keys-ignored",
    what: "Foreign keys mean nothing.",
    caughtBy: ["d1.sql.cascade", "d1.error.foreign-key", "d1.batch.rollback.deferred-key"],
    defect: sql((text) => text.replace(/ REFERENCES \w+( \(\w+\))?( ON DELETE (CASCADE|SET NULL))?/g, "")),
  },
  {
    name: "sql-keys-at-once",
    what: "Foreign keys cannot be put off.",
    caughtBy: ["d1.sql.defer-foreign-keys"],
    defect: sql((text) => (text.startsWith("PRAGMA defer_foreign_keys") ? "SELECT 1" : text)),
  },
  {
    name: "sql-table-info-without-types",
    what: "table_info tells no types.",
    caughtBy: ["d1.sql.table-info"],
    defect: results((result, { sql: text }) => (text.startsWith("PRAGMA table_info") ? { ...result, results: result.results.map((row) => ({ ...row, type: "" })) } : result)),
  },
  {
    name: "sql-unsound",
    what: "A check of the database finds damage.",
    caughtBy: ["d1.sql.quick-check"],
    defect: results((result, { sql: text }) => (text.startsWith("PRAGMA quick_check") ? { ...result, results: [{ quick_check: "row 1 missing from index" }] } : result)),
  },
  {
    name: "sql-indexes-unused",
    what: "Indexes are made and not used.",
    caughtBy: ["d1.sql.explain", "d1.import", "d1.meta.rows-read", "d1.meta.rows-written"],
    defect: sql((text) => (text.startsWith("CREATE INDEX") ? "SELECT 1" : text)),
  },
  allowing("attach", "A file of the machine can be attached.", /^ATTACH/, "d1.sql.refused.attach"),
  allowing("extensions", "An extension can be loaded.", /load_extension/, "d1.sql.refused.extension"),
  allowing("pragmas", "Pragmas that reach into the engine are taken.", /journal_mode|writable_schema/, "d1.sql.refused.journal", "d1.sql.refused.schema-writing"),
  allowing("internals", "The engine's own tables can be read.", /_cf_KV/, "d1.sql.refused.internal-tables"),
  allowing("transactions", "Transactions of one's own are taken.", /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT)/, "d1.transaction.refused.begin", "d1.transaction.refused.commit", "d1.transaction.refused.rollback", "d1.transaction.refused.savepoint"),
];

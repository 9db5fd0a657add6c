// Makes an entry of the log true in a copy of the database: at a replica, and at the primary when it goes back in time.
import { parameterOf, statementsFor, type Change } from "./change.js";
import { putImage, weighed } from "./image.worker.js";
import { analyse } from "./statement.js";
import type { LogEntry } from "./wire.js";

/**
 * Inside a transaction.
 * @param pages of the entry, when it is an image
 * @returns its weight, as stepWeight counts it
 * @throws Error when a change does not fit the copy: it is not the one that the log was written for
 */
export function applyEntry(sql: SqlStorage, entry: LogEntry, pages: Iterable<string>): number {
  if (entry.pages > 0) return putImage(sql, pages);
  const changes = JSON.parse(entry.body) as readonly Change[];
  // A row may come before the one it refers to, as it did at the primary inside its own transaction.
  sql.exec("PRAGMA defer_foreign_keys = ON");
  let setsPragma = false;
  let weight = 0;
  for (const change of changes) {
    if (change.kind === "sql") {
      weight += weighed(sql, change.sql, change.params.map((cell) => parameterOf(cell, entry.values)));
      setsPragma ||= change.sql.toLowerCase().includes("pragma") && analyse(change.sql).setsPragma;
    } else for (const { sql: text, params } of statementsFor(change, entry.values)) weight += weighed(sql, text, params);
  }
  if (setsPragma) resetPragmas(sql);
  return weight;
}

/** Puts back what a call may set of the connection: it holds for the call and for nobody after it. */
export function resetPragmas(sql: SqlStorage): void {
  sql.exec("PRAGMA recursive_triggers = OFF");
  sql.exec("PRAGMA case_sensitive_like = OFF");
}

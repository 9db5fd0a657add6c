// Makes an entry of the log true in a copy of the database: at a replica, and at the primary when it goes back in time.
import { parameterOf, statementsFor, type Change } from "./change.js";
import { putImage } from "./image.worker.js";
import { analyse } from "./statement.js";
import type { LogEntry } from "./wire.js";

/**
 * Inside a transaction.
 * @param pages of the entry, when it is an image
 * @throws Error when a change does not fit the copy: it is not the one that the log was written for
 */
export function applyEntry(sql: SqlStorage, entry: LogEntry, pages: Iterable<string>): void {
  if (entry.pages > 0) {
    putImage(sql, pages);
    return;
  }
  const changes = JSON.parse(entry.body) as readonly Change[];
  // A row may come before the one it refers to, as it did at the primary inside its own transaction.
  sql.exec("PRAGMA defer_foreign_keys = ON");
  let setsPragma = false;
  for (const change of changes) {
    if (change.kind === "sql") {
      sql.exec(change.sql, ...change.params.map((cell) => parameterOf(cell, entry.values))).toArray();
      setsPragma ||= change.sql.toLowerCase().includes("pragma") && analyse(change.sql).setsPragma;
    } else for (const { sql: text, params } of statementsFor(change, entry.values)) sql.exec(text, ...params).toArray();
  }
  if (setsPragma) resetPragmas(sql);
}

/** Puts back what a call may set of the connection: it holds for the call and for nobody after it. */
export function resetPragmas(sql: SqlStorage): void {
  sql.exec("PRAGMA recursive_triggers = OFF");
  sql.exec("PRAGMA case_sensitive_like = OFF");
}

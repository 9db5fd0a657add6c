// A table that the cases about SQL begin with.
import type { Inside } from "../stored-env.worker.js";

/** A table of three rows. */
export function fruits({ sql }: Inside): void {
  sql.exec("CREATE TABLE fruit (id INTEGER PRIMARY KEY, name TEXT, price REAL)");
  sql.exec("INSERT INTO fruit (name, price) VALUES ('apple', 1.5), ('pear', 2), ('plum', NULL)");
}

// Which Durable Object classes a project has in the end, by replaying its migrations (or from its exports), and which of
// them have SQLite storage. Pure.
import { isRecord, type Reader } from "./record.js";

export interface DurableClasses {
  /** Whether it has SQLite storage, by class name. */
  readonly sqlite: ReadonlyMap<string, boolean>;
  /** Class names that migrations gave up, for when state is kept: what was stored under them stays where it is. */
  readonly abandoned: readonly string[];
  readonly notes: readonly string[];
}

/** @param settings of the chosen environment; what is wrong with it is noted there */
export function durableClasses(settings: Reader): DurableClasses {
  const sqlite = new Map<string, boolean>();
  const abandoned: string[] = [];
  const notes: string[] = [];
  for (const migration of settings.tables("migrations")) {
    migration.required("tag");
    for (const name of migration.texts("new_classes")) sqlite.set(name, false);
    for (const name of migration.texts("new_sqlite_classes")) sqlite.set(name, true);
    for (const renamed of migration.tables("renamed_classes")) {
      const [from, to] = [renamed.required("from"), renamed.required("to")];
      const hasSql = sqlite.get(from);
      if (hasSql === undefined) renamed.differs("from", "a class of an earlier migration");
      sqlite.delete(from);
      sqlite.set(to, hasSql ?? true);
      abandoned.push(`${from} (renamed to ${to})`);
    }
    for (const name of migration.texts("deleted_classes")) {
      if (!sqlite.delete(name)) migration.differs("deleted_classes", "classes of earlier migrations");
      abandoned.push(`${name} (deleted)`);
    }
    if (migration.raw("transferred_classes") !== undefined) notes.push("not supported yet, ignored: transferred_classes of migrations");
  }
  for (const [name, value] of settings.table("exports")?.entries() ?? []) {
    const kind = isRecord(value) ? value["type"] : undefined;
    if (!isRecord(value) || kind !== "durable-object") {
      notes.push(`not supported yet, ignored: exports.${name}${typeof kind === "string" ? ` of type ${kind}` : ""}`);
      continue;
    }
    const state = value["state"] ?? "created";
    if (state === "created") sqlite.set(name, value["storage"] !== "legacy-kv");
    else if (state === "renamed" || state === "deleted") abandoned.push(`${name} (${state})`);
    else notes.push(`not supported yet, ignored: exports.${name} in the state ${JSON.stringify(state)}`);
  }
  return { sqlite, abandoned, notes };
}

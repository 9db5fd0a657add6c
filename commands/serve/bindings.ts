// The bindings of a project as the contract knows them. Pure: what is wrong is noted at the reader, what the contract
// cannot say is named in a line.
import { resolve } from "node:path";
import type { Binding } from "../../contract/target/types.js";
import type { DurableClasses } from "./durable-classes.js";
import type { MigrationSettings } from "./migrations.js";
import type { Reader } from "./record.js";

export interface ReadBindings {
  readonly bindings: readonly Binding[];
  /** Classes that the program must export. */
  readonly ownClasses: readonly string[];
  /** Of D1 databases, for those that have files. */
  readonly migrations: readonly MigrationSettings[];
  readonly notes: readonly string[];
}

/**
 * @param settings of the chosen environment
 * @param worker the project's own name
 * @param secrets of .dev.vars: they win over vars of the same name
 * @param folder of the configuration, absolute
 */
export function readBindings(settings: Reader, worker: string, classes: DurableClasses, secrets: Readonly<Record<string, string>>, folder: string): ReadBindings {
  const notes: string[] = [];
  const databases = readDatabases(settings, worker, folder, notes);
  const bindings: Binding[] = [
    ...variables(settings, secrets),
    ...settings.tables("kv_namespaces").map((one): Binding => {
      const name = one.required("binding");
      return { kind: "kv", name, namespace: resource(one.text("id") ?? `${worker}-${name}`) };
    }),
    ...databases.map(({ binding, database }): Binding => ({ kind: "d1", name: binding, database })),
    ...settings.tables("r2_buckets").map((one): Binding => {
      const name = one.required("binding");
      return { kind: "r2", name, bucket: resource(one.text("bucket_name") ?? `${worker}-${name}`.toLowerCase()) };
    }),
    ...services(settings),
    ...queues(settings, notes),
  ];
  const ownClasses: string[] = [];
  for (const one of settings.table("durable_objects")?.tables("bindings") ?? []) {
    const [name, className, script] = [one.required("name"), one.required("class_name"), one.text("script_name")];
    if (script !== undefined && script !== worker) {
      // Whether it has SQLite storage is the other project's to say; link.ts asks it.
      bindings.push({ kind: "durable_object", name, className, sqlite: true, script });
      continue;
    }
    ownClasses.push(className);
    const sqlite = classes.sqlite.get(className);
    if (sqlite === undefined && className !== "") notes.push(`the Durable Object class ${className} is in no migration, so a deployment elsewhere would be refused; taken as one of new_sqlite_classes`);
    bindings.push({ kind: "durable_object", name, className, sqlite: sqlite ?? true });
  }
  const seen = new Set<string>();
  for (const { name } of bindings) {
    if (name === "") continue;
    if (seen.has(name)) settings.problems.push(`${name}: one binding of a name expected; it is bound twice`);
    else if (!/^[A-Za-z_$][\w$]*$/.test(name)) settings.problems.push(`${name}: a binding is named like a JavaScript variable`);
    seen.add(name);
  }
  return { bindings, ownClasses, migrations: databases, notes };
}

/** Keys of a database that are read, or that concern an account elsewhere. */
const databaseKeys: ReadonlySet<string> = new Set(["binding", "database_name", "database_id", "migrations_dir", "migrations_table", "preview_database_id"]);

function readDatabases(settings: Reader, worker: string, folder: string, notes: string[]): readonly MigrationSettings[] {
  const databases = settings.tables("d1_databases").map((one): MigrationSettings => {
    const binding = one.required("binding");
    const [id, name, directory] = [one.text("database_id"), one.text("database_name"), one.text("migrations_dir")];
    for (const [key, value] of one.entries()) if (!databaseKeys.has(key) && value !== false) notes.push(`not supported, ignored: d1_databases.${key} (${binding})`);
    return { binding, database: resource(id ?? name ?? `${worker}-${binding}`), folder: resolve(folder, directory ?? "migrations"), isNamed: directory !== undefined, table: one.text("migrations_table") ?? "d1_migrations" };
  });
  // A folder that nobody named belongs to the one database there is.
  const isOnly = databases.length === 1;
  return databases.map((one) => (one.isNamed || isOnly ? one : { ...one, folder: "" }));
}

function variables(settings: Reader, secrets: Readonly<Record<string, string>>): Binding[] {
  const vars = (settings.table("vars")?.entries() ?? []).filter(([name]) => !Object.hasOwn(secrets, name));
  return [
    ...vars.map(([name, value]): Binding => (typeof value === "string" ? { kind: "text", name, value } : { kind: "json", name, value: JSON.stringify(value) })),
    ...Object.entries(secrets).map(([name, value]): Binding => ({ kind: "secret", name, value })),
  ];
}

function services(settings: Reader): Binding[] {
  return settings.tables("services").map((one): Binding => {
    const [name, service, environment, entrypoint] = [one.required("binding"), one.required("service"), one.text("environment"), one.text("entrypoint")];
    return { kind: "service", name, service: environment === undefined ? service : `${service}-${environment}`, ...(entrypoint === undefined ? {} : { entrypoint }) };
  });
}

function queues(settings: Reader, notes: string[]): Binding[] {
  const queue = settings.table("queues");
  if (queue === undefined) return [];
  const consumers = queue.tables("consumers").map((one) => one.required("queue"));
  if (consumers.length > 0) notes.push(`not supported yet, ignored: queues.consumers (${consumers.join(", ")})`);
  return queue.tables("producers").map((one): Binding => ({ kind: "queue", name: one.required("binding"), queue: resource(one.required("queue")) }));
}

/** The name of a resource; the contract's has no spaces. */
function resource(name: string): string {
  return name.replace(/\s+/g, "-");
}

// What a database's schema means for replication: which tables have triggers, where a statement can meet a default or a
// trigger that is another at each run, and how a table's rows are told apart.
import { isVolatile } from "./statement.js";
import { tokensOf } from "./tokens.js";

export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  /** null for what the engine made itself. */
  readonly sql: string | null;
}

export interface SchemaFacts {
  /** Objects, in lower case, whose use can give something else at each run. */
  readonly volatileNames: ReadonlySet<string>;
  /** Tables and views, in lower case, that have triggers. */
  readonly triggered: ReadonlySet<string>;
  readonly hasVolatileTrigger: boolean;
  /** Tables, in lower case, that another table's rows refer to. */
  readonly referenced: ReadonlySet<string>;
}

/** @param objects as sqlite_master lists them */
export function factsOf(objects: readonly SchemaObject[]): SchemaFacts {
  const known = objects.map((object) => {
    const tokens = tokensOf(object.sql ?? "");
    const words = new Set(tokens.flatMap((token) => (token.kind === "word" || token.kind === "name" || token.kind === "string" ? [token.text.replace(/^'|'$/g, "").toLowerCase()] : [])));
    return { type: object.type, name: object.name.toLowerCase(), table: object.table.toLowerCase(), words, isVolatile: isVolatile(tokens) };
  });
  const volatileNames = new Set(known.filter((object) => object.isVolatile).map((object) => object.name));
  // A view, trigger or index that mentions a volatile object is one too, and so is a table whose trigger or dependant is. A table
  // mentions others to refer to them only, which touches nothing of theirs.
  for (let size = -1; size !== volatileNames.size; ) {
    size = volatileNames.size;
    for (const object of known) {
      if (object.type !== "table" && [...volatileNames].some((name) => object.words.has(name))) volatileNames.add(object.name);
      if (!volatileNames.has(object.name)) continue;
      if (object.type === "trigger") volatileNames.add(object.table);
      if (object.type === "table" && object.words.has("references")) for (const other of known) if (other.type === "table" && object.words.has(other.name)) volatileNames.add(other.name);
    }
  }
  const triggers = known.filter((object) => object.type === "trigger");
  const referring = known.filter((object) => object.type === "table" && object.words.has("references"));
  return {
    volatileNames,
    triggered: new Set(triggers.map((trigger) => trigger.table)),
    hasVolatileTrigger: triggers.some((trigger) => volatileNames.has(trigger.name)),
    referenced: new Set(known.filter((object) => object.type === "table" && referring.some((other) => other.words.has(object.name))).map((object) => object.name)),
  };
}

/** How a table's rows are read and put exactly. */
export interface TableFacts {
  /** As the schema spells it. */
  readonly name: string;
  /** Columns that can be written; generated ones follow from them. */
  readonly columns: readonly string[];
  /** The name of the row number, undefined when the table has none that can be named. */
  readonly rowid: string | undefined;
  /** Its module answers for its rows: it knows no RETURNING. */
  readonly isVirtual: boolean;
  /** The column that is the row number, in lower case. */
  readonly key: string | undefined;
}

/**
 * @param columns as PRAGMA table_xinfo lists them
 * @param kind WITHOUT ROWID tables have no number of their own
 */
export function tableFacts(name: string, columns: readonly { readonly name: string; readonly type: string; readonly pk: number; readonly hidden: number }[], kind: "ordinary" | "without-rowid" | "virtual"): TableFacts {
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  const rowid = kind !== "without-rowid" ? ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias)) : undefined;
  const keys = columns.filter((column) => column.pk > 0);
  const key = keys.length === 1 && keys[0]?.type.toUpperCase() === "INTEGER" ? keys[0].name.toLowerCase() : undefined;
  return { name, columns: columns.filter((column) => column.hidden === 0).map((column) => column.name), rowid, isVirtual: kind === "virtual", key };
}

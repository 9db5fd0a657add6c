// What a call's statements do, told from their text: whether they only read, whether running them again elsewhere gives
// the same, and which table they change. Conservative: what is not understood is taken for the worst.
import { statementsOf, type Token, tokensOf } from "./tokens.js";

/** A change of rows whose result can be taken from the statement itself, with RETURNING. */
export interface RowChange {
  readonly verb: "insert" | "replace" | "upsert" | "update" | "delete";
  /** In lower case. */
  readonly table: string;
  /** Columns that are assigned, in lower case; a change of the key among them cannot be taken row by row. */
  readonly assigned: readonly string[];
  /** Where the statement's own RETURNING begins in the text, -1 when it has none. */
  readonly returningAt: number;
}

export interface Statement {
  /** The text up to the end of its last statement: SQLite takes no trailing comment alone. */
  readonly text: string;
  readonly statements: number;
  readonly isReadOnly: boolean;
  /** It changes the schema, so what is known of it must be read again. */
  readonly changesSchema: boolean;
  /** Run again elsewhere or later, it can give something else. */
  readonly isVolatile: boolean;
  /** Its result can follow the order in which rows are visited. */
  readonly dependsOnOrder: boolean;
  /** It sets something of the connection, which must not outlive the call. */
  readonly setsPragma: boolean;
  /** All names and words in it, in lower case: what it can touch. */
  readonly words: ReadonlySet<string>;
  readonly change: RowChange | undefined;
  /** A documented limit that the engine does not know, in the engine's words; undefined when all is well. */
  readonly refusal: string | undefined;
}

/** Functions whose value is another at each call, or that read the clock or the connection. */
const volatileFunctions: ReadonlySet<string> = new Set([
  "random",
  "randomblob",
  "date",
  "time",
  "datetime",
  "julianday",
  "unixepoch",
  "strftime",
  "timediff",
  "last_insert_rowid",
  "changes",
  "total_changes",
]);
const volatileWords: ReadonlySet<string> = new Set(["current_timestamp", "current_date", "current_time"]);
const schemaVerbs: ReadonlySet<string> = new Set(["create", "alter", "drop", "analyze", "reindex", "vacuum"]);
/** Functions with any number of arguments: the others have a number of their own. */
const variadicFunctions: ReadonlySet<string> = new Set(["max", "min", "coalesce", "printf", "format", "char", "concat", "concat_ws", "json_array", "json_object", "json_insert", "json_replace", "json_set", "json_remove", "json_extract"]);
const mostArguments = 32;

/** @param sql as a worker gave it; may hold several statements */
export function analyse(sql: string): Statement {
  const tokens = tokensOf(sql);
  const statements = statementsOf(tokens);
  const last = statements.at(-1)?.at(-1);
  const verbs = statements.map(verbOf);
  const text = last === undefined ? "" : sql.slice(0, last.end);
  const only = statements.length === 1 ? statements[0] : undefined;
  return {
    text,
    statements: statements.length,
    isReadOnly: statements.every((statement, index) => isReadOnly(statement, verbs[index] ?? "")),
    changesSchema: verbs.some((verb) => schemaVerbs.has(verb)),
    isVolatile: isVolatile(tokens),
    dependsOnOrder: tokens.some((token) => token.kind === "word" && (token.text === "select" || token.text === "limit" || token.text === "from")),
    setsPragma: statements.some((statement, index) => verbs[index] === "pragma" && !isReadOnly(statement, "pragma")),
    words: new Set(tokens.flatMap((token) => (token.kind === "word" || token.kind === "name" ? [token.text] : token.kind === "string" ? [token.text.slice(1, -1).toLowerCase()] : []))),
    change: only === undefined ? undefined : rowChange(only, sql),
    refusal: tooManyArguments(tokens),
  };
}

/** Whether a text, also one of the schema, holds something that is another at each run. */
export function isVolatile(tokens: readonly Token[]): boolean {
  return tokens.some((token, index) => {
    if (token.kind !== "word" && token.kind !== "name") return false;
    if (token.kind === "word" && volatileWords.has(token.text)) return true;
    return volatileFunctions.has(token.text) && tokens[index + 1]?.text === "(";
  });
}

/** The verb of a statement; of one that begins with WITH, the verb after its tables. */
function verbOf(statement: readonly Token[]): string {
  const first = statement[0];
  if (first?.kind !== "word") return "";
  if (first.text !== "with") return first.text;
  return statement.find((token, index) => token.kind === "word" && mainVerbs.has(token.text) && depthAt(statement, index) === 0)?.text ?? "with";
}

const mainVerbs: ReadonlySet<string> = new Set(["select", "values", "insert", "replace", "update", "delete"]);

function depthAt(statement: readonly Token[], index: number): number {
  let depth = 0;
  for (const token of statement.slice(0, index)) {
    if (token.kind !== "symbol") continue;
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
  }
  return depth;
}

/** Pragmas that only tell something, whatever their argument. */
const tellingPragmas: ReadonlySet<string> = new Set([
  "table_info",
  "table_xinfo",
  "table_list",
  "index_list",
  "index_info",
  "index_xinfo",
  "foreign_key_list",
  "foreign_key_check",
  "quick_check",
  "data_version",
]);

function isReadOnly(statement: readonly Token[], verb: string): boolean {
  if (verb === "select" || verb === "values" || verb === "explain") return true;
  if (verb !== "pragma") return false;
  const name = statement[1]?.text ?? "";
  return tellingPragmas.has(name) || (statement.length === 2 && name !== "optimize");
}

function rowChange(statement: readonly Token[], sql: string): RowChange | undefined {
  const verb = verbOf(statement);
  if (verb !== "insert" && verb !== "replace" && verb !== "update" && verb !== "delete") return undefined;
  const begin = statement.findIndex((token, index) => token.kind === "word" && token.text === verb && depthAt(statement, index) === 0);
  let at = begin + 1;
  const conflict = statement[at]?.text === "or" ? (statement[at + 1]?.text ?? "") : "";
  if (conflict !== "") at += 2;
  const word = statement[at]?.text;
  if (word === "into" || (verb === "delete" && word === "from")) at++;
  if (statement[at + 1]?.text === ".") at += 2;
  const table = statement[at];
  if (table === undefined || (table.kind !== "word" && table.kind !== "name")) return undefined;
  const returning = statement.findIndex((token, index) => index > at && token.kind === "word" && token.text === "returning" && depthAt(statement, index) === 0);
  const returningAt = returning === -1 ? -1 : (statement[returning]?.start ?? sql.length);
  const upsert = statement.findIndex((token, index) => index > at && token.text === "conflict" && statement[index - 1]?.text === "on" && depthAt(statement, index) === 0);
  const isUpsert = upsert !== -1 && statement.slice(upsert).some((token) => token.kind === "word" && token.text === "update");
  // Rows that another row's update pushed out are in no RETURNING.
  if (verb === "update" && conflict === "replace") return undefined;
  const assigned = verb === "update" || isUpsert ? assignedColumns(statement.slice(isUpsert ? upsert : at)) : [];
  const kind = verb === "insert" ? (conflict === "replace" ? "replace" : isUpsert ? "upsert" : "insert") : verb;
  return { verb: kind, table: table.text, assigned, returningAt };
}

/**
 * Names before an equals sign, and all that stand in a list before one: more than are assigned, never fewer. A condition assigns
 * nothing: the key that picks a row is not one that changes, and to tell by rows is a great deal less than to tell all.
 */
function assignedColumns(tokens: readonly Token[]): readonly string[] {
  let depth = 0;
  let isCondition = false;
  return tokens.flatMap((token, index) => {
    if (token.kind === "symbol") depth += token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
    if (token.kind === "word" && depth === 0 && (token.text === "where" || token.text === "set")) isCondition = token.text === "where";
    if (isCondition) return [];
    if (token.kind !== "word" && token.kind !== "name" && token.kind !== "string") return [];
    const next = tokens[index + 1]?.text;
    const name = token.kind === "string" ? token.text.slice(1, -1).toLowerCase() : token.text;
    return next === "=" || next === "," || next === ")" ? [name] : [];
  });
}

function tooManyArguments(tokens: readonly Token[]): string | undefined {
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" || !variadicFunctions.has(token.text) || tokens[index + 1]?.text !== "(") continue;
    let depth = 0;
    let commas = 0;
    for (const each of tokens.slice(index + 1)) {
      if (each.kind !== "symbol") continue;
      if (each.text === "(") depth++;
      else if (each.text === ")" && --depth === 0) break;
      else if (each.text === "," && depth === 1) commas++;
    }
    if (commas >= mostArguments) return `too many arguments on function ${token.text} at offset ${token.start}: SQLITE_ERROR`;
  }
  return undefined;
}

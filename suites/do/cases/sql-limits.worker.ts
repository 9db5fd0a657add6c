// Documented limits of SQL, each on both sides: what is just allowed works, what is just over is refused and leaves the
// object usable.
import { holds, same, throws } from "../../tools/assert.js";
import type { InsideCase } from "../stored-env.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];

const repeated = (count: number, part: (index: number) => string): string => Array.from({ length: count }, (_, index) => part(index)).join(", ");

export const cases: readonly InsideCase[] = [
  {
    id: "do.sql.limit.columns",
    promise: "a table has up to the documented number of columns, and not one more",
    claims: ["DO-22"],
    figures: [["DO-22", "columns"]],
    run({ sql, figures: [most = 0] }) {
      const table = (name: string, count: number): string => `CREATE TABLE ${name} (${repeated(count, (index) => `c${index}`)})`;
      sql.exec(table("widest", most));

      throws(() => sql.exec(table("wider", most + 1)), anyError, "a table of one column too many");
      sql.exec(`INSERT INTO widest VALUES (${repeated(most, String)})`);
      same(sql.exec("SELECT * FROM widest").columnNames.length, most, "columns that are read");
    },
  },
  {
    id: "do.sql.limit.value",
    promise: "a string and a blob of nearly the documented size are kept, larger ones are refused",
    claims: ["DO-22"],
    figures: [["DO-22", "rowBytes"]],
    run({ sql, figures: [most = 0] }) {
      sql.exec("CREATE TABLE large (value)");
      const inserted = (value: unknown): void => void sql.exec("INSERT INTO large VALUES (?)", value);
      const nearly = most - 1000;
      // A tenth more: engines leave a margin above the documented figure for what they add themselves.
      const over = Math.ceil(most * 1.1) + 1000;
      inserted("x".repeat(nearly));
      inserted(new Uint8Array(nearly));

      throws(() => { inserted("x".repeat(over)); }, anyError, "a string that is too large");
      throws(() => { inserted(new Uint8Array(over)); }, anyError, "a blob that is too large");
      same(sql.exec("SELECT sum(length(value)) AS bytes FROM large").one()["bytes"], 2 * nearly, "bytes that are kept");
    },
  },
  {
    id: "do.sql.limit.value.made",
    // No figure of a claim: the documents do not say whether what a statement makes on its way is counted.
    promise: "a statement cannot make a value far beyond the documented size itself: neither with zeroblob nor by joining texts",
    figures: [["DO-22", "rowBytes"]],
    run({ sql, figures: [most = 0] }) {
      sql.exec("CREATE TABLE large (value)");
      const far = most * 8;

      throws(() => sql.exec("INSERT INTO large VALUES (zeroblob(?))", far), anyError, "a blob that is made");
      throws(() => sql.exec("SELECT replace(hex(zeroblob(?)), '0', 'xxxxxxxx')", most).toArray(), anyError, "a text that is made");
      same(sql.exec("SELECT count(*) AS n FROM large").one()["n"], 0, "rows");
    },
  },
  {
    id: "do.sql.limit.statement",
    promise: "a statement has up to the documented length, and not one byte more",
    claims: ["DO-23"],
    figures: [["DO-23", "statementBytes"]],
    run({ sql, figures: [most = 0] }) {
      const statement = (bytes: number): string => `SELECT 1 AS one --${"x".repeat(bytes - "SELECT 1 AS one --".length)}`;

      same(sql.exec(statement(most)).one()["one"], 1, "the longest statement");
      throws(() => sql.exec(statement(most + 1)).toArray(), anyError, "a longer one");
      same(sql.exec("SELECT 2 AS two").one()["two"], 2, "the next statement");
    },
  },
  {
    id: "do.sql.limit.parameters",
    promise: "a statement takes up to the documented number of parameters, and not one more",
    claims: ["DO-23"],
    figures: [["DO-23", "parameters"]],
    run({ sql, figures: [most = 0] }) {
      const sum = (count: number): SqlStorageCursor<Record<string, SqlStorageValue>> =>
        sql.exec(`SELECT ${Array.from({ length: count }, () => "?").join(" + ")} AS sum`, ...Array.from({ length: count }, () => 1));

      same(sum(most).one()["sum"], most, "the sum of the most parameters");
      throws(() => sum(most + 1).toArray(), anyError, "one more");
      throws(() => sql.exec(`SELECT ?${most + 1}`, ...Array.from({ length: most + 1 }, () => 1)).toArray(), anyError, "a higher number");
    },
  },
  {
    id: "do.sql.limit.arguments",
    promise: "a function takes up to the documented number of arguments, and not one more",
    claims: ["DO-24"],
    figures: [["DO-24", "arguments"]],
    run({ sql, figures: [most = 0] }) {
      const largest = (count: number): SqlStorageCursor<Record<string, SqlStorageValue>> => sql.exec(`SELECT max(${repeated(count, String)}) AS value`);

      same(largest(most).one()["value"], most - 1, "the most arguments");
      throws(() => largest(most + 1).toArray(), anyError, "one more");
    },
  },
  {
    id: "do.sql.limit.pattern",
    promise: "a pattern of LIKE or GLOB has up to the documented length, and not one byte more",
    claims: ["DO-24"],
    figures: [["DO-24", "patternBytes"]],
    run({ sql, figures: [most = 0] }) {
      for (const [operator, any] of [["LIKE", "%"], ["GLOB", "*"]] as const) {
        const matches = (bytes: number): unknown => sql.exec(`SELECT ? ${operator} ? AS found`, "x".repeat(bytes + 5), "x".repeat(bytes - 1) + any).one()["found"];

        same(matches(most), 1, `the longest pattern of ${operator}`);
        throws(() => matches(most + 1), anyError, `a longer one of ${operator}`);
      }
    },
  },
  {
    id: "do.sql.limit.survived",
    promise: "after every refused statement the object has its data and its memory",
    run({ sql, memory }) {
      memory.set("here", true);
      sql.exec("CREATE TABLE kept (x); INSERT INTO kept VALUES (1)");
      const tooLong = "x".repeat(200_000);
      const refused = [`SELECT '${tooLong}'`, "SELECT zeroblob(100000000)", `SELECT 'a' LIKE '${"%".repeat(60)}'`, "SELECT 1 WHERE", "SELECT abs(-9223372036854775808)"];
      for (const statement of refused) throws(() => sql.exec(statement).toArray(), anyError, statement.slice(0, 40));

      same(sql.exec("SELECT x FROM kept").one()["x"], 1, "the row");
      holds(memory.get("here") === true, "the same instance");
    },
  },
];

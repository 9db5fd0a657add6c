// sql.exec: its cursor, its parameters and its types.
import { alike, holds, same, throws } from "../../tools/assert.js";
import type { InsideCase, StoredCase } from "../stored-env.worker.js";
import { fruits } from "./fruits.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];

const cursors: readonly InsideCase[] = [
  {
    id: "do.sql.cursor.rows",
    promise: "a cursor gives rows as objects, by iteration and by toArray, in the order of the query",
    run(inside) {
      fruits(inside);
      const query = "SELECT id, name, price FROM fruit ORDER BY id";
      const expected = [{ id: 1, name: "apple", price: 1.5 }, { id: 2, name: "pear", price: 2 }, { id: 3, name: "plum", price: null }];

      alike(inside.sql.exec(query).toArray(), expected, "toArray");
      alike([...inside.sql.exec(query)], expected, "iteration");
    },
  },
  {
    id: "do.sql.cursor.one",
    promise: "one() gives the only row, and throws when there are none or two",
    claims: ["DO-57"],
    run(inside) {
      fruits(inside);

      alike(inside.sql.exec("SELECT name FROM fruit WHERE id = 2").one(), { name: "pear" }, "one of one row");
      throws(() => inside.sql.exec("SELECT name FROM fruit WHERE id = 9").one(), anyError, "one of no row");
      throws(() => inside.sql.exec("SELECT name FROM fruit WHERE id < 3").one(), anyError, "one of two rows");
      alike(inside.sql.exec("SELECT count(*) AS count FROM fruit").one(), { count: 3 }, "the table afterwards");
    },
  },
  {
    id: "do.sql.cursor.next",
    promise: "next() gives a row at a time and is done after the last, for good; toArray() gives what is left",
    run(inside) {
      fruits(inside);
      const cursor = inside.sql.exec("SELECT id FROM fruit ORDER BY id");

      alike(cursor.next(), { done: false, value: { id: 1 } }, "the first");
      alike(cursor.toArray(), [{ id: 2 }, { id: 3 }], "what is left");
      same(cursor.next().done, true, "done after the last");
      alike(cursor.toArray(), [], "nothing is left");
    },
  },
  {
    id: "do.sql.cursor.raw",
    promise: "raw() gives rows as arrays, also where columns have the same name",
    run(inside) {
      fruits(inside);

      alike([...inside.sql.exec("SELECT id, name FROM fruit WHERE id < 3 ORDER BY id").raw()], [[1, "apple"], [2, "pear"]], "rows");
      alike([...inside.sql.exec("SELECT 1 AS x, 2 AS x").raw()], [[1, 2]], "two columns of one name");
    },
  },
  {
    id: "do.sql.cursor.raw.shared",
    promise: "raw() and the cursor go over the same rows: what one has taken the other does not give again",
    run(inside) {
      fruits(inside);
      const cursor = inside.sql.exec("SELECT id FROM fruit ORDER BY id");
      const raw = cursor.raw();

      alike(raw.next().value, [1], "the first, raw");
      alike(cursor.next().value, { id: 2 }, "the second");
      alike([...raw], [[3]], "the rest, raw");
    },
  },
  {
    id: "do.sql.cursor.columns",
    promise: "columnNames gives the names of the columns in order, also of an empty result",
    run(inside) {
      fruits(inside);

      alike(inside.sql.exec("SELECT price, name AS called, 1 + 1 FROM fruit WHERE 0").columnNames, ["price", "called", "1 + 1"], "names");
    },
  },
  {
    id: "do.sql.cursor.counts",
    promise: "rowsRead and rowsWritten count the rows that were read and written",
    run(inside) {
      fruits(inside);
      const inserted = inside.sql.exec("INSERT INTO fruit (name) VALUES ('fig'), ('kiwi')");
      const scanned = inside.sql.exec("SELECT name FROM fruit WHERE name LIKE 'p%'");

      same(inserted.rowsWritten, 2, "rows written by an insert of two");
      same(scanned.rowsWritten, 0, "rows written by a read");
      same(scanned.toArray().length, 2, "rows that match");
      same(scanned.rowsRead, 5, "rows read by a scan of five");
      const found = inside.sql.exec("SELECT name FROM fruit WHERE id = 1");
      same(found.toArray().length, 1, "rows found by their key");
      same(found.rowsRead, 1, "rows read to find one by its key");
    },
  },
  {
    id: "do.sql.cursor.index.counts",
    promise: "an index costs a written row for each insert",
    run(inside) {
      fruits(inside);
      inside.sql.exec("CREATE INDEX fruit_by_name ON fruit (name)");

      same(inside.sql.exec("INSERT INTO fruit (name) VALUES ('fig')").rowsWritten, 2, "rows written by an insert into a table with an index");
      const found = inside.sql.exec("SELECT id FROM fruit WHERE name = 'pear'");
      same(found.toArray().length, 1, "rows found by the index");
      holds(found.rowsRead <= 2, `few rows are read by the index: ${found.rowsRead}`);
    },
  },
];

const parameters: readonly InsideCase[] = [
  {
    id: "do.sql.parameter.order",
    promise: "parameters fill the question marks in their order, and ?NNN by number",
    run({ sql }) {
      alike([...sql.exec("SELECT ?, ?, ?", "a", 2, null).raw()], [["a", 2, null]], "in order");
      alike([...sql.exec("SELECT ?2, ?1, ?2", "first", "second").raw()], [["second", "first", "second"]], "by number");
    },
  },
  {
    id: "do.sql.parameter.count",
    promise: "too few and too many parameters are refused, and nothing is done",
    run(inside) {
      fruits(inside);

      for (const given of [[], ["a", "b"]]) throws(() => inside.sql.exec("INSERT INTO fruit (name) VALUES (?)", ...given), anyError, `${given.length} parameters for one`);
      same(inside.sql.exec("SELECT count(*) AS n FROM fruit").one()["n"], 3, "rows");
    },
  },
  {
    id: "do.sql.parameter.text",
    promise: "a parameter is a value and never a part of the statement",
    run(inside) {
      fruits(inside);
      const evil = "'); DROP TABLE fruit; --";
      inside.sql.exec("INSERT INTO fruit (name) VALUES (?)", evil);

      same(inside.sql.exec("SELECT name FROM fruit WHERE id = 4").one()["name"], evil, "the text");
    },
  },
  {
    id: "do.sql.parameter.types",
    promise: "text, numbers, null and bytes are bound as TEXT, REAL or INTEGER, NULL and BLOB; what SQL has no type for is refused",
    run({ sql }) {
      const typeOf = (value: unknown): unknown => sql.exec("SELECT typeof(?) AS type", value).one()["type"];

      same(typeOf("x"), "text", "a string");
      same(typeOf(1.5), "real", "a fraction");
      same(typeOf(null), "null", "null");
      same(typeOf(Uint8Array.of(1, 2)), "blob", "bytes");
      same(typeOf(Uint8Array.of(1, 2).buffer), "blob", "a buffer");
      for (const value of [{ toString: undefined }, Symbol("s")]) throws(() => sql.exec("SELECT ?", value), anyError, "a value that is no SQL value");
    },
  },
];

const types: readonly InsideCase[] = [
  {
    id: "do.sql.type.integers",
    promise: "integers up to 2^53 - 1 come back exactly, larger ones as the nearest number",
    claims: ["DO-58"],
    run({ sql }) {
      const of = (literal: string): unknown => sql.exec(`SELECT ${literal} AS value`).one()["value"];

      same(of("9007199254740991"), Number.MAX_SAFE_INTEGER, "2^53 - 1");
      same(of("-9007199254740991"), -Number.MAX_SAFE_INTEGER, "-(2^53 - 1)");
      same(of("9007199254740993"), 9007199254740992, "2^53 + 1, rounded");
      same(of("9223372036854775807"), 2 ** 63, "2^63 - 1, rounded");
      // Exact inside the database all the same.
      same(of("CAST(9223372036854775807 AS TEXT)"), "9223372036854775807", "2^63 - 1 as text");
    },
  },
  {
    id: "do.sql.type.blob",
    promise: "a blob comes back as an ArrayBuffer with every byte, also an empty one",
    run({ sql }) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      sql.exec("CREATE TABLE blobs (value BLOB)");
      sql.exec("INSERT INTO blobs VALUES (?), (?), (?)", bytes, bytes.subarray(10, 20), new Uint8Array(0));

      const found = sql.exec("SELECT value FROM blobs ORDER BY rowid").toArray().map((row) => row["value"]);

      holds(found.every((value) => value instanceof ArrayBuffer), "each is an ArrayBuffer");
      alike(found.map((value) => [...new Uint8Array(value as ArrayBuffer)]), [[...bytes], [...bytes.subarray(10, 20)], []], "their bytes");
    },
  },
  {
    id: "do.sql.type.text",
    promise: "text comes back with every character, and its length counts characters",
    run({ sql }) {
      const text = "é 漢字 😀 \n ' \"";
      const row = sql.exec("SELECT ? AS text, length(?1) AS length", text).one();

      same(row["text"], text, "the text");
      same(row["length"], Array.from(text).length, "its length");
    },
  },
  {
    id: "do.sql.type.numbers",
    promise: "fractions come back exactly, infinities as infinities, and not-a-number as null",
    run({ sql }) {
      for (const value of [0.1, -1e-300, 1.7976931348623157e308, Infinity, -Infinity]) same(sql.exec("SELECT ? AS value", value).one()["value"], value, String(value));
      same(sql.exec("SELECT ? AS value", NaN).one()["value"], null, "not-a-number");
    },
  },
];

export const cases: readonly StoredCase[] = [...cursors, ...parameters, ...types];

// Where functions have too many arguments, and what only looks like it.
import assert from "node:assert/strict";
import { overloadedFunction } from "./function-arguments.js";

const list = (count: number): string => Array.from({ length: count }, (_, index) => String(index)).join(", ");

describe("overloadedFunction", () => {
  const sound = [`SELECT max(${list(4)})`, `CREATE TABLE t (${list(9)})`, `INSERT INTO t (${list(9)}) VALUES (${list(9)})`, `SELECT x IN (${list(9)})`, `SELECT max('${list(9)}')`, `SELECT max(1 /* ${list(9)} */)`, `SELECT max(min(${list(4)}), min(${list(4)})), ${list(9)}`];
  for (const sql of sound) it(`lets ${sql.slice(0, 40)} pass`, () => assert.equal(overloadedFunction(sql, 4), undefined));

  it("names the function", () => assert.equal(overloadedFunction(`SELECT MAX (${list(5)})`, 4), "max"));
  it("finds one inside another", () => assert.equal(overloadedFunction(`SELECT max(1, json_array(${list(5)}))`, 4), "json_array"));
});

// What is told from a statement's text: which columns a change assigns decides whether its rows alone can be logged.
import assert from "node:assert/strict";
import { analyse } from "./statement.js";

const assigned = (sql: string): readonly string[] | undefined => analyse(sql).change?.assigned;

describe("statements of D1", () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    "UPDATE t SET r = random() WHERE id = 2": ["r"],
    "UPDATE t SET r = random(), id = id + 1 WHERE k = 2": ["r", "id"],
    "UPDATE t SET r = (SELECT v FROM s WHERE s.k = t.k), id = 5": ["r", "k", "id"],
    "UPDATE t SET (a, id) = (SELECT 1, 2) WHERE k IN (1, 2)": ["a", "id"],
    "UPDATE t SET r = a IS DISTINCT FROM b, id = 3 WHERE k = 1": ["r", "b", "id"],
    "INSERT INTO t (id, n) VALUES (1, 2) ON CONFLICT (id) WHERE k = 1 DO UPDATE SET n = random() WHERE id = 3": ["id", "n"],
    "INSERT INTO t (n) VALUES (2) ON CONFLICT (k) DO UPDATE SET n = 1 WHERE id = 3 ON CONFLICT (n) DO UPDATE SET id = 4": ["k", "n", "id"],
    "DELETE FROM t WHERE id = random()": [],
  };
  for (const [sql, columns] of Object.entries(cases)) {
    it(`finds what is assigned in ${sql}`, () => {
      const found = assigned(sql) ?? assert.fail("a change of rows was expected");

      // More than are assigned is safe, fewer is not.
      assert.deepEqual([...new Set(found)], [...new Set(columns)]);
    });
  }
});

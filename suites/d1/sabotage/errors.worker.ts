// Defects of errors: what is not one, what it says, and what it leaves.
import { failing, nothing, type PlantedSabotage, sql, value } from "./defect.worker.js";

/** Keeps an error from being seen. */
const silent = (name: string, what: string, words: RegExp, ...caughtBy: PlantedSabotage["caughtBy"]): PlantedSabotage => ({
  name: `error-${name}-silent`,
  what,
  caughtBy,
  defect: failing((error, { method, statements }) => {
    if (!words.test(error.message)) throw error;
    return method === "batch" ? statements.map(() => nothing) : nothing;
  }),
});

export const sabotages: readonly PlantedSabotage[] = [
  silent("syntax", "A statement that cannot be read does nothing and says nothing.", /syntax error/, "d1.error.syntax", "d1.rpc.error", "d1.exec.error", "d1.batch.rollback.syntax"),
  silent("missing", "What is not there is empty.", /no such (table|column|function)/, "d1.error.table", "d1.error.column", "d1.error.function", "d1.error.cause", "d1.database.apart"),
  silent("constraint", "A row that breaks a constraint is left out without a word.", /constraint failed/, "d1.error.unique", "d1.error.primary-key", "d1.error.not-null", "d1.error.check", "d1.error.foreign-key", "d1.batch.large"),
  silent("exists", "A table that exists is made again.", /already exists/, "d1.error.exists"),
  {
    name: "error-constraint-replaces",
    what: "A row whose key is taken replaces the other.",
    caughtBy: ["d1.error.unique", "d1.error.primary-key", "d1.batch.rollback.constraint"],
    defect: sql((text) => text.replace(/^INSERT INTO/, "INSERT OR REPLACE INTO")),
  },
  {
    name: "error-in-own-words",
    what: "Errors say that something went wrong.",
    caughtBy: ["d1.error.syntax", "d1.error.table", "d1.error.column", "d1.error.function", "d1.error.unique", "d1.error.not-null", "d1.error.check", "d1.error.exists", "d1.exec.error", "d1.statement.bindings"],
    defect: failing(() => {
      throw new Error("D1_ERROR: the query failed");
    }),
  },
  {
    name: "error-without-cause",
    what: "Errors have no cause.",
    caughtBy: ["d1.error.cause"],
    defect: failing((error) => {
      throw new Error(error.message);
    }),
  },
  {
    name: "exec-counts-nothing",
    what: "exec() does not say how many statements there were.",
    caughtBy: ["d1.exec.result"],
    defect: value("exec", () => ({ duration: 0 })),
  },
  {
    name: "exec-goes-on",
    what: "exec() goes on after an error.",
    caughtBy: ["d1.exec.error"],
    defect: {
      async call({ method, statements: [first] }, carryOut) {
        if (method !== "exec") return carryOut();
        let failed: unknown;
        for (const text of first?.sql.split("\n") ?? []) await carryOut({ statements: [{ sql: text }] }).catch((error: unknown) => (failed = error));
        if (failed !== undefined) throw failed as Error;
        return { count: 0, duration: 0 };
      },
    },
  },
];

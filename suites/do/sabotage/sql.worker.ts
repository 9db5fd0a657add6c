// Defects of SQL and of transactions.
import { patchGetter, type PlantedSabotage } from "./defect.worker.js";
import { both, sql, storage } from "./places.worker.js";

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "sql-gives-no-rows",
    what: "A statement is carried out and gives no rows.",
    caughtBy: [
      "do.sql.cursor.rows", "do.sql.cursor.one", "do.sql.cursor.next", "do.sql.cursor.raw", "do.sql.cursor.columns", "do.sql.cursor.counts", "do.sql.parameter.order", "do.sql.parameter.text", "do.sql.type.integers",
      "do.sql.type.blob", "do.sql.type.text", "do.sql.type.numbers", "do.sql.statements.several", "do.sql.language.search", "do.sql.language.json", "do.sql.language.generated", "do.sql.language.triggers",
      "do.sql.language.queries", "do.sql.language.math", "do.sql.limit.columns", "do.sql.limit.statement", "do.sql.limit.parameters", "do.sql.limit.pattern", "do.sql.limit.survived",
      "do.sql.cursor.raw.shared", "do.sql.cursor.index.counts", "do.sql.parameter.types", "do.sql.pragma.allowed", "do.sql.language.search.terms", "do.sql.language.foreign-keys.deferred",
    ],
    defect: sql((original, given) => {
      original(...given);
      return original("SELECT 1 AS x WHERE 0");
    }),
  },
  {
    name: "sql-swallows-errors",
    what: "A statement that is wrong does nothing and says nothing.",
    caughtBy: [
      "do.sql.statement.error", "do.sql.language.foreign-keys", "do.sql.language.index", "do.sql.parameter.count", "do.sql.refused.transactions", "do.sql.refused.pragma", "do.sql.refused.own-tables",
      "do.sql.limit.value.made",
    ],
    defect: sql((original, given) => {
      try {
        return original(...given);
      } catch {
        return original("SELECT 1 AS x");
      }
    }),
  },
  {
    name: "sql-keeps-half",
    what: "An insert that is refused keeps the rows before the one that was wrong.",
    caughtBy: ["do.sql.statement.partial"],
    defect: sql((original, [statement, ...more]) => {
      try {
        return original(statement, ...more);
      } catch (error) {
        original(String(statement).replace(/^INSERT/, "INSERT OR IGNORE"), ...more);
        throw error;
      }
    }),
  },
  {
    name: "sql-size-unknown",
    what: "A database says that it is empty.",
    caughtBy: ["do.sql.size"],
    defect: {
      state({ storage: of }, _env, className) {
        if (className !== "Legacy") patchGetter(of.sql, "databaseSize", () => 0);
      },
    },
  },
  {
    name: "sql-for-all",
    what: "Storage of the older kind has SQL too.",
    caughtBy: ["do.sql.legacy"],
    defect: {
      state({ storage: of }, _env, className) {
        if (className === "Legacy") patchGetter(of, "sql", () => ({ exec: () => ({ one: () => ({}) }) }));
      },
    },
  },
  {
    name: "transaction-sync-half-applied",
    what: "A synchronous transaction that throws keeps what it had written.",
    caughtBy: ["do.transaction.sync.rollback", "do.transaction.sync.nested", "do.transaction.sync.nested.rollback"],
    defect: storage("transactionSync", (_original, [run]) => (run as () => unknown)()),
  },
  {
    name: "transaction-sync-undone",
    what: "A synchronous transaction is always undone.",
    caughtBy: ["do.transaction.sync.commit", "do.transaction.sync.refused"],
    defect: storage("transactionSync", (original, [run]) => {
      let result: unknown;
      try {
        original(() => {
          result = (run as () => unknown)();
          throw new Error("undone");
        });
      } catch {
        // The defect.
      }
      return result;
    }),
  },
  {
    name: "transaction-half-applied",
    what: "A transaction that fails keeps what it had written.",
    caughtBy: [...both("do.transaction.abort", "do.transaction.rollback"), "do.transaction.abort.sql", "do.transaction.serial", "do.alarm.rollback"],
    defect: storage("transaction", async (_original, [run], self) => (run as (inside: object) => unknown)(Object.assign(self, { rollback: () => undefined }))),
  },
  {
    name: "transaction-undone",
    what: "A transaction is always undone.",
    caughtBy: both("do.transaction.commit"),
    defect: storage("transaction", (original, [run]) =>
      original(async (inside: DurableObjectTransaction) => {
        const returned = await (run as (inside: DurableObjectTransaction) => unknown)(inside);
        inside.rollback();
        return returned;
      }),
    ),
  },
];

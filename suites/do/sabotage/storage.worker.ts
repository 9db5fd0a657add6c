// Defects of what an object keeps: keys and values, SQL, transactions and gates.
import { patch, patchGetter, type PlantedSabotage, type Replacement } from "./defect.worker.js";

/** Puts a defect around one method of storage. */
const storage = (name: string, replacement: Replacement) => ({ state: ({ storage: of }: DurableObjectState) => patch(of, name, replacement) });
/** Puts a defect around one method of an object's state. */
const state = (name: string, replacement: Replacement) => ({ state: (of: DurableObjectState) => patch(of, name, replacement) });
/** Puts a defect around SQL, where there is any. */
const sql = (replacement: Replacement) => ({
  state: ({ storage: of }: DurableObjectState, _env: unknown, className: string) => {
    if (className !== "Legacy") patch(of.sql, "exec", replacement);
  },
});
const both = (...ids: readonly [string, ...string[]]): [string, ...string[]] => ids.flatMap((id) => [id, `${id}.legacy`]) as [string, ...string[]];

const copies = new WeakMap<object, Map<unknown, unknown>>();
const shared = new Map<unknown, unknown>();

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "storage-keeps-json",
    what: "Values are stored as JSON.",
    caughtBy: both("do.storage.value.types", "do.storage.value.cycle"),
    defect: storage("put", (original, [key, value, ...more]) => original(key, typeof key === "string" ? JSON.parse(JSON.stringify(value) ?? "null") : value, ...more)),
  },
  {
    name: "storage-gives-references",
    what: "Storage gives back the very object that it was given.",
    caughtBy: both("do.storage.value.copy"),
    defect: {
      state({ storage: of }) {
        patch(of, "put", (original, given, self) => {
          const known = copies.get(self) ?? new Map<unknown, unknown>();
          copies.set(self, known.set(given[0], given[1]));
          return original(...given);
        });
        patch(of, "get", async (original, given, self) => copies.get(self)?.get(given[0]) ?? original(...given));
      },
    },
  },
  {
    name: "storage-swallows-refusals",
    what: "What cannot be stored is dropped without a word.",
    caughtBy: both("do.storage.value.refused"),
    defect: storage("put", async (original, given) => {
      try {
        await original(...given);
      } catch {
        // The defect.
      }
    }),
  },
  {
    name: "storage-gives-null",
    what: "An absent key gives null.",
    caughtBy: both("do.storage.get.absent"),
    defect: storage("get", async (original, given) => (await original(...given)) ?? null),
  },
  {
    name: "storage-puts-one-of-many",
    what: "Of many pairs that are put at once the first is stored.",
    caughtBy: both("do.storage.put.many"),
    defect: storage("put", (original, [first, ...more]) => original(typeof first === "object" && first !== null ? Object.fromEntries(Object.entries(first).slice(0, 1)) : first, ...more)),
  },
  {
    name: "storage-keeps-the-first",
    what: "A key that has a value keeps it.",
    caughtBy: both("do.storage.put.overwrite"),
    defect: storage("put", async (original, given, self) => ((await (self as DurableObjectStorage).get(String(given[0]))) === undefined ? original(...given) : undefined)),
  },
  {
    name: "storage-deletes-nothing",
    what: "Nothing is deleted, and what was to be deleted is said to have been absent.",
    caughtBy: both("do.storage.delete.one", "do.storage.delete.many"),
    defect: storage("delete", async (_original, [keys]) => (Array.isArray(keys) ? 0 : false)),
  },
  {
    name: "storage-delete-all-keeps",
    what: "deleteAll deletes nothing.",
    caughtBy: both("do.storage.delete-all"),
    defect: storage("deleteAll", async () => undefined),
  },
  {
    name: "storage-lists-without-options",
    what: "A list is of all keys, whatever was asked for.",
    caughtBy: both("do.storage.list.range", "do.storage.list.prefix", "do.storage.list.reverse", "do.storage.list.limit"),
    defect: storage("list", (original) => original()),
  },
  {
    name: "storage-lists-backwards",
    what: "A list is in the opposite order.",
    caughtBy: both("do.storage.list.order"),
    defect: storage("list", async (original, given) => new Map([...((await original(...given)) as Map<string, unknown>)].reverse())),
  },
  {
    name: "storage-is-shared",
    what: "All objects have one storage.",
    caughtBy: ["do.storage.private"],
    defect: {
      state({ storage: of }) {
        patch(of, "put", async (_original, [key, value]) => void shared.set(key, value));
        patch(of, "get", async (_original, [key]) => shared.get(key));
        patch(of, "list", async () => new Map(shared));
      },
    },
  },
  {
    name: "storage-refuses-long-keys",
    what: "Keys on SQLite are as short as those of the older kind.",
    caughtBy: ["do.storage.key.limit"],
    defect: storage("put", async (original, given) => {
      if (String(given[0]).length > 2_048) throw new RangeError("the key is too long");
      return original(...given);
    }),
  },
  {
    name: "kv-gives-nothing",
    what: "storage.kv gives nothing back.",
    caughtBy: ["do.storage.sync.types", "do.storage.sync.refused"],
    defect: {
      state({ storage: of }, _env, className) {
        if (className !== "Legacy") patch(of.kv, "get", () => undefined);
      },
    },
  },
  {
    name: "kv-lists-backwards",
    what: "storage.kv lists in the opposite order.",
    caughtBy: ["do.storage.sync.list"],
    defect: {
      state({ storage: of }, _env, className) {
        if (className !== "Legacy") patch(of.kv, "list", (original, given) => [...(original(...given) as Iterable<unknown>)].reverse());
      },
    },
  },
  {
    name: "sql-gives-no-rows",
    what: "A statement is carried out and gives no rows.",
    caughtBy: [
      "do.sql.cursor.rows", "do.sql.cursor.one", "do.sql.cursor.next", "do.sql.cursor.raw", "do.sql.cursor.columns", "do.sql.cursor.counts", "do.sql.parameter.order", "do.sql.parameter.text", "do.sql.type.integers",
      "do.sql.type.blob", "do.sql.type.text", "do.sql.type.numbers", "do.sql.statements.several", "do.sql.language.search", "do.sql.language.json", "do.sql.language.generated", "do.sql.language.triggers",
      "do.sql.language.queries", "do.sql.language.math", "do.sql.limit.columns", "do.sql.limit.statement", "do.sql.limit.parameters", "do.sql.limit.pattern", "do.sql.limit.survived",
    ],
    defect: sql((original, given) => {
      original(...given);
      return original("SELECT 1 AS nothing WHERE 0");
    }),
  },
  {
    name: "sql-swallows-errors",
    what: "A statement that is wrong does nothing and says nothing.",
    caughtBy: ["do.sql.statement.error", "do.sql.language.foreign-keys"],
    defect: sql((original, given) => {
      try {
        return original(...given);
      } catch {
        return original("SELECT 1 AS nothing");
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
    name: "transaction-sync-half-applied",
    what: "A synchronous transaction that throws keeps what it had written.",
    caughtBy: ["do.transaction.sync.rollback"],
    defect: storage("transactionSync", (_original, [run]) => (run as () => unknown)()),
  },
  {
    name: "transaction-sync-undone",
    what: "A synchronous transaction is always undone.",
    caughtBy: ["do.transaction.sync.commit"],
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
    caughtBy: both("do.transaction.abort", "do.transaction.rollback"),
    defect: storage("transaction", async (_original, [run], self) => (run as (inside: object) => unknown)(Object.assign(self, { rollback: () => undefined }))),
  },
  {
    name: "block-does-not-block",
    what: "blockConcurrencyWhile lets other events in.",
    caughtBy: ["do.gate.block", "do.gate.block.constructor"],
    defect: state("blockConcurrencyWhile", (_original, [run]) => (run as () => unknown)()),
  },
  {
    name: "input-gate-open",
    what: "Other events are let in while storage is read.",
    caughtBy: both("do.gate.input"),
    defect: storage("get", async (original, given) => {
      await scheduler.wait(1);
      return original(...given);
    }),
  },
];

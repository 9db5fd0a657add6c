// Defects of what an object keeps as keys and values.
import { patch, type PlantedSabotage } from "./defect.worker.js";
import { both, kv, storage } from "./places.worker.js";

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
    caughtBy: both("do.storage.value.refused", "do.storage.value.undefined"),
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
    caughtBy: both("do.storage.list.range", "do.storage.list.start.both", "do.storage.list.prefix", "do.storage.list.prefix.last", "do.storage.list.reverse", "do.storage.list.limit"),
    defect: storage("list", (original) => original()),
  },
  {
    name: "storage-lists-backwards",
    what: "A list is in the opposite order.",
    caughtBy: both("do.storage.list.order", "do.storage.list.large"),
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
    defect: kv("get", () => undefined),
  },
  {
    name: "kv-lists-backwards",
    what: "storage.kv lists in the opposite order.",
    caughtBy: ["do.storage.sync.list"],
    defect: kv("list", (original, given) => [...(original(...given) as Iterable<unknown>)].reverse()),
  },
];

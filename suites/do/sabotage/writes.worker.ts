// Defects of what becomes of writes: those that are acknowledged and not kept, and those that are kept in part.
import { patch, type PlantedSabotage } from "./defect.worker.js";
import { kv, storage } from "./places.worker.js";

const owners = new WeakMap<object, DurableObjectState>();
/** Instances that were told to end, and how to. */
const endings = new WeakMap<object, () => unknown>();
const isEnding = (of: object): boolean => endings.has(owners.get(of) ?? of);

/**
 * An instance that is told to end goes on to the end of its event, has what it wrote until then made durable, and ends:
 * what a runtime does that writes as it goes.
 */
function endLate(object: object, ctx: DurableObjectState): void {
  owners.set(ctx.storage, ctx);
  patch(ctx, "abort", (original, given, self) => void endings.set(self, () => original(...given)));
  for (const name of ["act", "setAndAbort"].filter((candidate) => candidate in object)) {
    patch(object, name, async (original, given, self) => {
      const { ctx: of } = self as { readonly ctx: DurableObjectState };
      const value = await original(...given);
      if (isEnding(of)) {
        await of.storage.sync();
        endings.get(of)?.();
      }
      return value;
    });
  }
}

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "storage-forgets-puts",
    what: "A value that is put is acknowledged and not kept.",
    caughtBy: ["do.storage.put.unawaited", "do.storage.put.unawaited.legacy", "do.storage.options", "do.storage.options.legacy", "do.write.kept", "do.write.order", "do.write.sync", "do.write.exception"],
    defect: storage("put", async () => undefined),
  },
  {
    name: "ending-keeps-half",
    what: "When an instance ends some of its last writes are kept and others are not, and transactions count as writes.",
    caughtBy: ["do.write.atomic", "do.write.delete-all.atomic", "do.transaction.ended", "do.alarm.atomic"],
    defect: {
      object: endLate,
      state({ storage: of }) {
        patch(of, "put", async (original, given, self) => {
          await Promise.resolve();
          return isEnding(self) ? undefined : original(...given);
        });
        patch(of, "deleteAll", async (_original, _given, self) => void (await (self as DurableObjectStorage).delete("a")));
        patch(of, "transaction", async (_original, [run], self) => (run as (inside: object) => unknown)(self));
      },
    },
  },
  {
    name: "storage-keys-without-case",
    what: "Keys that differ in case are one key.",
    caughtBy: ["do.storage.key.bytes", "do.storage.key.bytes.legacy"],
    defect: {
      state({ storage: of }) {
        for (const name of ["get", "put"]) patch(of, name, (original, [key, ...more]) => original(typeof key === "string" ? key.toLowerCase() : key, ...more));
      },
    },
  },
  {
    name: "kv-keeps-its-own",
    what: "What storage.kv writes is a value of its own, which the asynchronous calls do not see.",
    caughtBy: ["do.storage.sync.shared"],
    defect: {
      state({ storage: of }, _env, className) {
        if (className === "Legacy") return;
        for (const name of ["get", "put"]) patch(of.kv, name, (original, [key, ...more]) => original(`kv/${String(key)}`, ...more));
      },
    },
  },
  {
    name: "kv-always-deleted",
    what: "storage.kv says of every key that it was there.",
    caughtBy: ["do.storage.sync.delete"],
    defect: kv("delete", (original, given) => {
      original(...given);
      return true;
    }),
  },
];

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-delete-does-nothing",
  defect: "Storage says that it deleted a key and keeps it.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "storage.delete = (keys: unknown) => Promise.resolve(Array.isArray(keys) ? keys.length : true);",
  ].join("\n"),
  caughtBy: ["do.storage.delete.one", "do.storage.delete.many"],
  isSlow: true,
} satisfies Mutant;

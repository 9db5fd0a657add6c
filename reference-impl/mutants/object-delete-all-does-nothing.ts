// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-delete-all-does-nothing",
  defect: "Storage keeps everything when all is to be deleted.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "storage.deleteAll = () => Promise.resolve();",
  ].join("\n"),
  caughtBy: ["do.storage.delete-all"],
  isSlow: true,
} satisfies Mutant;

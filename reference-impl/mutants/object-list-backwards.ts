// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-list-backwards",
  defect: "Storage lists keys in the opposite order.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "const list = storage.list.bind(storage);",
    "storage.list = async (options?: unknown) => new Map([...(await list(options))].reverse());",
  ].join("\n"),
  caughtBy: ["do.storage.list.order", "do.storage.list.reverse"],
  isSlow: true,
} satisfies Mutant;

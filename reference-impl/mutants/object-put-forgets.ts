// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-put-forgets",
  defect: "Storage forgets every third value that it is given.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "const put = storage.put.bind(storage); let puts = 0;",
    'storage.put = (...given: unknown[]) => (typeof given[0] === "string" && ++puts % 3 === 0 ? Promise.resolve() : put(...given));',
  ].join("\n"),
  caughtBy: ["do.storage.value.types"],
} satisfies Mutant;

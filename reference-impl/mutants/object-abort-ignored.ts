// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-abort-ignored",
  defect: "An object that is told to abort goes on.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const object = state as any;",
    "object.abort = () => undefined;",
  ].join("\n"),
  caughtBy: ["do.abort.memory"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-block-does-not-block",
  defect: "blockConcurrencyWhile lets other events in.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const object = state as any;",
    "object.blockConcurrencyWhile = (run: () => unknown) => run();",
  ].join("\n"),
  caughtBy: ["do.gate.block", "do.gate.block.constructor", "do.gate.block.limit", "do.throughput.blocked"],
  isSlow: true,
} satisfies Mutant;

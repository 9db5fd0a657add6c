// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-input-gate-off",
  defect: "Other events are let in while storage is read.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "const get = storage.get.bind(storage);",
    "storage.get = async (...given: unknown[]) => (await scheduler.wait(1), get(...given));",
  ].join("\n"),
  caughtBy: ["do.gate.input", "do.throughput"],
  isSlow: true,
} satisfies Mutant;

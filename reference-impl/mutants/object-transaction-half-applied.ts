// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-transaction-half-applied",
  defect: "A transaction that fails keeps what it had written until then.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "storage.transaction = async (run: (inside: unknown) => unknown) => run(Object.assign(storage, { rollback: () => undefined }));",
  ].join("\n"),
  caughtBy: ["do.transaction.abort", "do.transaction.rollback"],
  isSlow: true,
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-transaction-sync-not-undone",
  defect: "A synchronous transaction that throws keeps what it had written.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "storage.transactionSync = (run: () => unknown) => run();",
  ].join("\n"),
  caughtBy: ["do.transaction.sync.rollback"],
  isSlow: true,
} satisfies Mutant;

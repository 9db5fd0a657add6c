// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-batch-half-applied",
  defect: "What a batch did before its failing statement stays.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "return this.ctx.storage.transactionSync(change);",
  replace: "return change();",
  caughtBy: ["d1.batch.rollback.constraint"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-batches-not-undone",
  defect: "A batch that fails keeps what it had done.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "return this.ctx.storage.transactionSync(change);",
  replace: "return change();",
  caughtBy: ["d1.isolation.quiet", "d1.isolation.replica.kill", "d1.isolation.primary.kill", "d1.isolation.partition"],
  isSlow: true,
} satisfies Mutant;

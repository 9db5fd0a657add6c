// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-replica-claims-primary",
  defect: "A replica says that its answers are the primary's.",
  file: "reference-impl/pop/d1/execute.worker.ts",
  find: "      served_by_primary: isPrimary,",
  replace: "      served_by_primary: isPrimary || true,",
  caughtBy: ["d1.replica.stale"],
} satisfies Mutant;

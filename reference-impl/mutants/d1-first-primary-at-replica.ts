// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-first-primary-at-replica",
  defect: "A session that asks for the primary first is answered by the replica.",
  file: "reference-impl/pop/d1/d1.worker.ts",
  find: "(minimum !== null || token === firstUnconstrained)",
  replace: '(minimum !== null || token !== "")',
  caughtBy: ["d1.replica.first-primary"],
} satisfies Mutant;

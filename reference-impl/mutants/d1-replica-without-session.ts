// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-replica-without-session",
  defect: "Reads without a session go to the PoP's replica.",
  file: "reference-impl/pop/d1/d1.worker.ts",
  find: "(minimum !== null || token === firstUnconstrained)",
  replace: '(minimum !== null || token === "" || token === firstUnconstrained)',
  caughtBy: ["d1.replica.no-session"],
} satisfies Mutant;

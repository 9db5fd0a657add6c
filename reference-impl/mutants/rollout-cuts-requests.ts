// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "rollout-cuts-requests",
  defect: "A rollout kills the old process with the requests it is answering.",
  file: "reference-impl/supervisor/pop.ts",
  find: "if (before !== undefined) void this.#retire(before);",
  replace: "if (before !== undefined) this.discard(before);",
  caughtBy: ["failover.rollout.in-flight"],
} satisfies Mutant;

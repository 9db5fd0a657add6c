// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-replica-follows-nobody",
  defect: "A replica is as its primary was when it was first asked.",
  file: "reference-impl/pop/d1/replica.worker.ts",
  find: 'return lagFrom(this.#primaryPopId).kind === "stopped";',
  replace: "return this.#position !== undefined;",
  caughtBy: ["d1.lag.rows", "d1.lag.schema"],
  isSlow: true,
} satisfies Mutant;

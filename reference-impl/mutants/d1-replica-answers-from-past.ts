// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-replica-answers-from-past",
  defect: "A replica that does not have what a session wrote answers after a while all the same.",
  file: "reference-impl/pop/d1/replica.worker.ts",
  find: "if (leftMs <= 0 || due > endMs || this.#isStopped) return false;",
  replace: "if (leftMs <= 0 || due > endMs || this.#isStopped) return true;",
  caughtBy: ["d1.replica.own-writes"],
} satisfies Mutant;

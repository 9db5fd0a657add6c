// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-restore-one-short",
  defect: "A restore stops one change too early: the first change after the bookmark is still there.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "await this.#rebuild(sequence, () => {",
  replace: "await this.#rebuild(Math.min(this.#log.head, sequence + 1), () => {",
  caughtBy: ["d1.time-travel.restore", "d1.time-travel.undo", "d1.time-travel.moment", "d1.time-travel.bookmark", "d1.time-travel.apart", "d1.time-travel.writers"],
  isSlow: true,
} satisfies Mutant;

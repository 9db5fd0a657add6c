// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-restore-undo-lost",
  defect: "A restore gives its own bookmark as the one that undoes it.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "return { bookmark: this.#bookmark(), previousBookmark };",
  replace: "return { bookmark: this.#bookmark(), previousBookmark: this.#bookmark() };",
  caughtBy: ["d1.time-travel.undo", "d1.time-travel.bookmark"],
  isSlow: true,
} satisfies Mutant;

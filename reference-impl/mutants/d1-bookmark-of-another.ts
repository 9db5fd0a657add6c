// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-bookmark-of-another",
  defect: "A bookmark of another database is taken for one of this.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "    if (bookmark.identity !== this.#log.identity) throw new Refusal(refusals.bookmarkOfAnother);\n",
  replace: "",
  caughtBy: ["d1.bookmark.refused.another"],
} satisfies Mutant;

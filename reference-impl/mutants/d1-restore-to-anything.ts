// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-restore-to-anything",
  defect: "A restore takes any text for a bookmark, and bookmarks of other databases for its own.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "const { sequence } = this.#check(token);",
  replace: "const { sequence } = parseBookmark(token) ?? { sequence: this.#log.base };",
  caughtBy: ["d1.time-travel.refused.text", "d1.time-travel.refused.another"],
  isSlow: true,
} satisfies Mutant;

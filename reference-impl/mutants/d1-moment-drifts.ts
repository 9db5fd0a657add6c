// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-moment-drifts",
  defect: "The bookmark of a moment is that of now.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "this.#log.at(timeMs)",
  replace: "this.#log.head",
  caughtBy: ["d1.time-travel.moment"],
  isSlow: true,
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-restore-unlimited",
  defect: "A database can be restored as often as one likes.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "      if (recent.length >= restores.most) throw new Refusal(refusals.tooManyRestores);\n",
  replace: "",
  caughtBy: ["d1.time-travel.limit"],
  isSlow: true,
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-random-evaluated-again",
  defect: "A replica evaluates random() itself.",
  file: "reference-impl/pop/d1/statement.ts",
  find: "  \"random\",\n  \"randomblob\",",
  replace: "",
  caughtBy: ["d1.replica.copy.random"],
} satisfies Mutant;

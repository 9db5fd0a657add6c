// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-entry-applied-twice",
  defect: "A replica applies each update twice.",
  file: "reference-impl/pop/d1/replica.worker.ts",
  find: "          weight += applyEntry(this.#sql, entry, pages);\n",
  replace: '          for (let times = entry.body.includes("UPDATE") ? 2 : 1; times > 0; times--) weight += applyEntry(this.#sql, entry, pages);\n',
  caughtBy: ["d1.replica.copy.log"],
} satisfies Mutant;

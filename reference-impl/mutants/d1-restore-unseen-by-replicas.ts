// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-restore-unseen-by-replicas",
  defect: "Replicas take a restore for a change of nothing.",
  file: "reference-impl/pop/d1/log.worker.ts",
  find: "      if (record.restored !== undefined) return entries.length === 0 ? null : entries;\n",
  replace: "      if (record.restored !== undefined) {\n        entries.push({ ...this.#read(next, record), body: \"[]\" });\n        continue;\n      }\n",
  caughtBy: ["d1.time-travel.replica"],
  isSlow: true,
} satisfies Mutant;

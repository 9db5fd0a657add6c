// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-log-loses-entry",
  defect: "Every fifth entry of the log reaches replicas without its changes.",
  file: "reference-impl/pop/d1/log.worker.ts",
  find: "      entries.push(this.#read(next, record));",
  replace: '      entries.push({ ...this.#read(next, record), ...(next % 5 === 0 ? { body: "[]" } : {}) });',
  caughtBy: ["d1.replica.copy.log"],
} satisfies Mutant;

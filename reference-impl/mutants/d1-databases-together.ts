// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-databases-together",
  defect: "Two databases are one.",
  file: "reference-impl/pop/d1/settings.worker.ts",
  find: "return `database ${database}`;",
  replace: 'return `database ${database.replace(/-(apart|near)$/, "")}`;',
  caughtBy: ["d1.time-travel.apart"],
  isSlow: true,
} satisfies Mutant;

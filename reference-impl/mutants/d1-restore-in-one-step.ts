// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-restore-in-one-step",
  defect: "A restore of any size is one transaction, which the engine loses when it changes a page again that it had to write out before.",
  file: "reference-impl/pop/d1/image.worker.ts",
  find: "export const stepWeight = 500_000;",
  replace: "export const stepWeight = Number.POSITIVE_INFINITY;",
  caughtBy: ["d1.time-travel.large"],
  isSlow: true,
} satisfies Mutant;

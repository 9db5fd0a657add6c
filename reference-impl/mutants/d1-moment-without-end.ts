// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-moment-without-end",
  defect: "Time Travel takes a moment from before all that is kept for the beginning.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "timeMs < nowMs - timeTravelMs ? undefined : ",
  replace: "",
  caughtBy: ["d1.time-travel.refused.gone"],
  isSlow: true,
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "worker-ray-repeated",
  defect: "Two requests in a row have the same CF-Ray.",
  file: "reference-impl/front/identity.ts",
  find: "rayLow = (rayLow + rayStep) >>> 0;",
  replace: "if (raysLeft % 2 === 0) rayLow = (rayLow + rayStep) >>> 0;",
  caughtBy: ["workers.cf.ray"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "worker-ray-repeated",
  defect: "Two requests in a row have the same CF-Ray.",
  file: "reference-impl/front/identity.ts",
  find: "rayStart + rayCount++ * 0x9e3779b97f4a7c15n",
  replace: "rayStart + (rayCount++ >> 1n) * 0x9e3779b97f4a7c15n",
  caughtBy: ["workers.cf.ray"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-missing-never-expires",
  defect: "A PoP that was asked for a key before it existed never learns of its creation.",
  file: "reference-impl/pop/kv/cache.ts",
  find: "return ageMs >= 0 && ageMs < entry.ttlMs &&",
  replace: "return ageMs >= 0 && (entry.value === null || ageMs < entry.ttlMs) &&",
  caughtBy: ["kv.staleness.negative.window"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-cache-never-expires",
  defect: "A PoP answers from its cache for ever, whatever the cacheTtl.",
  file: "reference-impl/pop/kv/cache.ts",
  find: "return ageMs >= 0 && ageMs < entry.ttlMs &&",
  replace: "return ageMs >= 0 &&",
  caughtBy: ["kv.staleness.window", "kv.staleness.cache-ttl"],
} satisfies Mutant;

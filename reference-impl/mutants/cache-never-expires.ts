// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "cache-never-expires",
  defect: "The Cache API answers with responses that have expired.",
  file: "reference-impl/pop/cache/store.ts",
  find: "if (nowMs >= entry.expiresAtMs) {",
  replace: "if (nowMs < 0) {",
  caughtBy: ["workers.cache.expiry"],
} satisfies Mutant;

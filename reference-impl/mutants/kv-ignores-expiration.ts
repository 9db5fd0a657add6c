// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-ignores-expiration",
  defect: "A value outlives its expiration.",
  file: "reference-impl/pop/kv/clock.ts",
  find: "return nowMs >= deadlineMs;",
  replace: "return false;",
  caughtBy: ["kv.expiration.ttl", "kv.expiration.absolute", "kv.expiration.cache-ttl"],
} satisfies Mutant;

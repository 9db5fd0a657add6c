// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "cache-shared-by-workers",
  defect: "Workers of one PoP see each other's caches.",
  file: "reference-impl/pop/cache/cache.worker.ts",
  find: "JSON.stringify([worker, request.headers",
  replace: "JSON.stringify([request.headers",
  caughtBy: ["workers.cache.tenants"],
} satisfies Mutant;

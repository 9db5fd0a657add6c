// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-resurrects-deleted",
  defect: "A deleted key comes back when the cached deletion ends.",
  file: "reference-impl/pop/kv/rows.ts",
  find: "return !row.isDeleted && !isExpired(",
  replace: "return !isExpired(",
  caughtBy: ["kv.staleness.deletes", "kv.delete.key"],
} satisfies Mutant;

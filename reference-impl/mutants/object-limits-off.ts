// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-limits-off",
  defect: "Storage takes any number of keys, keys and values of any size, and SQL functions with any number of arguments.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: 'if (typeof type !== "function") return type;',
  replace: "return type;",
  caughtBy: ["do.storage.keys.limit", "do.storage.key.limit.legacy", "do.storage.value.limit", "do.sql.limit.value", "do.sql.limit.arguments"],
} satisfies Mutant;

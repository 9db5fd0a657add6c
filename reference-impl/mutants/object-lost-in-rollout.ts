// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-lost-in-rollout",
  defect: "A new version of a Worker begins with new objects.",
  file: "reference-impl/supervisor/config.ts",
  find: 'uniqueKey = ${quote(`${worker.name}-${className}`)}, enableSql = ${sqlite}',
  replace: 'uniqueKey = ${quote(`${worker.name}-${worker.version}-${className}`)}, enableSql = ${sqlite}',
  caughtBy: ["do.migration.rollout"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-two-owners",
  defect: "The bucket lets everybody claim an object: conditions on owner records are ignored.",
  file: "reference-impl/bucket/store.ts",
  find: "        requireCondition(current(at), condition);",
  replace: '        if (!key.endsWith("/own.json")) requireCondition(current(at), condition);',
  caughtBy: ["do.serialization.owner.first"],
} satisfies Mutant;

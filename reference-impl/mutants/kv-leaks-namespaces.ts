// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-leaks-namespaces",
  defect: "All namespaces share their keys.",
  file: "reference-impl/pop/kv/placement.ts",
  find: "return `shard/${index}/${namespace}`;",
  replace: "return `shard/${index}/all`;",
  caughtBy: ["kv.namespace.isolation", "kv.namespace.isolation.list"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-one-pop-stale",
  defect: "The second PoP (iad) answers from its cache five times longer than it may.",
  file: "reference-impl/pop/kv/cache.ts",
  find: "if (!isFresh(entry, nowMs)) return undefined;",
  replace: 'if (!isFresh(this.popId === "iad" ? { ...entry, ttlMs: 5 * entry.ttlMs } : entry, nowMs)) return undefined;',
  caughtBy: ["kv.staleness.window"],
} satisfies Mutant;

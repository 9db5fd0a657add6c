// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-log-object-dropped",
  defect: "The bucket acknowledges every third commit of an object and drops it.",
  file: "reference-impl/bucket/store.ts",
  find: "        requireCondition(current(at), condition);",
  replace: [
    "        requireCondition(current(at), condition);",
    "        const drops = globalThis as { commits?: number };",
    '        if (key.includes("/log/") && (drops.commits = (drops.commits ?? 0) + 1) % 3 === 0) return { writes: [], result: metadata };',
  ].join("\n"),
  caughtBy: ["do.death.object"],
  isSlow: true,
} satisfies Mutant;

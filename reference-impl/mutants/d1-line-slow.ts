// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-line-slow",
  defect: "A database does nothing for a while before it takes a query that had to wait.",
  file: "reference-impl/pop/d1/line.ts",
  find: "    this.#waiting.shift()?.go();",
  replace: "    const next = this.#waiting.shift();\n    if (next !== undefined) setTimeout(() => next.go(), 400);",
  caughtBy: ["d1.throughput.short", "d1.throughput.long"],
  isSlow: true,
} satisfies Mutant;

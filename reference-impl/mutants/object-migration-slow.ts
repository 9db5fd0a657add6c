// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-migration-slow",
  defect: "The lease of a PoP that was seen to die is ended two seconds later.",
  file: "reference-impl/supervisor/processes.ts",
  find: "    const node = await endLease(",
  replace: "    await new Promise((resolve) => setTimeout(resolve, 2_000));\n    const node = await endLease(",
  caughtBy: ["do.migration.time"],
} satisfies Mutant;

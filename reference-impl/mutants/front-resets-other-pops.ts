// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "front-resets-other-pops",
  defect: "The death of one PoP resets the connections of all.",
  file: "reference-impl/supervisor/doors.ts",
  find: "await pop.listener?.shut();\n  }",
  replace: "await pop.listener?.shut();\n    for (const other of pops) for (const connection of other.listener?.connections ?? []) connection.reset();\n  }",
  caughtBy: ["failover.survivors.connections"],
} satisfies Mutant;

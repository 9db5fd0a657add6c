// A fault without effect, for proving that nobody takes its word for it.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "fault-partition-idle",
  defect: "PoPs that are said to be split reach each other.",
  file: "reference-impl/control/faults/registry.ts",
  find: "const injected = await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);",
  replace: 'const injected = fault.kind === "partition" ? { evidence: "it is in effect", heal: () => Promise.resolve("it was healed") } : await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);',
  caughtBy: ["do.serialization.register.partition"],
  verdict: "inconclusive",
  isSlow: true,
} satisfies Mutant;

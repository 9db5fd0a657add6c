// A fault without effect, for proving that nobody takes its word for it.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "fault-full-disk-idle",
  defect: "A disk that is said to be full takes writes.",
  file: "reference-impl/control/faults/registry.ts",
  find: "const injected = await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);",
  replace: 'const injected = fault.kind === "full-disk" ? { evidence: "it is in effect", heal: () => Promise.resolve("it was healed") } : await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);',
  caughtBy: ["do.serialization.counter.full-disk"],
  verdict: "inconclusive",
  isSlow: true,
} satisfies Mutant;

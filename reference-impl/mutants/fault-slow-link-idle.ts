// A fault without effect, for proving that nobody takes its word for it.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "fault-slow-link-idle",
  defect: "A link that is said to be slow is not.",
  file: "reference-impl/control/faults/registry.ts",
  find: "const injected = await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);",
  replace: 'const injected = fault.kind === "slow-link" ? { evidence: "it is in effect", heal: () => Promise.resolve("it was healed") } : await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);',
  caughtBy: ["do.serialization.cas.slow-link"],
  verdict: "inconclusive",
  isSlow: true,
} satisfies Mutant;

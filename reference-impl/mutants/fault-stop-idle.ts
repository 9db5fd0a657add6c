// A fault without effect, for proving that nobody takes its word for it.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "fault-stop-idle",
  defect: "A PoP that is said to be stopped goes on.",
  file: "reference-impl/control/faults/registry.ts",
  find: "const injected = await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);",
  replace: 'const injected = fault.kind === "stop" ? { evidence: "it is in effect", heal: () => Promise.resolve("it was healed") } : await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);',
  caughtBy: ["do.serialization.set.stop"],
  verdict: "inconclusive",
  isSlow: true,
} satisfies Mutant;

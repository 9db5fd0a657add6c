// What all mutants of faults have in common: the reference says that it struck, and does nothing. A check that takes its word
// for it would judge a history in which nothing happened.
import type { Mutant } from "./mutant.js";

const inject = "(fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault)";

/** @param kind the fault that does nothing, as the contract names it */
export function idleFault({ kind, ...mutant }: Pick<Mutant, "id" | "defect" | "caughtBy" | "isSlow"> & { readonly kind: string }): Mutant {
  return {
    ...mutant,
    file: "reference-impl/control/faults/registry.ts",
    find: `const injected = await ${inject};`,
    replace: `const injected = fault.kind === "${kind}" ? { evidence: "it is in effect", heal: () => Promise.resolve("it was healed") } : await ${inject};`,
    verdict: "inconclusive",
  };
}

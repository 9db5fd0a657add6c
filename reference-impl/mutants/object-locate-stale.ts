// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-locate-stale",
  defect: "Locate goes on to name the PoP that owned an object when it was asked first.",
  file: "reference-impl/control/target.ts",
  find: "const owner = await edge.locate(objectId);",
  replace: 'const firsts = ((globalThis as { firsts?: Map<string, Awaited<ReturnType<Edge["locate"]>>> }).firsts ??= new Map()); const owner = firsts.get(objectId) ?? (await edge.locate(objectId)); firsts.set(objectId, owner);',
  caughtBy: ["do.migration.kill"],
} satisfies Mutant;

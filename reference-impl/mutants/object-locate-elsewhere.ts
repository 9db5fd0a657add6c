// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-locate-elsewhere",
  defect: "Locate names a PoP that has nothing to do with the object.",
  file: "reference-impl/control/target.ts",
  find: "const owner = await edge.locate(objectId);",
  replace: [
    "const found = await edge.locate(objectId);",
    '      const owner = found === undefined ? undefined : { ...found, popId: edge.pops.find(({ id }) => id !== found.popId)?.id ?? "" };',
  ].join("\n"),
  caughtBy: ["do.instance.near", "do.instance.stays"],
  isSlow: true,
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "front-keeps-dead-pop",
  defect: "The anycast address keeps sending clients to a PoP that is dead.",
  file: "reference-impl/supervisor/doors.ts",
  find: "pop.isAnnounced = isAnnounced;",
  replace: "pop.isAnnounced = true;",
  caughtBy: ["failover.kill"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "front-keeps-frozen-pop",
  defect: "A frozen PoP is never withdrawn from the anycast address.",
  file: "reference-impl/supervisor/health.ts",
  find: "const failuresToWithdraw = 3;",
  replace: "const failuresToWithdraw = 3_000_000;",
  caughtBy: ["failover.pause"],
} satisfies Mutant;

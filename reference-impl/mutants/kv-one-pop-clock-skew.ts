// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-one-pop-clock-skew",
  defect: "The second PoP's (iad) platform clock is ten minutes fast, so values end there before their time, and those written there after it.",
  file: "reference-impl/pop/kv/clock.ts",
  find: "+ clock.offsetMs;",
  replace: '+ clock.offsetMs + (clock.popId === "iad" ? 600_000 : 0);',
  caughtBy: ["kv.expiration.everywhere"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-lag-ignored",
  defect: "Replicas follow at once, whatever they are told.",
  file: "reference-impl/pop/d1/replica.worker.ts",
  find: "dueMs(lag, entry.sequence, entry.atMs, this.#waiting.at(-1)?.dueMs ?? 0)",
  replace: "dueMs({ ...lag, delayMs: 0, jitterMs: 0 }, entry.sequence, entry.atMs, 0)",
  caughtBy: ["d1.lag.set"],
  isSlow: true,
} satisfies Mutant;

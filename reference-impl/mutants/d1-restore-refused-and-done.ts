// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-restore-refused-and-done",
  defect: "A restore over the limit is refused, and carried out all the same.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "      if (recent.length >= restores.most) throw new Refusal(refusals.tooManyRestores);\n",
  replace: "      if (recent.length >= restores.most) {\n        await this.#rebuild(sequence, () => this.#log.append({ restored: sequence, nowMs, call: \"\" }));\n        throw new Refusal(refusals.tooManyRestores);\n      }\n",
  caughtBy: ["d1.time-travel.limit"],
  isSlow: true,
} satisfies Mutant;

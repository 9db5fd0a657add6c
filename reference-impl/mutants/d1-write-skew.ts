// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-write-skew",
  defect: "The first statement of a batch is made ahead of the others, beside that of another batch.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "      const results = this.#transaction(() => this.#run(work, id));",
  replace: "      const ahead = work.length > 1 ? this.#transaction(() => this.#run(work.slice(0, 1), id)) : [];\n      if (work.length > 1) await scheduler.wait(10);\n      const results = [...ahead, ...this.#transaction(() => this.#run(work.slice(ahead.length), id))];",
  caughtBy: ["d1.batch.skew"],
} satisfies Mutant;

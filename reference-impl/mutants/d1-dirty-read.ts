// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-dirty-read",
  defect: "Statements of a batch are made one by one, and others see the steps between.",
  file: "reference-impl/pop/d1/primary.worker.ts",
  find: "      const results = this.#transaction(() => this.#run(work, id));",
  replace: "      const results: Executed[] = [];\n      for (const one of work) {\n        results.push(...this.#transaction(() => this.#run([one], id)));\n        if (work.length > 1) await scheduler.wait(3);\n      }",
  caughtBy: ["d1.batch.dirty"],
} satisfies Mutant;

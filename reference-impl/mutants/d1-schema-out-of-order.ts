// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-schema-out-of-order",
  defect: "A replica that catches up applies changes of the schema first.",
  file: "reference-impl/pop/d1/replica.worker.ts",
  find: "    const ready = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later);",
  replace: "    const late = (one: Waiting): number => (one.entry.body.includes(\"CREATE TRIGGER\") ? 0 : 1);\n    const ready = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later).sort((one, other) => late(one) - late(other));",
  caughtBy: ["d1.replica.copy.schema"],
} satisfies Mutant;

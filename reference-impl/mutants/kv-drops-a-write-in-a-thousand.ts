// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-drops-a-write-in-a-thousand",
  defect: "Every thousandth write of a PoP is acknowledged and not written.",
  file: "reference-impl/pop/kv/shard.worker.ts",
  find: "this.#commit(request, wallMs);",
  replace: "if ((globalThis.writes = (globalThis.writes ?? 0) + 1) % 1000 !== 0) this.#commit(request, wallMs);",
  caughtBy: ["kv.write.durable"],
} satisfies Mutant;

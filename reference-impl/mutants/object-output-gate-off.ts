// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-output-gate-off",
  defect: "What an object says leaves before what it wrote is durable: no write holds its answers back.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "const put = storage.put.bind(storage);",
    'storage.put = (first: unknown, ...more: unknown[]) => (typeof first === "object" ? put(first, { allowUnconfirmed: true }) : put(first, more[0], { allowUnconfirmed: true }));',
    "if (hasSql) storage.kv.put = (key: string, value: unknown) => void storage.put(key, value);",
  ].join("\n"),
  caughtBy: ["do.gate.output.slow", "do.gate.output.slow.messages", "do.gate.output.failure", "do.gate.output.failure.reset"],
  isSlow: true,
} satisfies Mutant;

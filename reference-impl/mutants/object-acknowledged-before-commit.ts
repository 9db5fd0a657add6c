// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-acknowledged-before-commit",
  defect: "Storage says that a value is written, and writes it a second later.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "const put = storage.put.bind(storage);",
    "storage.put = async (...given: unknown[]) => void setTimeout(() => void put(...given), 1_000);",
    "if (hasSql) storage.kv.put = (key: string, value: unknown) => void storage.put(key, value);",
  ].join("\n"),
  caughtBy: ["do.gate.output.kill"],
  isSlow: true,
} satisfies Mutant;

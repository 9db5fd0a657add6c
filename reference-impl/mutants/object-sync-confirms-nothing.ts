// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-sync-confirms-nothing",
  defect: "sync() says that all is durable while a write with allowUnconfirmed is in memory, where it stays.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { storage } = state as { storage: any };",
    "const put = storage.put.bind(storage);",
    "storage.put = (first: unknown, ...more: any[]) => (more[1]?.allowUnconfirmed === true ? Promise.resolve() : put(first, ...more));",
    "storage.sync = () => Promise.resolve();",
  ].join("\n"),
  caughtBy: ["do.gate.output.kill.sync"],
  isSlow: true,
} satisfies Mutant;

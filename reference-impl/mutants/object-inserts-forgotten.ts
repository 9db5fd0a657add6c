// A defect for proving that a check can fail: any workload must notice it, whatever the nemesis.
import type { Mutant } from "./mutant.js";

const pairs = [
  "register.pause",
  "counter.isolate-peers",
  "set.isolate-storage",
  "cas.isolate-clients",
  "append.partition-one-way",
  "register.lossy-link",
  "counter.reset-connections",
  "set.slow-disk",
  "cas.clock-skew",
] as const;

export const mutant = {
  id: "object-inserts-forgotten",
  defect: "Storage carries out every tenth INSERT of an object by doing nothing.",
  file: "reference-impl/pop/objects/objects.worker.ts",
  find: "limitStorage(state.storage as DurableObjectStorage, hasSql);",
  replace: [
    "limitStorage(state.storage as DurableObjectStorage, hasSql);",
    "const { sql } = (state as { storage: any }).storage;",
    "const exec = hasSql ? sql.exec.bind(sql) : undefined; let inserts = 0;",
    'if (hasSql) sql.exec = (query: string, ...given: unknown[]) => (/^INSERT/.test(query) && ++inserts % 10 === 0 ? exec("SELECT 1") : exec(query, ...given));',
  ].join("\n"),
  caughtBy: ["do.serialization.append.overload", ...pairs.map((pair) => `do.serialization.${pair}`)],
  isSlow: true,
} satisfies Mutant;

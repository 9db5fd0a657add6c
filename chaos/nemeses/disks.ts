// Nemeses of storage: slow to make a write durable, or full.
import type { Nemesis } from "./nemesis.js";

const one = { leastPops: 1, selectors: ["one", "majority", "owner"], parameters: {}, durationMs: { least: 500, most: 5_000 } } as const;

export const slowDisk: Nemesis = {
  ...one,
  id: "slow-disk",
  description: "makes what a PoP writes durable only later",
  needs: "fault.slow-disk",
  parameters: { delayMs: { least: 20, most: 300 } },
  faults: ({ popIds, parameters }) => popIds.map((popId) => ({ kind: "slow-disk", popId, parameters })),
  observation: ({ popIds, parameters }) => ({ see: "slow", over: "storage", popIds, leastMs: parameters["delayMs"] ?? 0 }),
};

export const fullDisk: Nemesis = {
  ...one,
  id: "full-disk",
  description: "fills a PoP's storage: writes are refused, reads go on",
  needs: "fault.full-disk",
  faults: ({ popIds }) => popIds.map((popId) => ({ kind: "full-disk", popId })),
  observation: ({ popIds }) => ({ see: "unwritable", popIds }),
};

// Nemeses of D1's read replicas at a PoP: they follow late, or stand still. Clients outside of sessions notice nothing.
import type { Aim, Nemesis } from "./nemesis.js";

const unseen = { see: "nothing", because: "clients outside of sessions are served by the primary; what sessions read is judged by the workload" } as const;
const replicas = { observation: () => unseen, needs: "d1.replica-lag", leastPops: 1, selectors: ["one", "majority"], durationMs: { least: 1_000, most: 5_000 } } as const;

export const slowReplicas: Nemesis = {
  ...replicas,
  id: "slow-replicas",
  description: "lets a PoP's D1 replicas follow late",
  parameters: { delayMs: { least: 50, most: 600 }, jitterMs: { least: 0, most: 300 } },
  faults: ({ popIds, parameters }: Aim) => popIds.map((popId) => ({ kind: "slow-link", popId, scope: "replication", parameters })),
};

export const stoppedReplicas: Nemesis = {
  ...replicas,
  id: "stopped-replicas",
  description: "lets a PoP's D1 replicas stand still",
  parameters: {},
  faults: ({ popIds }: Aim) => popIds.map((popId) => ({ kind: "isolate", popId, scope: "replication" })),
};

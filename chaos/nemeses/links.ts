// Nemeses of links: between a PoP and its clients, its peers, its storage, or those who run it.
import { type Aim, linkScopes, type LinkScope, type Nemesis, type Observation } from "./nemesis.js";

const one = { leastPops: 1, selectors: ["one", "majority", "owner"], parameters: {}, durationMs: { least: 500, most: 5_000 } } as const;

const isolated = (scope: string) => ({
  ...one,
  needs: `fault.isolate-${scope}` as "fault.isolate-clients" | "fault.isolate-storage" | "fault.isolate-peers" | "fault.isolate-control",
  faults: ({ popIds }: Aim) => popIds.map((popId) => ({ kind: "isolate" as const, popId, scope })),
});

/** A way between the sides that is now closed. */
function apart({ popIds, allPopIds }: Aim): Observation {
  const [from] = popIds;
  const to = allPopIds.filter((popId) => !popIds.includes(popId));
  return from === undefined || to.length === 0 ? { see: "nothing", because: "nobody is on the other side" } : { see: "apart", from, to };
}

export const isolatePeers: Nemesis = {
  ...isolated("peers"),
  id: "isolate-peers",
  description: "cuts a PoP off from the other PoPs, connections open and silent",
  leastPops: 2,
  observation: apart,
};

export const isolateStorage: Nemesis = {
  ...isolated("storage"),
  id: "isolate-storage",
  description: "cuts a PoP off from storage, connections open and silent",
  observation: ({ popIds }) => ({ see: "unwritable", popIds }),
};

export const isolateControl: Nemesis = {
  ...isolated("control"),
  id: "isolate-control",
  description: "cuts a PoP off from those who run the edge: no probe, no deployment, its death unseen",
  observation: () => ({ see: "nothing", because: "clients, other PoPs and storage are served as before; only those who run the edge miss it" }),
};

export const isolateClients: Nemesis = {
  ...isolated("clients"),
  id: "isolate-clients",
  description: "cuts a PoP off from its clients; its objects live on",
  observation: ({ popIds }) => ({ see: "unanswered", popIds }),
};

const split = (isOneWay: boolean) => ({
  ...one,
  needs: "fault.partition" as const,
  leastPops: 2,
  faults: ({ popIds, allPopIds }: Aim) => {
    const others = allPopIds.filter((popId) => !popIds.includes(popId));
    const [popId] = popIds;
    if (popId === undefined || others.length === 0) return [];
    return [{ kind: "partition" as const, popId, scope: others.join(","), ...(isOneWay ? { parameters: { oneWay: 1 } } : {}) }];
  },
  observation: apart,
});

export const partition: Nemesis = {
  ...split(false),
  id: "partition",
  description: "splits the PoPs in two sides that cannot reach each other; both keep clients and storage",
};

export const partitionOneWay: Nemesis = {
  ...split(true),
  id: "partition-one-way",
  description: "holds up what one side sends to the other; the other way stays open",
};

function linkOf({ scope }: Aim): LinkScope {
  return linkScopes.find((known) => known === scope) ?? linkScopes[0];
}

export const slowLink: Nemesis = {
  ...one,
  id: "slow-link",
  description: "makes a PoP's links slow: clients, peers or storage",
  needs: "fault.slow-link",
  scopes: linkScopes,
  parameters: { delayMs: { least: 20, most: 400 }, jitterMs: { least: 0, most: 100 } },
  faults: ({ popIds, scope = "clients", parameters }) => popIds.map((popId) => ({ kind: "slow-link", popId, scope, parameters })),
  // Both ways: a request takes it twice, and a write takes a request to storage at least.
  observation: (aim) => ({ see: "slow", over: linkOf(aim), popIds: aim.popIds, leastMs: 2 * (aim.parameters["delayMs"] ?? 0) }),
};

export const lossyLink: Nemesis = {
  ...one,
  id: "lossy-link",
  description: "loses a part of what goes over a PoP's links, which comes late: clients, peers or storage",
  needs: "fault.lossy-link",
  scopes: linkScopes,
  parameters: { lossRatio: { least: 0.05, most: 0.4 }, stallMs: { least: 50, most: 400 } },
  faults: ({ popIds, scope = "clients", parameters }) => popIds.map((popId) => ({ kind: "lossy-link", popId, scope, parameters })),
  observation: (aim) => ({ see: "lossy", over: linkOf(aim), popIds: aim.popIds, lossRatio: aim.parameters["lossRatio"] ?? 0, stallMs: aim.parameters["stallMs"] ?? 0 }),
};

export const resetConnections: Nemesis = {
  ...one,
  id: "reset-connections",
  description: "resets all open connections of a PoP, once: clients, peers or storage",
  needs: "fault.reset-connections",
  durationMs: { least: 0, most: 0 },
  scopes: linkScopes,
  faults: ({ popIds, scope = "clients" }) => popIds.map((popId) => ({ kind: "reset-connections", popId, scope })),
  observation: (aim) => {
    const over = linkOf(aim);
    return over === "storage" ? { see: "nothing", because: "a PoP asks its storage again over a new connection, and its clients notice nothing" } : { see: "cut", over, popIds: aim.popIds };
  },
};

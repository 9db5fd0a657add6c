// Isolation of a PoP: from its peers, its storage, its clients, and those who run the edge.
import type { Inject } from "./injected.js";
import { isolateLinks } from "./links.js";
import { parametersOf, scopeOf } from "./parameters.js";
import { probeMs } from "../../links/mesh.js";
import { callAdmin, probeHealth } from "../../supervisor/admin.js";
import type { Edge } from "../../supervisor/edge.js";
import type { Pop } from "../../supervisor/pop.js";
import { type Injected, shown, withoutEffect } from "./injected.js";

export const isolate: Inject = (edge, pop, fault) => {
  parametersOf(fault, {});
  const scope = scopeOf(fault, ["peers", "storage", "clients", "control"]);
  switch (scope) {
    case "peers":
    case "storage":
      return isolateLinks(edge, pop, scope);
    case "clients":
      return isolateClients(edge, pop);
    case "control":
      return isolateControl(edge, pop);
  }
};

async function isolateClients(edge: Edge, pop: Pop): Promise<Injected> {
  pop.cuts++;
  edge.announce(pop, false, "cut off from its clients");
  await pop.listener?.shut();
  let isOver = false;
  const release = (): void => {
    if (!isOver) pop.cuts--;
    isOver = true;
  };
  return {
    evidence: `the address of PoP ${pop.id} refuses connections and is withdrawn from the anycast address`,
    async heal() {
      release();
      if (pop.cuts > 0 || pop.current === undefined) return `PoP ${pop.id} stays unreachable: another fault keeps it so`;
      await pop.listener?.open();
      edge.announce(pop, true, "reachable again");
      return `the address of PoP ${pop.id} takes connections again`;
    },
    release,
  };
}

const clientDeadlineMs = 2000;

async function isolateControl(edge: Edge, pop: Pop): Promise<Injected> {
  const end = pop.control.add({ holds: true });
  const refused = await callAdmin(pop, edge.adminToken, "/begin", []).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (refused === undefined) {
    end();
    throw withoutEffect("the control plane still reached the PoP");
  }
  const clientMs = await probeMs(`127.0.0.1:${pop.listener?.port ?? 0}`, clientDeadlineMs, { host: "probe.invalid.edge.localhost" });
  return {
    evidence: `the control plane does not reach PoP ${pop.id} (${refused}); at its own address clients get an answer in ${shown(clientMs)}`,
    async heal() {
      end();
      if (pop.control.isHeld) return `PoP ${pop.id} stays out of reach: another fault keeps it so`;
      await edge.catchUp(pop);
      return pop.current === undefined ? `the control plane sees that PoP ${pop.id} is down` : `the control plane's probe of PoP ${pop.id} says ${await probeHealth(pop)}`;
    },
    release: end,
  };
}

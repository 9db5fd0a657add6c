// Faults of the reference edge: real signals to real processes and real cuts of real links. Each is in effect, and seen
// to be, before its evidence is given.
import { readFile } from "node:fs/promises";
import { EdgemarkError } from "../../contract/errors.js";
import type { Capability, FaultEffect, FaultSpec } from "../../contract/target/types.js";
import type { Edge } from "../supervisor/edge.js";
import type { Pop } from "../supervisor/pop.js";

/** What faults can reach outside the edge itself. */
export interface FaultTools {
  /** Cuts a PoP's way to storage: requests are accepted and never answered. Absent with an external bucket. */
  readonly isolateStorage?: (popIndex: number) => { restore(): void };
}

export const faultCapabilities: readonly Capability[] = ["fault.kill", "fault.stop", "fault.pause", "fault.isolate-clients", "fault.isolate-storage", "fault.reset-connections"];

export interface Faults {
  inject(fault: FaultSpec): Promise<FaultEffect>;
  heal(faultId: string): Promise<{ readonly evidence: string; readonly effectiveAtMs: number }>;
}

interface Injected {
  readonly evidence: string;
  heal(): Promise<string>;
}

const pausedDeadlineMs = 2000;

/** The faults of an edge. */
export function startFaults(edge: Edge, tools: FaultTools): Faults {
  const active = new Map<string, { readonly fault: FaultSpec; readonly injected: Injected }>();
  let count = 0;

  return {
    async inject(fault) {
      const pop = edge.pop(fault.popId);
      if (pop === undefined) {
        const known = edge.pops.map((one) => one.id).join(", ");
        throw new EdgemarkError("target.refused", `expected one of the PoPs ${known}; ${JSON.stringify(fault.popId)} came; name one of them`);
      }
      const injected = await injectInto(edge, pop, fault, tools);
      const faultId = `${fault.kind}-${pop.id}-${++count}`;
      active.set(faultId, { fault, injected });
      edge.emit("fault-injected", pop.id, `${faultId}: ${injected.evidence}`);
      return { faultId, evidence: injected.evidence, effectiveAtMs: Date.now() };
    },
    async heal(faultId) {
      const known = active.get(faultId);
      if (known === undefined) throw new EdgemarkError("target.refused", `expected the id of a fault that is in effect; ${JSON.stringify(faultId)} is not`);
      // A fault that could not be healed stays in effect, and can be healed again.
      const evidence = await known.injected.heal();
      active.delete(faultId);
      edge.emit("fault-healed", known.fault.popId, `${faultId}: ${evidence}`);
      return { evidence, effectiveAtMs: Date.now() };
    },
  };
}

async function injectInto(edge: Edge, pop: Pop, fault: FaultSpec, tools: FaultTools): Promise<Injected> {
  switch (fault.kind) {
    case "kill":
    case "stop": {
      const evidence = await edge.takeDown(pop, fault.kind === "kill" ? "SIGKILL" : "SIGTERM");
      return { evidence, heal: () => edge.bringUp(pop) };
    }
    case "pause":
      return pause(pop);
    case "isolate":
      return isolate(edge, pop, fault.scope ?? "", tools);
    case "reset-connections": {
      const count = [...edge.anycast.connections].filter((connection) => connection.door === pop).length + (pop.listener?.connections.size ?? 0);
      for (const connection of edge.anycast.connections) if (connection.door === pop) connection.reset();
      for (const connection of pop.listener?.connections ?? []) connection.reset();
      return { evidence: `${count} client connections of PoP ${pop.id} were reset`, heal: () => Promise.resolve("a reset needs no healing") };
    }
    default:
      throw new EdgemarkError("target.unimplemented", `the reference edge cannot inject ${fault.kind} yet; Describe says what it can`);
  }
}

async function pause(pop: Pop): Promise<Injected> {
  const engine = pop.current?.engine;
  if (engine === undefined) throw new EdgemarkError("target.refused", `PoP ${pop.id} is down: there is no process to pause`);
  engine.signal("SIGSTOP");
  const state = await processState(engine.pid, (letter) => letter === "T");
  return {
    evidence: `process ${engine.pid} of PoP ${pop.id} is in state ${state} (stopped)`,
    async heal() {
      engine.signal("SIGCONT");
      const after = await processState(engine.pid, (letter) => letter !== "T");
      return `process ${engine.pid} of PoP ${pop.id} ${after === "" ? "has ended" : `is in state ${after}`}`;
    },
  };
}

/** The kernel's one-letter state of a process once it satisfies, "" when it is gone. */
async function processState(pid: number, satisfied: (letter: string) => boolean): Promise<string> {
  const deadlineMs = Date.now() + pausedDeadlineMs;
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
    // The name is in parentheses and may hold anything; the state follows the last one.
    const letter = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    if (stat === "" || satisfied(letter)) return letter;
    if (Date.now() > deadlineMs) throw new EdgemarkError("target.refused", `process ${pid} stayed in state ${letter} for ${pausedDeadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function isolate(edge: Edge, pop: Pop, scope: string, tools: FaultTools): Promise<Injected> {
  if (scope === "clients") {
    pop.isCutOff = true;
    edge.announce(pop, false, "cut off from its clients");
    await pop.listener?.shut();
    return {
      evidence: `the address of PoP ${pop.id} refuses connections and is withdrawn from the anycast address`,
      async heal() {
        pop.isCutOff = false;
        await pop.listener?.open();
        if (pop.current !== undefined) edge.announce(pop, true, "reachable again");
        return `the address of PoP ${pop.id} takes connections again`;
      },
    };
  }
  if (scope === "storage" && tools.isolateStorage !== undefined) {
    const cut = tools.isolateStorage(pop.index);
    return {
      evidence: `storage requests of PoP ${pop.id} are accepted and never answered`,
      heal() {
        cut.restore();
        return Promise.resolve(`storage answers PoP ${pop.id} again`);
      },
    };
  }
  throw new EdgemarkError("target.unimplemented", `the reference edge cannot isolate a PoP from ${JSON.stringify(scope)}; it can from clients, and from storage with its embedded bucket`);
}

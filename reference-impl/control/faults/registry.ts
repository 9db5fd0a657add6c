// Faults of the reference edge: real signals to real processes and real cuts of real links. Each is in effect, and seen
// to be, before its evidence is given; they heal in any order, and all of them end with the edge.
import { EdgemarkError } from "../../../contract/errors.js";
import type { Capability, FaultEffect, FaultKind, FaultSpec } from "../../../contract/target/types.js";
import type { Edge } from "../../supervisor/edge.js";
import { clockSkew } from "./clock.js";
import { isolate } from "./cuts.js";
import { type Freezer, startFreezer } from "./freezer.js";
import type { Inject, Injected } from "./injected.js";
import { lossyLink, partition, resetConnections, slowLink } from "./links.js";
import { overloadWith, pauseWith, takeDown } from "./processes.js";
import { lagReplicas, replicationScope } from "./replication.js";
import { fullDisk, slowDisk } from "./storage.js";

export interface Faults {
  readonly capabilities: readonly Capability[];
  inject(fault: FaultSpec): Promise<FaultEffect>;
  heal(faultId: string): Promise<{ readonly evidence: string; readonly effectiveAtMs: number }>;
  /** Lets go of everything that is in effect. */
  close(): void;
}

const always: readonly Capability[] = [
  "fault.kill",
  "fault.stop",
  "fault.pause",
  "fault.isolate-clients",
  "fault.isolate-control",
  "fault.reset-connections",
  "fault.clock-skew",
  "fault.overload",
];
/** What takes links and a bucket of ours. */
const embedded: readonly Capability[] = [
  "fault.isolate-storage",
  "fault.isolate-peers",
  "fault.partition",
  "fault.slow-link",
  "fault.lossy-link",
  "fault.slow-disk",
  "fault.full-disk",
];

function injectors(freezer: Freezer): Readonly<Record<FaultKind, Inject>> {
  return {
    "kill": takeDown,
    "stop": takeDown,
    "pause": pauseWith(freezer),
    "isolate": isolate,
    "partition": partition,
    "slow-link": slowLink,
    "lossy-link": lossyLink,
    "reset-connections": resetConnections,
    "clock-skew": clockSkew,
    "slow-disk": slowDisk,
    "full-disk": fullDisk,
    "overload": overloadWith(freezer),
  };
}

/** The faults of an edge. */
export function startFaults(edge: Edge): Faults {
  const active = new Map<string, { readonly fault: FaultSpec; readonly injected: Injected }>();
  const freezer = startFreezer();
  const kinds = injectors(freezer);
  let count = 0;

  return {
    capabilities: edge.storage.faults === undefined ? always : [...always, ...embedded],
    async inject(fault) {
      const pop = edge.pop(fault.popId);
      if (pop === undefined) {
        const known = edge.pops.map((one) => one.id).join(", ");
        throw new EdgemarkError("target.refused", `expected one of the PoPs ${known}; ${JSON.stringify(fault.popId)} came; name one of them`);
      }
      const injected = await (fault.scope === replicationScope ? lagReplicas : kinds[fault.kind])(edge, pop, fault);
      const faultId = `${fault.kind}-${pop.id}-${++count}`;
      active.set(faultId, { fault, injected });
      edge.emit("fault-injected", pop.id, `${faultId}: ${injected.evidence}`);
      return { faultId, evidence: injected.evidence, effectiveAtMs: Date.now() };
    },
    async heal(faultId) {
      const known = active.get(faultId);
      if (known === undefined) throw new EdgemarkError("target.refused", `expected the id of a fault that is in effect; ${JSON.stringify(faultId)} is not`);
      // Two who heal the same fault at once heal it once.
      active.delete(faultId);
      try {
        const evidence = await known.injected.heal();
        edge.emit("fault-healed", known.fault.popId, `${faultId}: ${evidence}`);
        return { evidence, effectiveAtMs: Date.now() };
      } catch (error) {
        // A fault that could not be healed stays in effect, and can be healed again.
        active.set(faultId, known);
        throw error;
      }
    },
    close() {
      for (const { injected } of active.values()) injected.release?.();
      active.clear();
      freezer.close();
    },
  };
}

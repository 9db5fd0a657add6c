// The one index of nemeses: a new one is its data and a line here.
import { didYouMean, EdgemarkError } from "../../contract/errors.js";
import type { Capability } from "../../contract/target/types.js";
import { fullDisk, slowDisk } from "./disks.js";
import { isolateClients, isolateControl, isolatePeers, isolateStorage, lossyLink, partition, partitionOneWay, resetConnections, slowLink } from "./links.js";
import type { Nemesis } from "./nemesis.js";
import { slowReplicas, stoppedReplicas } from "./replicas.js";
import { clockSkew, kill, overload, pause, stop } from "./processes.js";

export const nemeses: readonly Nemesis[] = [
  kill,
  stop,
  pause,
  isolatePeers,
  isolateStorage,
  isolateControl,
  isolateClients,
  partition,
  partitionOneWay,
  slowLink,
  lossyLink,
  resetConnections,
  slowDisk,
  fullDisk,
  clockSkew,
  overload,
  slowReplicas,
  stoppedReplicas,
];

/** @throws EdgemarkError usage.input for a name that no nemesis has, with the nearest */
export function nemesisOf(id: string): Nemesis {
  const found = nemeses.find((nemesis) => nemesis.id === id);
  if (found !== undefined) return found;
  const known = nemeses.map((nemesis) => nemesis.id);
  throw new EdgemarkError("usage.input", `expected a nemesis; ${JSON.stringify(id)} is none; ${didYouMean(id, known, `there are ${known.join(", ")}`)}`);
}

/** What a target would have to declare, or have more of, for a nemesis; undefined when it can do it. */
export function missingFor(nemesis: Nemesis, target: { readonly capabilities: readonly Capability[]; readonly pops: readonly unknown[] }): string | undefined {
  if (!target.capabilities.includes(nemesis.needs)) return `the target does not declare ${nemesis.needs}`;
  return target.pops.length < nemesis.leastPops ? `it takes ${nemesis.leastPops} PoPs; the target has ${target.pops.length}` : undefined;
}

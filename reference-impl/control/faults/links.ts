// Faults of links: the three kinds of link a PoP has, what each fault does to their paths, and probes over them as proof.
import { EdgemarkError } from "../../../contract/errors.js";
import { probeMs } from "../../links/mesh.js";
import type { Condition, Path } from "../../links/path.js";
import type { Edge } from "../../supervisor/edge.js";
import type { Pop } from "../../supervisor/pop.js";
import { withoutEffect, type Inject, type Injected, shown } from "./injected.js";
import { parametersOf, scopeOf } from "./parameters.js";

/** One link, and a probe over it. */
interface Link {
  readonly words: string;
  /** Both ways, the first one away from the side the fault is named for. */
  readonly paths: readonly [Path, Path];
  /** Asks something over the link; undefined when no answer came in time, or the other end is down. */
  probeMs(deadlineMs: number): Promise<number | undefined>;
}

const linkScopes = ["clients", "peers", "storage"] as const;
type LinkScope = (typeof linkScopes)[number];

const wellMs = 2000;
/** A held link is silent for ever; nobody waits that long for the proof: so long, and as much longer as the machine is slow. */
const silentMs = 150;
const slownessFactor = 4;
/** Of what was added to a round trip, so much must be seen: timers of two processes are not exact. */
const seenRatio = 0.8;

function linksOf(edge: Edge, pop: Pop, scope: LinkScope): readonly Link[] {
  if (scope === "clients") {
    const address = `127.0.0.1:${pop.listener?.port ?? 0}`;
    // No deployment has this host: the PoP's door answers itself.
    return [{ words: `PoP ${pop.id} and its clients`, paths: [pop.toClients, pop.fromClients], probeMs: (deadlineMs) => probeMs(address, deadlineMs, { host: "probe.invalid.edge.localhost" }) }];
  }
  if (scope === "storage") {
    const faults = edge.storage.faults ?? notWithExternal(scope);
    const { to, from } = faults.paths(pop.index);
    return [{ words: `PoP ${pop.id} and its storage`, paths: [to, from], probeMs: (deadlineMs) => faults.probeMs(pop.index, deadlineMs) }];
  }
  return edge.pops.filter((other) => other !== pop).map((other) => linkBetween(edge, pop, other));
}

function linkBetween(edge: Edge, from: Pop, to: Pop): Link {
  const mesh = edge.storage.mesh ?? notWithExternal("peers");
  return {
    words: `PoP ${from.id} and PoP ${to.id}`,
    paths: [mesh.path(from.index, to.index), mesh.path(to.index, from.index)],
    async probeMs(deadlineMs) {
      const address = await edge.peerAddress(to);
      return address === undefined ? undefined : mesh.probeMs(from.index, address, deadlineMs);
    },
  };
}

function notWithExternal(scope: string): never {
  throw new EdgemarkError("target.unimplemented", `the reference edge cannot harm a PoP's link to its ${scope} when its bucket is outside; Describe says what it can`);
}

/** Probes all links at once. */
async function probeAll(links: readonly Link[], deadlineMs: number): Promise<readonly (number | undefined)[]> {
  return Promise.all(links.map((link) => link.probeMs(deadlineMs)));
}

function words(links: readonly Link[], times: readonly (number | undefined)[]): string {
  return links.map((link, index) => `${link.words}: ${shown(times[index])}`).join("; ");
}

/** Holds links, and proves it by probes that get no answer. */
async function hold(links: readonly Link[], isOneWay: boolean, what: string): Promise<Injected> {
  const before = await probeAll(links, wellMs);
  const ends = links.flatMap(({ paths }) => (isOneWay ? paths.slice(0, 1) : paths).map((path) => path.add({ holds: true })));
  const release = (): void => {
    for (const end of ends) end();
  };
  const waitMs = silentMs + slownessFactor * Math.max(0, ...before.map((time) => time ?? 0));
  const during = await probeAll(links, waitMs);
  if (during.some((time) => time !== undefined)) {
    release();
    throw withoutEffect(`a probe was answered: ${words(links, during)}`);
  }
  return {
    evidence: `${what}: probes over the link got an answer before (${words(links, before)}), and none within ${Math.round(waitMs)} ms now`,
    async heal() {
      release();
      return `probes over the link: ${words(links, await probeAll(links, wellMs))}`;
    },
    release,
  };
}

export const isolateLinks = (edge: Edge, pop: Pop, scope: "peers" | "storage"): Promise<Injected> => hold(linksOf(edge, pop, scope), false, `nothing comes through between PoP ${pop.id} and its ${scope}`);

export const partition: Inject = (edge, pop, fault) => {
  const { oneWay } = parametersOf(fault, { oneWay: { otherwise: 0, least: 0, most: 1 } });
  const names = (fault.scope ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  const unknown = names.filter((name) => edge.pop(name) === undefined);
  if (names.length === 0 || unknown.length > 0 || names.includes(pop.id)) {
    throw new EdgemarkError("target.refused", `expected the PoPs of the other side as scope, without ${pop.id}; ${JSON.stringify(fault.scope ?? "")} came; name some of ${edge.pops.map(({ id }) => id).join(", ")}`);
  }
  const other = edge.pops.filter(({ id }) => names.includes(id));
  const own = edge.pops.filter(({ id }) => !names.includes(id));
  const links = own.flatMap((near) => other.map((far) => linkBetween(edge, near, far)));
  const sides = `${own.map(({ id }) => id).join(", ")} | ${other.map(({ id }) => id).join(", ")}`;
  return hold(links, oneWay >= 0.5, oneWay >= 0.5 ? `nothing comes through from ${sides.replace("|", "to")}` : `nothing comes through between ${sides}`);
};

export const slowLink: Inject = async (edge, pop, fault) => {
  const scope = scopeOf(fault, linkScopes, "peers");
  const { delayMs, jitterMs } = parametersOf(fault, { delayMs: { least: 1, most: 60_000 }, jitterMs: { otherwise: 0, least: 0, most: 60_000 } });
  const links = linksOf(edge, pop, scope);
  const before = await probeAll(links, wellMs);
  const release = conditioned(links, { delayMs, jitterMs });
  const during = await probeAll(links, wellMs + 4 * (delayMs + jitterMs));
  // A link that was silent before, because its other end is down or something else holds it, shows nothing.
  if (before.some((time, index) => time !== undefined && (during[index] ?? Infinity) < 2 * delayMs * seenRatio)) {
    release();
    throw withoutEffect(`probes took ${words(links, during)}`);
  }
  return {
    evidence: `${delayMs} ms${jitterMs > 0 ? ` and up to ${jitterMs} ms` : ""} more each way; probes over the link before: ${words(links, before)}; now: ${words(links, during)}`,
    async heal() {
      release();
      return `probes over the link: ${words(links, await probeAll(links, wellMs))}`;
    },
    release,
  };
};

const batchProbes = 20;
const batches = 10;

export const lossyLink: Inject = async (edge, pop, fault) => {
  const scope = scopeOf(fault, linkScopes, "peers");
  const { lossRatio, stallMs } = parametersOf(fault, { lossRatio: { least: 0.0001, most: 1 }, stallMs: { otherwise: 200, least: 1, most: 60_000 } });
  const links = linksOf(edge, pop, scope);
  const counted = (): { pieces: number; stalls: number } => total(links.flatMap(({ paths }) => paths));
  const at = counted();
  const isStalling = (): boolean => counted().stalls > at.stalls;
  const release = conditioned(links, { lossRatio, stallMs });
  let late = 0;
  let probes = 0;
  for (let batch = 0; batch < batches && (late === 0 || !isStalling()); batch++) {
    const asked = Array.from({ length: batchProbes }, (_, index) => links[index % links.length]).filter((link) => link !== undefined);
    const times = await probeAll(asked, wellMs + 4 * stallMs);
    probes += times.length;
    late = times.filter((time) => time !== undefined && time >= stallMs * seenRatio).length;
  }
  // Two hundred probes of two pieces each: at this share, all of them in time is no chance. A busy machine is late too, and loses nothing.
  if ((late === 0 || !isStalling()) && lossRatio >= 0.05) {
    release();
    throw withoutEffect(`${late} of ${probes} probes came late, and ${counted().stalls - at.stalls} pieces were lost`);
  }
  return {
    evidence: `${lossRatio} of the pieces between ${links.map((link) => link.words).join("; ")} come ${stallMs} ms late: ${late} of ${probes} probes were late`,
    heal() {
      release();
      const { pieces, stalls } = counted();
      return Promise.resolve(`${stalls - at.stalls} of ${pieces - at.pieces} pieces came late while it lasted`);
    },
    release,
  };
};

function conditioned(links: readonly Link[], condition: Condition): () => void {
  const ends = links.flatMap(({ paths }) => paths.map((path) => path.add(condition)));
  return () => {
    for (const end of ends) end();
  };
}

function total(paths: readonly Path[]): { pieces: number; stalls: number } {
  return paths.reduce((sum, { counts }) => ({ pieces: sum.pieces + counts.pieces, stalls: sum.stalls + counts.stalls }), { pieces: 0, stalls: 0 });
}

export const resetConnections: Inject = (edge, pop, fault) => {
  const scope = scopeOf(fault, linkScopes, "clients");
  const count = scope === "clients" ? resetClients(edge, pop) : scope === "peers" ? (edge.storage.mesh ?? notWithExternal(scope)).reset(pop.index) : (edge.storage.faults ?? notWithExternal(scope)).reset(pop.index);
  return Promise.resolve({ evidence: `${count} connections of PoP ${pop.id} and its ${scope} were reset`, heal: () => Promise.resolve("a reset needs no healing") });
};

function resetClients(edge: Edge, pop: Pop): number {
  const open = [...[...edge.anycast.connections].filter((connection) => connection.door === pop), ...(pop.listener?.connections ?? [])];
  for (const connection of open) connection.reset();
  return open.length;
}

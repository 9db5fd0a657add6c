// The processes of the PoPs, one after the other: the next is started beside the one that serves, takes over when all of
// them are ready, and the one before hands its objects over and goes.
import { join } from "node:path";
import { cfBlobHeader } from "../front/identity.js";
import { callAdmin } from "./admin.js";
import { adoptAlarms } from "./alarms.js";
import { type EngineSettings, stopTimeoutMs } from "./config.js";
import type { DeployedWorker } from "./deployment.js";
import { type EdgeState, pause } from "./edge-state.js";
import { endLease, untilReleased } from "./lease.js";
import { engineSays } from "./log-line.js";
import type { Generation, Pop } from "./pop.js";

/** Before a process is stopped, requests that are under way get this long to end. */
const settleMs = 100;
/** When no object was let go for so long, nobody waits for it any more; the engine itself does not wait longer for what an object is at. */
const stalledMs = stopTimeoutMs;
const releasePollMs = 5;

export interface Processes {
  /** Starts the next process of a PoP; it does not serve yet. @throws EngineFailed */
  prepare(pop: Pop): Promise<Generation>;
  /** Starts new processes at these PoPs and switches over only when all of them serve. @throws EngineFailed: then nothing has changed */
  roll(targets: readonly Pop[]): Promise<void>;
  /** What changes everywhere; a PoP that cannot be reached catches up later. @throws EngineFailed */
  rollOut(): Promise<void>;
  /** A process has exited: its lease ends, and its peers take its objects and alarms over. */
  buried(pop: Pop, address: string): Promise<void>;
  /**
   * Stops a process whose successor serves. Between being told and having let its objects go, it takes calls of them and
   * answers none; so requests wait at the door for the moment that this takes, instead of being lost.
   */
  handOver(generation: Generation): Promise<void>;
}

export interface Cargo {
  /** Workers that are part of a process's configuration. */
  readonly workers: () => readonly DeployedWorker[];
  /** Folder of the workers that are loaded on demand; undefined: none is. */
  readonly onDemandFolder: string | undefined;
  /** Names this edge's processes apart from those of a second edge on this machine, so that its leases are not taken for ours. */
  readonly addressBlock: number;
}

/** @param cargo what a process takes with it */
export function processesOf(state: EdgeState, cargo: Cargo): Processes {
  const { adminToken, options } = state;
  const { storage } = options;
  let generations = 0;

  function settingsFor(pop: Pop, number: number): EngineSettings {
    return {
      popId: pop.id,
      region: pop.place.region,
      d1Lag: state.lagRules.text,
      workers: cargo.workers(),
      ...(cargo.onDemandFolder === undefined ? {} : { onDemandFolder: cargo.onDemandFolder }),
      cluster: { ...storage.ofPop(pop.index), leaseDivisor: options.leaseDivisor ?? 1, address: `127.${100 + pop.index}.${cargo.addressBlock}.${1 + (number % 250)}` },
      cfBlobHeader,
      timeScale: options.timeScale,
      clockOffsetMs: state.clockOffsetMs + pop.skewMs,
      clockBaseMs: state.clockBaseMs,
      programs: options.programs,
      adminToken,
    };
  }

  function prepare(pop: Pop): Promise<Generation> {
    const number = ++generations;
    const settings = settingsFor(pop, number);
    storage.mesh?.serve(pop.index, settings.cluster.address);
    return pop.prepare(number, join(options.engineFolder, `${pop.id}-${number}`), settings).catch((error: unknown) => {
      storage.mesh?.forget(settings.cluster.address);
      throw error;
    });
  }

  async function roll(targets: readonly Pop[]): Promise<void> {
    const prepared = await Promise.allSettled(targets.map(async (pop) => ({ pop, generation: await prepare(pop) })));
    const failed = prepared.find((result) => result.status === "rejected");
    for (const result of prepared) {
      if (result.status !== "fulfilled") continue;
      if (failed === undefined) result.value.pop.adopt(result.value.generation);
      else result.value.pop.discard(result.value.generation);
    }
    if (failed?.status === "rejected") throw failed.reason;
  }

  async function rollOut(): Promise<void> {
    await roll(state.upPops());
    for (const pop of state.pops) if (pop.control.isHeld) pop.isBehind = true;
  }

  async function buried(pop: Pop, address: string): Promise<void> {
    const { records, prefix, mesh } = storage;
    mesh?.forget(address);
    // Nobody is told of a death that the control plane cannot see; the lease has to run out, as it does for everybody else.
    await pop.control.open();
    const say = (what: string) => (error: unknown) => options.onLog("edge", engineSays(`${what} of ${address}: ${String(error)}`));
    const node = await endLease(records, prefix, address).catch(say("could not end the lease"));
    if (node === undefined || state.isClosing) return;
    const up = state.upPops();
    const heir = up.find((one) => one !== pop) ?? up[0];
    if (heir === undefined) return;
    // Not waited for: an object may take its time to begin, and the PoP's return does not depend on it.
    void adoptAlarms(records, prefix, node, (objects) => callAdmin(heir, adminToken, "/begin", objects)).catch(say("could not adopt the alarms"));
  }

  async function handOver(generation: Generation): Promise<void> {
    const opens = state.pops.map((pop) => pop.fromClients.add({ holds: true }));
    try {
      const settledMs = performance.now() + settleMs;
      while (performance.now() < settledMs && state.pops.some((pop) => (pop.current?.activeRequests ?? 0) > 0)) await pause(releasePollMs);
      generation.engine.signal("SIGTERM");
      await untilReleased(storage.records, storage.prefix, generation.address, { pollMs: releasePollMs, stalledMs }, () => generation.isGone).catch(() => undefined);
    } finally {
      for (const open of opens) open();
    }
  }

  return { prepare, roll, rollOut, buried, handOver };
}

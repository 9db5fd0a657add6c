// The reference edge: PoPs, the anycast address and what is deployed on them. It knows no contract and no command line;
// the control server and the main program drive it.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { listen, type Listener } from "../front/listener.js";
import { placesOf } from "../topology.js";
import { callAdmin } from "./admin.js";
import type { EngineSettings } from "./config.js";
import type { DeployedWorker } from "./deployment.js";
import { type Deployments, deploymentsOf } from "./deployments.js";
import { openDoors } from "./doors.js";
import { EdgeState } from "./edge-state.js";
import { watchHealth } from "./health.js";
import { nodes, ownerOf } from "./lease.js";
import type { LogLine } from "./log-line.js";
import { openOnDemand } from "./on-demand.js";
import { Pop } from "./pop.js";
import { processesOf } from "./processes.js";
import { revivalOf } from "./revival.js";
import type { Storage } from "./storage.js";

export type EdgeEventKind = "pop-down" | "pop-up" | "deployment-rolled-out" | "fault-injected" | "fault-healed";
export interface EdgeEvent {
  readonly kind: EdgeEventKind;
  readonly atMs: number;
  readonly popId: string;
  readonly detail: string;
}

export interface EdgeOptions {
  readonly pops: number;
  /** Address to listen on; loopback unless asked otherwise. */
  readonly host: string;
  /** Port of the anycast address; the PoPs take the ports after it. 0: any free ports. */
  readonly port: number;
  readonly timeScale: number;
  /** How late replicas of D1 are; none by default. */
  readonly d1Lag?: string;
  readonly dataFolder: string;
  /** Where each engine has a folder that ends with it. */
  readonly engineFolder: string;
  readonly programs: EngineSettings["programs"];
  /** Load stateless workers on demand, instead of with their PoP's process. Default false. */
  readonly onDemand?: boolean;
  /** Where the cluster's state is, and the PoPs' links to it and to each other. */
  readonly storage: Storage;
  /** Divides the 20 s of a lease, for tests. Default 1. */
  readonly leaseDivisor?: number;
  readonly onEvent: (event: EdgeEvent) => void;
  readonly onLog: (popId: string, line: LogLine) => void;
}

export interface Edge {
  readonly pops: readonly Pop[];
  readonly anycast: Listener;
  readonly workers: ReadonlyMap<string, DeployedWorker>;
  readonly adminToken: string;
  readonly storage: Storage;
  pop(id: string): Pop | undefined;
  /** PoPs that serve and that the control plane can reach. */
  upPops(): readonly Pop[];
  /** Rolls a worker out on every PoP that is up; the previous version serves until then, and on failure. @throws EngineFailed */
  deploy(worker: DeployedWorker): Promise<void>;
  undeploy(name: string): Promise<void>;
  /** The next request of the worker meets an isolate that never ran: one that is loaded on demand is loaded anew, else every process is replaced. */
  evict(name: string): Promise<void>;
  /** The isolate that answers for a worker which is loaded on demand. */
  isolateOf(name: string): string | undefined;
  reset(): Promise<void>;
  /** Takes a PoP down and keeps it so. @returns evidence */
  takeDown(pop: Pop, signal: "SIGKILL" | "SIGTERM"): Promise<string>;
  /** Takes one {@link takeDown} back; the last one brings the PoP back. @returns evidence */
  bringUp(pop: Pop): Promise<string>;
  /** Deploys at a PoP what it missed while the control plane could not reach it. */
  catchUp(pop: Pop): Promise<void>;
  /** host:port by which other PoPs reach the PoP's process. */
  peerAddress(pop: Pop): Promise<string | undefined>;
  /** Gives a PoP's KV the platform clock as it is, skewed as the PoP is. @returns what it says of its clock, JSON @throws AdminFailed */
  setClock(pop: Pop): Promise<string>;
  /** Stops or resumes sending anycast clients to a PoP; its anycast connections are reset when it is withdrawn. */
  announce(pop: Pop, isAnnounced: boolean, why: string): void;
  /** Moves the platform clock forward. @returns its time in ms since 1970 */
  advanceClock(advanceMs: number): Promise<number>;
  /**
   * Makes replicas of D1 late, at every PoP that is up now or will be, until it is released; the last rule counts.
   * @param rule as pop/d1/lag.ts reads them
   */
  holdD1Lag(rule: string): Promise<{ release(): Promise<void> }>;
  locate(objectId: string): Promise<{ readonly popId: string; readonly epoch: string } | undefined>;
  emit(kind: EdgeEventKind, popId: string, detail: string): void;
  close(): Promise<void>;
}

/** Starts an edge. @throws the listen error when an address is taken, EngineFailed when a PoP does not come up */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const state = new EdgeState(options);
  const { adminToken, workers } = state;
  const { records, prefix } = options.storage;
  const onDemand =
    options.onDemand === true
      ? await openOnDemand(join(options.dataFolder, "on-demand"), (isolate) => {
          for (const pop of state.upPops()) void callAdmin(pop, adminToken, "/loader/end", { isolate }).catch(() => undefined);
        })
      : undefined;

  const deployments: Deployments = deploymentsOf(state, onDemand, () => processes.rollOut());
  const processes = processesOf(state, { workers: () => deployments.inProcess(), onDemandFolder: onDemand?.folder, addressBlock: randomBytes(1).readUInt8(0) });
  const pops = placesOf(options.pops).map(
    (place, index) =>
      new Pop(place, index, {
        isDeployed: (worker) => workers.has(worker),
        ...(deployments.hooks === undefined ? {} : { onDemand: deployments.hooks }),
        onLog: options.onLog,
        onExit: (pop, address) => processes.buried(pop, address),
        handOver: (generation) => processes.handOver(generation),
        onCrash: (pop, words) => void revival.crashed(pop, words),
      }),
  );
  state.pops = pops;
  const doors = await openDoors(state);
  const revival = revivalOf(state, doors, processes);

  const setClock = (pop: Pop): Promise<string> => callAdmin(pop, adminToken, "/clock", { offsetMs: state.clockOffsetMs + pop.skewMs });
  const tellLag = (): Promise<void> =>
    state.serially(async () => {
      await Promise.all(state.upPops().map((pop) => callAdmin(pop, adminToken, "/d1/lag", { rules: state.lagRules.text })));
    });

  const edge: Edge = {
    pops,
    storage: options.storage,
    anycast: doors.anycast,
    workers,
    adminToken,
    pop: (id) => pops.find((pop) => pop.id === id),
    upPops: () => state.upPops(),
    deploy: (worker) => deployments.deploy(worker),
    undeploy: (name) => state.serially(() => Promise.resolve(deployments.undeploy(name))),
    isolateOf: (name) => onDemand?.isolateOf(name),
    evict: (name) => state.serially(() => deployments.evict(name)),
    reset: () =>
      state.serially(async () => {
        const up = state.upPops();
        const first = up[0];
        if (first !== undefined) await callAdmin(first, adminToken, "/reset");
        await Promise.all(up.map((pop) => callAdmin(pop, adminToken, "/cache/drop")));
      }),
    takeDown: (pop, signal) => revival.takeDown(pop, signal),
    bringUp: (pop) => revival.bringUp(pop),
    catchUp: (pop) =>
      state.serially(async () => {
        if (pop.isBehind && pop.current !== undefined) await processes.roll([pop]);
        pop.isBehind = false;
      }),
    peerAddress: async (pop) => {
      const address = pop.current?.address;
      const known = address === undefined ? [] : await nodes(records, prefix);
      return known.find((node) => node.address.startsWith(`${address ?? ""}:`))?.address;
    },
    setClock,
    announce: (pop, isAnnounced, why) => doors.announce(pop, isAnnounced, why),
    advanceClock: (advanceMs) =>
      state.serially(async () => {
        state.clockOffsetMs += advanceMs;
        if (advanceMs > 0) await Promise.all(state.upPops().map(setClock));
        return state.clockBaseMs + (Date.now() - state.clockBaseMs) * options.timeScale + state.clockOffsetMs;
      }),
    holdD1Lag: async (rule) => {
      const letGo = state.lagRules.hold(rule);
      await tellLag();
      return {
        release: () => {
          letGo();
          return tellLag();
        },
      };
    },
    locate: async (objectId) => {
      const owner = await ownerOf(records, prefix, objectId);
      const pop = owner === undefined ? undefined : pops[Number(owner.address.split(".")[1]) - 100];
      return owner === undefined || pop === undefined ? undefined : { popId: pop.id, epoch: owner.epoch };
    },
    emit: (kind, popId, detail) => state.emit(kind, popId, detail),
    close: async () => {
      state.isClosing = true;
      onDemand?.close();
      for (const pop of pops) {
        pop.kills++;
        pop.control.clear();
      }
      health.stop();
      await state.settled();
      await Promise.all([doors.anycast.shut(), ...pops.map((pop) => pop.listener?.shut())]);
      await Promise.all(pops.map((pop) => pop.destroy()));
    },
  };
  const health = watchHealth(edge);
  try {
    for (const pop of pops) pop.listener = await listen({ host: options.host, port: options.port === 0 ? 0 : options.port + 1 + pop.index, choose: () => pop });
    await processes.roll(pops);
    for (const pop of pops) doors.announce(pop, true, "started");
  } catch (error) {
    await edge.close();
    throw error;
  }
  return edge;
}

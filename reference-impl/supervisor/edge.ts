// The reference edge: PoPs, the anycast address and what is deployed on them. It knows no contract and no command line;
// the control server and the main program drive it.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { cfBlobHeader } from "../front/identity.js";
import { listen, type Listener } from "../front/listener.js";
import { placeOfClient, placesOf, roundTripMs } from "../topology.js";
import { AdminFailed, callAdmin } from "./admin.js";
import { adoptAlarms } from "./alarms.js";
import { type EngineSettings, stopTimeoutMs } from "./config.js";
import type { DeployedWorker } from "./deployment.js";
import { watchHealth } from "./health.js";
import { EngineFailed } from "./engine.js";
import { openOnDemand } from "./on-demand.js";
import { endLease, nodes, ownerOf, untilReleased } from "./lease.js";
import { engineSays, type LogLine } from "./log-line.js";
import { type Generation, Pop } from "./pop.js";
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

/** After a crash the process is started again, later each time it dies young or does not come up. */
const restartBackoffMs = [0, 200, 1000, 5000] as const;

/** How often a PoP that a fault keeps from its storage looks whether it can start. */
const impairedPollMs = 20;

/** Before a process is stopped, requests that are under way get this long to end. */
const settleMs = 100;
/** When no object was let go for so long, nobody waits for it any more; the engine itself does not wait longer for what an object is at. */
const stalledMs = stopTimeoutMs;
const releasePollMs = 5;

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Starts an edge. @throws the listen error when an address is taken, EngineFailed when a PoP does not come up */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const adminToken = randomBytes(24).toString("hex");
  const clockBaseMs = Date.now();
  const workers = new Map<string, DeployedWorker>();
  // A second edge on this machine has addresses of its own, so that its leases are not taken for ours.
  const addressBlock = randomBytes(1).readUInt8(0);
  const reviving = new Set<Pop>();
  /** Still loaded on demand, and to be part of the next processes. */
  const alsoStatic = new Set<string>();
  let clockOffsetMs = 0;
  const d1Lag = [{ rule: options.d1Lag ?? "" }];
  const d1LagRules = (): string => d1Lag.map(({ rule }) => rule).join(",");
  let generations = 0;
  let isClosing = false;
  let queue: Promise<unknown> = Promise.resolve();

  /** Changes of what runs go one after the other. */
  function serially<T>(task: () => Promise<T>): Promise<T> {
    const done = queue.then(task, task);
    queue = done.catch(() => undefined);
    return done;
  }

  const onDemand =
    options.onDemand === true
      ? await openOnDemand(join(options.dataFolder, "on-demand"), (isolate) => {
          for (const pop of upPops()) void callAdmin(pop, adminToken, "/loader/end", { isolate }).catch(() => undefined);
        })
      : undefined;

  /** Another worker calls it, and needs it in the same configuration. */
  const isBound = (name: string): boolean => [...workers.values()].some((worker) => worker.bindings.some((binding) => binding.kind === "service" && binding.service === name));

  /** Loads a version once, where clients come last, to see that it can be. @throws EngineFailed with what the engine says */
  async function tryOut(worker: DeployedWorker, isolate: string): Promise<void> {
    const pop = upPops().at(-1);
    if (pop === undefined) return;
    try {
      await callAdmin(pop, adminToken, "/loader/load", { isolate });
    } catch (error) {
      if (error instanceof AdminFailed) throw new EngineFailed(`the worker ${worker.name} cannot be loaded`, error.message);
      throw error;
    } finally {
      void callAdmin(pop, adminToken, "/loader/end", { isolate }).catch(() => undefined);
    }
  }

  const emit = (kind: EdgeEventKind, popId: string, detail: string): void => options.onEvent({ kind, atMs: Date.now(), popId, detail });

  const pops = placesOf(options.pops).map(
    (place, index) =>
      new Pop(place, index, {
        isDeployed: (worker) => workers.has(worker),
        ...(onDemand === undefined
          ? {}
          : {
              onDemand: {
                names: () => [...workers.keys()].filter((name) => onDemand.isolateOf(name) !== undefined),
                isolateOf: (name: string) => onDemand.isolateOf(name),
                expected: (pop: Pop, name: string) => void callAdmin(pop, adminToken, "/loader/load", { isolate: onDemand.isolateOf(name) }).catch(() => undefined),
              },
            }),
        onLog: options.onLog,
        onExit: (pop, address) => buried(pop, address),
        handOver: (generation) => handOver(generation),
        onCrash: (pop, words) => void crashed(pop, words),
      }),
  );

  function settingsFor(pop: Pop, number: number): EngineSettings {
    return {
      popId: pop.id,
      region: pop.place.region,
      d1Lag: d1LagRules(),
      workers: [...workers.values()].filter(({ name }) => onDemand?.isolateOf(name) === undefined || alsoStatic.has(name) || isBound(name)),
      ...(onDemand === undefined ? {} : { onDemandFolder: onDemand.folder }),
      cluster: { ...options.storage.ofPop(pop.index), leaseDivisor: options.leaseDivisor ?? 1, address: `127.${100 + pop.index}.${addressBlock}.${1 + (number % 250)}` },
      cfBlobHeader,
      timeScale: options.timeScale,
      clockOffsetMs: clockOffsetMs + pop.skewMs,
      clockBaseMs,
      programs: options.programs,
      adminToken,
    };
  }

  function prepare(pop: Pop): Promise<Generation> {
    const number = ++generations;
    const settings = settingsFor(pop, number);
    options.storage.mesh?.serve(pop.index, settings.cluster.address);
    return pop.prepare(number, join(options.dataFolder, "engines", `${pop.id}-${number}`), settings).catch((error: unknown) => {
      options.storage.mesh?.forget(settings.cluster.address);
      throw error;
    });
  }

  /** A process has exited: its lease ends, and its peers take its objects and alarms over. */
  async function buried(pop: Pop, address: string): Promise<void> {
    const { records, prefix, mesh } = options.storage;
    mesh?.forget(address);
    // Nobody is told of a death that the control plane cannot see; the lease has to run out, as it does for everybody else.
    await pop.control.open();
    const say = (what: string) => (error: unknown) => options.onLog("edge", engineSays(`${what} of ${address}: ${String(error)}`));
    const node = await endLease(records, prefix, address).catch(say("could not end the lease"));
    if (node === undefined || isClosing) return;
    const heir = upPops().find((one) => one !== pop) ?? upPops()[0];
    if (heir === undefined) return;
    // Not waited for: an object may take its time to begin, and the PoP's return does not depend on it.
    void adoptAlarms(records, prefix, node, (objects) => callAdmin(heir, adminToken, "/begin", objects)).catch(say("could not adopt the alarms"));
  }

  /**
   * Stops a process whose successor serves. Between being told and having let its objects go, it takes calls of them and
   * answers none; so requests wait at the door for the moment that this takes, instead of being lost.
   */
  async function handOver(generation: Generation): Promise<void> {
    const { records, prefix } = options.storage;
    const opens = pops.map((pop) => pop.fromClients.add({ holds: true }));
    try {
      const settledMs = performance.now() + settleMs;
      while (performance.now() < settledMs && pops.some((pop) => (pop.current?.activeRequests ?? 0) > 0)) await pause(releasePollMs);
      generation.engine.signal("SIGTERM");
      await untilReleased(records, prefix, generation.address, { pollMs: releasePollMs, stalledMs }, () => generation.isGone).catch(() => undefined);
    } finally {
      for (const open of opens) open();
    }
  }

  /** Starts new processes at every PoP that is up and switches over only when all of them serve. */
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

  const upPops = (): Pop[] => pops.filter((pop) => pop.current !== undefined && !pop.control.isHeld);

  /** What changes everywhere; a PoP that cannot be reached catches up later. */
  async function rollOut(): Promise<void> {
    await roll(upPops());
    for (const pop of pops) if (pop.control.isHeld) pop.isBehind = true;
  }

  /** Rolls a worker out that is part of the processes' configuration, and with it those that it calls. */
  async function deployWithProcess(worker: DeployedWorker): Promise<void> {
    const before = workers.get(worker.name);
    const isolate = onDemand?.isolateOf(worker.name);
    workers.set(worker.name, worker);
    try {
      if (isolate !== undefined) alsoStatic.add(worker.name);
      await rollOut();
    } catch (error) {
      if (before === undefined) workers.delete(worker.name);
      else workers.set(worker.name, before);
      throw error;
    } finally {
      alsoStatic.delete(worker.name);
    }
    for (const name of workers.keys()) if (name === worker.name || isBound(name)) onDemand?.remove(name);
  }

  /** Whether a fault keeps a process of the PoP from starting. */
  function isStorageImpaired(pop: Pop): boolean {
    const { faults } = options.storage;
    return faults !== undefined && (faults.isFull || faults.paths(pop.index).to.isHeld || faults.paths(pop.index).from.isHeld);
  }

  function announce(pop: Pop, isAnnounced: boolean, why: string): void {
    if (pop.isAnnounced === isAnnounced) return;
    pop.isAnnounced = isAnnounced;
    if (!isAnnounced) for (const connection of anycast.connections) if (connection.door === pop) connection.reset();
    emit(isAnnounced ? "pop-up" : "pop-down", pop.id, why);
  }

  /** A PoP that goes in order takes nobody in any more, and answers whom it has. */
  function leave(pop: Pop): void {
    if (pop.isAnnounced) {
      pop.isAnnounced = false;
      emit("pop-down", pop.id, "stopping in order");
    }
    for (const connection of anycast.connections) if (connection.door === pop) connection.finish();
    pop.listener?.finish();
  }

  async function down(pop: Pop, why: string): Promise<void> {
    announce(pop, false, why);
    for (const connection of anycast.connections) if (connection.door === pop) connection.reset();
    await pop.listener?.shut();
  }

  async function up(pop: Pop, why: string): Promise<void> {
    await pop.listener?.open();
    announce(pop, true, why);
  }

  async function crashed(pop: Pop, words: string): Promise<void> {
    await down(pop, `its process ended by itself: ${words.split("\n").at(-1) ?? ""}`);
    await revive(pop);
  }

  /** Starts a PoP again until it is up: what keeps it from starting may last for as long as it likes. */
  async function revive(pop: Pop): Promise<void> {
    if (reviving.has(pop)) return;
    reviving.add(pop);
    try {
      for (let attempt = 0; !isClosing && pop.current === undefined && pop.kills === 0; attempt++) {
        await pause(restartBackoffMs[Math.min(attempt, restartBackoffMs.length - 1)] ?? 0);
        await pop.control.open();
        // A start would hang, and everybody's deployments behind it.
        while (!isClosing && pop.kills === 0 && isStorageImpaired(pop)) await pause(impairedPollMs);
        await serially(() => restart(pop)).catch((error: unknown) => options.onLog(pop.id, engineSays(`restart failed: ${String(error)}`)));
      }
    } finally {
      reviving.delete(pop);
    }
  }

  async function restart(pop: Pop): Promise<void> {
    if (isClosing || pop.kills > 0) return;
    if (pop.current === undefined) pop.adopt(await prepare(pop));
    if (pop.cuts === 0) await up(pop, `process ${pop.current?.engine.pid ?? 0} serves`);
  }

  const nearest = (clientAddress: string): Pop | undefined => {
    const client = placeOfClient(clientAddress);
    let best: Pop | undefined;
    for (const pop of pops) {
      if (pop.isAnnounced && (best === undefined || roundTripMs(client, pop.place) < roundTripMs(client, best.place))) best = pop;
    }
    return best;
  };

  const anycast = await listen({ host: options.host, port: options.port, choose: nearest });
  const setClock = (pop: Pop): Promise<string> => callAdmin(pop, adminToken, "/clock", { offsetMs: clockOffsetMs + pop.skewMs });
  const edge: Edge = {
    pops,
    storage: options.storage,
    anycast,
    workers,
    adminToken,
    pop: (id) => pops.find((pop) => pop.id === id),
    deploy: (worker) =>
      serially(async () => {
        if (onDemand?.canLoad(worker) === true && !isBound(worker.name)) {
          await onDemand.deploy(worker, (isolate) => tryOut(worker, isolate));
          workers.set(worker.name, worker);
        } else await deployWithProcess(worker);
        for (const pop of pops) pop.forgetRoutes();
        emit("deployment-rolled-out", "", `${worker.name} version ${worker.version}`);
      }),
    undeploy: (name) =>
      // Nobody is sent to it from now on; the next rollout leaves it out. New processes only to forget one are not worth it.
      serially(() => {
        workers.delete(name);
        onDemand?.remove(name);
        for (const pop of pops) pop.forgetRoutes();
        return Promise.resolve();
      }),
    isolateOf: (name) => onDemand?.isolateOf(name),
    evict: (name) =>
      serially(async () => {
        if (onDemand?.isolateOf(name) === undefined) return rollOut();
        onDemand.evict(name);
        for (const pop of pops) pop.forgetRoutes();
      }),
    reset: () =>
      serially(async () => {
        const up = upPops();
        const first = up[0];
        if (first !== undefined) await callAdmin(first, adminToken, "/reset");
        await Promise.all(up.map((pop) => callAdmin(pop, adminToken, "/cache/drop")));
      }),
    takeDown: async (pop, signal) => {
      pop.kills++;
      if (signal === "SIGTERM") leave(pop);
      const evidence = await pop.stopCurrent(signal);
      await down(pop, evidence);
      return evidence;
    },
    bringUp: async (pop) => {
      pop.kills--;
      if (pop.kills > 0) return `PoP ${pop.id} stays down: another fault keeps it so`;
      if (!isStorageImpaired(pop)) {
        try {
          await serially(() => restart(pop));
          return `process ${pop.current?.engine.pid ?? 0} of PoP ${pop.id} serves`;
        } catch (error) {
          if (!(error instanceof EngineFailed) || !isStorageImpaired(pop)) {
            pop.kills++;
            throw error;
          }
        }
      }
      void revive(pop);
      return `PoP ${pop.id} starts when it can use its storage again, from which another fault keeps it`;
    },
    catchUp: (pop) =>
      serially(async () => {
        if (pop.isBehind && pop.current !== undefined) await roll([pop]);
        pop.isBehind = false;
      }),
    peerAddress: async (pop) => {
      const address = pop.current?.address;
      const records = address === undefined ? [] : await nodes(options.storage.records, options.storage.prefix);
      return records.find((node) => node.address.startsWith(`${address ?? ""}:`))?.address;
    },
    setClock,
    announce,
    advanceClock: (advanceMs) =>
      serially(async () => {
        clockOffsetMs += advanceMs;
        if (advanceMs > 0) await Promise.all(upPops().map(setClock));
        return clockBaseMs + (Date.now() - clockBaseMs) * options.timeScale + clockOffsetMs;
      }),
    holdD1Lag: async (rule) => {
      const held = { rule };
      const announceRules = (): Promise<void> =>
        serially(async () => {
          await Promise.all(upPops().map((pop) => callAdmin(pop, adminToken, "/d1/lag", { rules: d1LagRules() })));
        });
      d1Lag.push(held);
      await announceRules();
      return {
        release: async () => {
          const at = d1Lag.indexOf(held);
          if (at !== -1) d1Lag.splice(at, 1);
          await announceRules();
        },
      };
    },
    locate: async (objectId) => {
      const owner = await ownerOf(options.storage.records, options.storage.prefix, objectId);
      const pop = owner === undefined ? undefined : pops[Number(owner.address.split(".")[1]) - 100];
      return owner === undefined || pop === undefined ? undefined : { popId: pop.id, epoch: owner.epoch };
    },
    emit,
    close: async () => {
      isClosing = true;
      onDemand?.close();
      for (const pop of pops) {
        pop.kills++;
        pop.control.clear();
      }
      health.stop();
      await queue;
      await Promise.all([anycast.shut(), ...pops.map((pop) => pop.listener?.shut())]);
      await Promise.all(pops.map((pop) => pop.destroy()));
    },
  };
  const health = watchHealth(edge);
  try {
    for (const pop of pops) pop.listener = await listen({ host: options.host, port: options.port === 0 ? 0 : options.port + 1 + pop.index, choose: () => pop });
    await roll(pops);
    for (const pop of pops) announce(pop, true, "started");
  } catch (error) {
    await edge.close();
    throw error;
  }
  return edge;
}

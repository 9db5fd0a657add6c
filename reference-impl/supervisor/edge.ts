// The reference edge: PoPs, the anycast address and what is deployed on them. It knows no contract and no command line;
// the control server and the main program drive it.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { cfBlobHeader } from "../front/identity.js";
import { listen, type Listener } from "../front/listener.js";
import { placeOfClient, placesOf, roundTripMs } from "../topology.js";
import { callAdmin } from "./admin.js";
import type { ClusterSettings, EngineSettings } from "./config.js";
import type { DeployedWorker } from "./deployment.js";
import { watchHealth } from "./health.js";
import { endLease, ownerOf, type RecordStore } from "./lease.js";
import { engineSays, type LogLine } from "./log-line.js";
import { type Generation, Pop } from "./pop.js";

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
  /** Where the cluster's state is, by PoP: each has its own way to the bucket, so that one can be cut off. */
  readonly storage: { readonly records: RecordStore; readonly prefix: string; readonly ofPop: (index: number) => Omit<ClusterSettings, "key" | "address"> };
  readonly onEvent: (event: EdgeEvent) => void;
  readonly onLog: (popId: string, line: LogLine) => void;
}

export interface Edge {
  readonly pops: readonly Pop[];
  readonly anycast: Listener;
  readonly workers: ReadonlyMap<string, DeployedWorker>;
  readonly adminToken: string;
  pop(id: string): Pop | undefined;
  /** Rolls a worker out on every PoP that is up; the previous version serves until then, and on failure. @throws EngineFailed */
  deploy(worker: DeployedWorker): Promise<void>;
  undeploy(name: string): Promise<void>;
  /** Replaces every process, so that the next request meets isolates that never ran. */
  evict(): Promise<void>;
  reset(): Promise<void>;
  /** Takes a PoP down. @returns evidence */
  takeDown(pop: Pop, signal: "SIGKILL" | "SIGTERM"): Promise<string>;
  /** Brings a PoP that is down back. @returns evidence */
  bringUp(pop: Pop): Promise<string>;
  /** Stops or resumes sending anycast clients to a PoP; its anycast connections are reset when it is withdrawn. */
  announce(pop: Pop, isAnnounced: boolean, why: string): void;
  /** Moves the platform clock forward. @returns its time in ms since 1970 */
  advanceClock(advanceMs: number): Promise<number>;
  /** Sets how late replicas of D1 are, at every PoP that is up now or will be. @param rules as pop/d1/lag.ts reads them */
  setD1Lag(rules: string): Promise<void>;
  /** The rules in force. */
  d1Lag(): string;
  locate(objectId: string): Promise<{ readonly popId: string; readonly epoch: string } | undefined>;
  emit(kind: EdgeEventKind, popId: string, detail: string): void;
  close(): Promise<void>;
}

/** After a crash the process is started again, later each time it dies young. */
const restartBackoffMs = [0, 200, 1000, 5000];

/** Starts an edge. @throws the listen error when an address is taken, EngineFailed when a PoP does not come up */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const clusterKey = randomBytes(32).toString("hex");
  const adminToken = randomBytes(24).toString("hex");
  const clockBaseMs = Date.now();
  const workers = new Map<string, DeployedWorker>();
  // A second edge on this machine has addresses of its own, so that its leases are not taken for ours.
  const addressBlock = randomBytes(1).readUInt8(0);
  let clockOffsetMs = 0;
  let d1Lag = options.d1Lag ?? "";
  let generations = 0;
  let isClosing = false;
  let queue: Promise<unknown> = Promise.resolve();

  /** Changes of what runs go one after the other. */
  function serially<T>(task: () => Promise<T>): Promise<T> {
    const done = queue.then(task, task);
    queue = done.catch(() => undefined);
    return done;
  }

  const emit = (kind: EdgeEventKind, popId: string, detail: string): void => options.onEvent({ kind, atMs: Date.now(), popId, detail });

  const pops = placesOf(options.pops).map(
    (place, index) =>
      new Pop(place, index, {
        isDeployed: (worker) => workers.has(worker),
        onLog: options.onLog,
        onExit: async (address) => {
          await endLease(options.storage.records, options.storage.prefix, address).catch((error: unknown) => options.onLog("edge", engineSays(`the lease of ${address} could not be ended: ${String(error)}`)));
        },
        onCrash: (pop, words) => void crashed(pop, words),
      }),
  );

  function settingsFor(pop: Pop, number: number): EngineSettings {
    return {
      popId: pop.id,
      region: pop.place.region,
      d1Lag,
      workers: [...workers.values()],
      cluster: { ...options.storage.ofPop(pop.index), key: clusterKey, address: `127.${100 + pop.index}.${addressBlock}.${1 + (number % 250)}` },
      cfBlobHeader,
      timeScale: options.timeScale,
      clockOffsetMs,
      clockBaseMs,
      programs: options.programs,
      adminToken,
    };
  }

  function prepare(pop: Pop): Promise<Generation> {
    const number = ++generations;
    return pop.prepare(number, join(options.dataFolder, "engines", `${pop.id}-${number}`), settingsFor(pop, number));
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

  const upPops = (): Pop[] => pops.filter((pop) => pop.current !== undefined);

  function announce(pop: Pop, isAnnounced: boolean, why: string): void {
    if (pop.isAnnounced === isAnnounced) return;
    pop.isAnnounced = isAnnounced;
    if (!isAnnounced) for (const connection of anycast.connections) if (connection.door === pop) connection.reset();
    emit(isAnnounced ? "pop-up" : "pop-down", pop.id, why);
  }

  async function down(pop: Pop, why: string): Promise<void> {
    announce(pop, false, why);
    await pop.listener?.shut();
  }

  async function up(pop: Pop, why: string): Promise<void> {
    await pop.listener?.open();
    announce(pop, true, why);
  }

  async function crashed(pop: Pop, words: string): Promise<void> {
    await down(pop, `its process ended by itself: ${words.split("\n").at(-1) ?? ""}`);
    for (const waitMs of restartBackoffMs) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (isClosing || pop.current !== undefined) return;
      const isBack = await serially(() => restart(pop)).catch((error: unknown) => {
        options.onLog(pop.id, engineSays(`restart failed: ${String(error)}`));
        return false;
      });
      if (isBack) return;
    }
    options.onLog(pop.id, engineSays("given up after four restarts"));
  }

  async function restart(pop: Pop): Promise<boolean> {
    if (isClosing) return true;
    if (pop.current === undefined) pop.adopt(await prepare(pop));
    if (pop.isCutOff) return true;
    await up(pop, `process ${pop.current?.engine.pid ?? 0} serves`);
    return true;
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
  const edge: Edge = {
    pops,
    anycast,
    workers,
    adminToken,
    pop: (id) => pops.find((pop) => pop.id === id),
    deploy: (worker) =>
      serially(async () => {
        const before = workers.get(worker.name);
        workers.set(worker.name, worker);
        try {
          await roll(upPops());
        } catch (error) {
          if (before === undefined) workers.delete(worker.name);
          else workers.set(worker.name, before);
          throw error;
        }
        emit("deployment-rolled-out", "", `${worker.name} version ${worker.version}`);
      }),
    undeploy: (name) =>
      // Nobody is sent to it from now on; the next rollout leaves it out. New processes only to forget one are not worth it.
      serially(() => {
        workers.delete(name);
        for (const pop of pops) pop.forgetRoutes();
        return Promise.resolve();
      }),
    evict: () => serially(() => roll(upPops())),
    reset: () =>
      serially(async () => {
        const up = upPops();
        const first = up[0];
        if (first !== undefined) await callAdmin(first, adminToken, "/reset");
        await Promise.all(up.map((pop) => callAdmin(pop, adminToken, "/cache/drop")));
      }),
    takeDown: async (pop, signal) => {
      const dying = pop.stopCurrent(signal);
      const evidence = await dying;
      await down(pop, evidence);
      return evidence;
    },
    bringUp: (pop) =>
      serially(async () => {
        await restart(pop);
        return `process ${pop.current?.engine.pid ?? 0} of PoP ${pop.id} serves`;
      }),
    announce,
    advanceClock: (advanceMs) =>
      serially(async () => {
        clockOffsetMs += advanceMs;
        if (advanceMs > 0) await Promise.all(upPops().map((pop) => callAdmin(pop, adminToken, "/clock", { offsetMs: clockOffsetMs })));
        return clockBaseMs + (Date.now() - clockBaseMs) * options.timeScale + clockOffsetMs;
      }),
    setD1Lag: (rules) =>
      serially(async () => {
        d1Lag = rules;
        await Promise.all(upPops().map((pop) => callAdmin(pop, adminToken, "/d1/lag", { rules })));
      }),
    d1Lag: () => d1Lag,
    locate: async (objectId) => {
      const owner = await ownerOf(options.storage.records, options.storage.prefix, objectId);
      const pop = owner === undefined ? undefined : pops[Number(owner.address.split(".")[1]) - 100];
      return owner === undefined || pop === undefined ? undefined : { popId: pop.id, epoch: owner.epoch };
    },
    emit,
    close: async () => {
      isClosing = true;
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

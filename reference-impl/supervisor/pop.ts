// One PoP: the process that serves it now, processes that are finishing their last requests, and the door through which
// clients come. Its life is told in events; what happens to it never reaches another PoP.
import { rm } from "node:fs/promises";
import type { PopDoor, Route } from "../front/door.js";
import type { Listener } from "../front/listener.js";
import { Path } from "../links/path.js";
import type { Place } from "../topology.js";
import { adminSocket, loaderSocket, socketName, stopTimeoutMs, writeEngineConfig, type EngineSettings } from "./config.js";
import { hostOf, workerOfHost } from "./deployment.js";
import { isolateHeader } from "../pop/loader/stored-worker.js";
import { type Engine, startEngine } from "./engine.js";
import type { LogLine } from "./log-line.js";

/** One process of a PoP, from start to exit. */
export interface Generation {
  readonly number: number;
  readonly engine: Engine;
  readonly folder: string;
  readonly workers: readonly string[];
  /** Address in 127/8 that names the process in the cluster's records. */
  readonly address: string;
  activeRequests: number;
  isStopping: boolean;
  /** Seen to exit, and its lease ended. */
  isGone: boolean;
  onIdle: (() => void) | undefined;
}

export interface PopHooks {
  readonly isDeployed: (worker: string) => boolean;
  /** Workers that are loaded on demand, and the isolate that answers for each. */
  readonly onDemand?: { names(): readonly string[]; isolateOf(worker: string): string | undefined; expected(pop: Pop, worker: string): void };
  readonly onLog: (popId: string, line: LogLine) => void;
  /** A process of the PoP has been seen to exit: its lease can end. */
  readonly onExit: (pop: Pop, address: string) => Promise<void>;
  /** Stops a process that another one has replaced, and sees to it that its objects can be had elsewhere. */
  readonly handOver: (generation: Generation) => Promise<void>;
  /** The process that served the PoP ended and nobody asked for it. */
  readonly onCrash: (pop: Pop, words: string) => void;
}

/** In-flight requests get this long before a replaced process is stopped: "30 s grace" (WK-13). */
const drainMs = 30_000;
const startDeadlineMs = 20_000;
const rememberedRoutes = 1000;

export class Pop implements PopDoor {
  readonly id: string;
  /** Set once, right after the edge has opened it. */
  listener: Listener | undefined;
  get current(): Generation | undefined {
    return this.#current;
  }
  #current: Generation | undefined;
  readonly #routes = new Map<string, Route>();
  /** The anycast address sends clients here. */
  isAnnounced = false;
  /** Faults that cut it off from its clients: healthy or not, nobody is sent here. */
  cuts = 0;
  /** Faults that keep it down: it is not started again before they are healed. */
  kills = 0;
  /** What was deployed while the control plane could not reach it. */
  isBehind = false;
  /** Its KV clock is ahead of the edge's by this. */
  skewMs = 0;
  /** The link to its clients. */
  readonly fromClients = new Path(Math.random);
  readonly toClients = new Path(Math.random);
  /** The control plane's way to it; held, neither health nor death is seen, and nothing is deployed. */
  readonly control = new Path(Math.random);
  readonly #retiring = new Set<Generation>();
  /** What follows an exit (the lease, the folder), until it is done. */
  readonly #farewells = new Set<Promise<void>>();
  readonly #hooks: PopHooks;

  constructor(
    readonly place: Place,
    readonly index: number,
    hooks: PopHooks,
  ) {
    this.id = place.colo.toLowerCase();
    this.#hooks = hooks;
  }

  route(host: string): Route {
    const known = this.#routes.get(host);
    if (known !== undefined) return known;
    const found = this.#findRoute(host);
    // Clients choose hosts; they do not choose how much is remembered.
    if (this.#routes.size >= rememberedRoutes) this.#routes.clear();
    this.#routes.set(host, found);
    return found;
  }

  /** What is deployed has changed: routes are found anew. */
  forgetRoutes(): void {
    this.#routes.clear();
  }

  #findRoute(host: string): Route {
    const current = this.current;
    if (current === undefined) return { kind: "none", reason: `PoP ${this.id} is down` };
    // What was undeployed is no longer served, although the process still has it until the next one follows.
    const { onDemand } = this.#hooks;
    const names = new Set([...current.workers, ...(onDemand?.names() ?? [])]);
    const workers = [...names].filter((name) => this.#hooks.isDeployed(name));
    const worker = workerOfHost(host, workers);
    const isolate = worker === undefined ? undefined : onDemand?.isolateOf(worker);
    const loader = current.engine.ports.get(loaderSocket);
    if (isolate !== undefined && loader !== undefined) return { kind: "origin", origin: { port: loader, generation: current.number, lines: `${isolateHeader}: ${isolate}\r\n` } };
    const port = worker === undefined ? undefined : current.engine.ports.get(socketName(worker));
    if (port !== undefined) return { kind: "origin", origin: { port, generation: current.number } };
    const hosts = workers.map(hostOf).join(", ");
    return { kind: "none", reason: `no deployment answers for the host ${JSON.stringify(host)}; there is ${hosts === "" ? "none" : hosts}` };
  }

  expect(headBegin: string): boolean {
    const { onDemand } = this.#hooks;
    if (onDemand === undefined) return true;
    const host = /\r\nhost:[ \t]*([^\r\n]+?)[ \t]*\r\n/i.exec(headBegin)?.[1];
    if (host === undefined) return false;
    const worker = workerOfHost(host, onDemand.names());
    if (worker !== undefined) onDemand.expected(this, worker);
    return true;
  }

  onRequest(generation: number, change: 1 | -1): void {
    const counted = this.current?.number === generation ? this.current : [...this.#retiring].find((one) => one.number === generation);
    if (counted === undefined) return;
    counted.activeRequests += change;
    if (counted.activeRequests === 0) counted.onIdle?.();
  }

  /** Starts the next process beside the current one. @throws EngineFailed */
  async prepare(number: number, folder: string, settings: EngineSettings): Promise<Generation> {
    const configFile = await writeEngineConfig(folder, settings);
    const workers = settings.workers.map((worker) => worker.name);
    const engine = await startEngine({
      configFile,
      sockets: [adminSocket, ...(settings.onDemandFolder === undefined ? [] : [loaderSocket]), ...workers.map(socketName)],
      onLog: (line) => this.#hooks.onLog(this.id, line),
      deadlineMs: startDeadlineMs,
    }).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    const generation: Generation = { number, engine, folder, workers, address: settings.cluster.address, activeRequests: 0, isStopping: false, isGone: false, onIdle: undefined };
    const farewell = engine.exited.then(() => this.#exited(generation)).finally(() => this.#farewells.delete(farewell));
    this.#farewells.add(farewell);
    return generation;
  }

  /** Makes a prepared process the one that serves; the one before finishes its requests and goes. */
  adopt(generation: Generation): void {
    const before = this.current;
    this.#serve(generation);
    if (before !== undefined) void this.#retire(before);
  }

  /** Ends a process that never served. */
  discard(generation: Generation): void {
    generation.isStopping = true;
    generation.engine.signal("SIGKILL");
  }

  /** Waits until the current process and all that are finishing have been seen to exit, after SIGKILL, and their leases are ended. */
  async destroy(): Promise<void> {
    const all = [...this.#retiring, ...(this.current === undefined ? [] : [this.current])];
    for (const generation of all) {
      generation.isStopping = true;
      generation.engine.signal("SIGKILL");
    }
    await Promise.all(all.map((generation) => generation.engine.exited));
    await Promise.all(this.#farewells);
  }

  /** Ends the current process: at once, or in order and in bounded time. @returns what was seen, in words */
  async stopCurrent(signal: "SIGKILL" | "SIGTERM"): Promise<string> {
    const current = this.current;
    if (current === undefined) return `PoP ${this.id} was down already`;
    current.isStopping = true;
    current.engine.signal(signal);
    // A WebSocket that stays open, or a worker that never yields, would keep it from ending.
    const timer = signal === "SIGTERM" ? setTimeout(() => current.engine.signal("SIGKILL"), stopTimeoutMs + 1000) : undefined;
    const { code, signal: seen } = await current.engine.exited;
    clearTimeout(timer);
    if (this.current === current) this.#serve(undefined);
    return `process ${current.engine.pid} of PoP ${this.id} was seen to exit (${seen ?? `code ${code}`})`;
  }

  #serve(generation: Generation | undefined): void {
    this.#current = generation;
    this.forgetRoutes();
  }

  async #retire(generation: Generation): Promise<void> {
    generation.isStopping = true;
    this.#retiring.add(generation);
    await idleOrDeadline(generation, drainMs);
    const handedOver = this.#hooks.handOver(generation);
    const timer = setTimeout(() => generation.engine.signal("SIGKILL"), stopTimeoutMs + 1000);
    await generation.engine.exited;
    clearTimeout(timer);
    await handedOver;
    this.#retiring.delete(generation);
  }

  async #exited(generation: Generation): Promise<void> {
    await this.#hooks.onExit(this, generation.address);
    generation.isGone = true;
    if (!generation.isStopping && this.current === generation) {
      this.#serve(undefined);
      this.#hooks.onCrash(this, generation.engine.lastWords());
    }
    await rm(generation.folder, { recursive: true, force: true });
  }
}

function idleOrDeadline(generation: Generation, deadlineMs: number): Promise<void> {
  if (generation.activeRequests === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, deadlineMs);
    timer.unref();
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    generation.onIdle = done;
    void generation.engine.exited.then(done);
  });
}

// The nodes of the cluster as processes: started together, restarted when one ends by itself, killed and paused for faults.
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EdgemarkError } from "../../contract/errors.js";
import { type Child, startChild } from "../kit/child.js";
import { controlSocket, diskService, socketOf } from "./config.js";

/** How long a node may take until it answers, ms. */
const readyMs = 20_000;

export interface Launch {
  readonly program: string;
  readonly configFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Names of the deployments that are in the configuration. */
  readonly deployments: readonly string[];
  /** Adds to the name of each node's disk folder, so that a new prefix finds new disks. */
  readonly generation: number;
}

/** One node; its ports stay the same over restarts. */
export class ClusterNode {
  readonly id: string;
  readonly #folder: string;
  readonly #freePort: () => Promise<number>;
  readonly #onDown: (node: ClusterNode, words: string) => void;
  readonly #ports = new Map<string, number>();
  #child: Child | undefined;
  #launch: Launch | undefined;

  constructor(id: string, folder: string, freePort: () => Promise<number>, onDown: (node: ClusterNode, words: string) => void) {
    this.id = id;
    this.#folder = folder;
    this.#freePort = freePort;
    this.#onDown = onDown;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exit() === undefined;
  }

  /** The port of a deployment at this node, or of the control worker. */
  async port(socket: string): Promise<number> {
    const known = this.#ports.get(socket);
    if (known !== undefined) return known;
    const port = await this.#freePort();
    this.#ports.set(socket, port);
    return port;
  }

  /** Starts and waits until it answers. @throws EdgemarkError usage.input with its output when it ends instead */
  async start(launch: Launch): Promise<void> {
    this.#launch = launch;
    const disk = join(this.#folder, `${this.id}-disk-${launch.generation}`);
    await mkdir(disk, { recursive: true });
    const sockets = [controlSocket, ...launch.deployments.map(socketOf)];
    const addresses = await Promise.all(sockets.map(async (socket) => `--socket-addr=${socket}=127.0.0.1:${await this.port(socket)}`));
    const child = await startChild(launch.program, ["serve", "--experimental", launch.configFile, `--directory-path=${diskService}=${disk}`, ...addresses], { env: launch.env });
    this.#child = child;
    void child.exited.then(({ code, signal }) => {
      if (this.#child === child) this.#onDown(this, `process ${child.pid} exited with ${signal ?? `code ${code ?? "unknown"}`}`);
    });
    await this.#untilReady(child);
  }

  /** Starts again with what it was started with last. */
  async restart(): Promise<void> {
    if (this.#launch !== undefined && !this.isRunning) await this.start(this.#launch);
  }

  /** Ends it in order, objects handed over. */
  async stop(): Promise<void> {
    const child = this.#child;
    // Before it ends: an end that is wanted is not reported.
    this.#child = undefined;
    if (child === undefined) return;
    child.kill("SIGCONT");
    await child.stop();
  }

  /** Sends a signal that ends it. @returns how it ended, in words */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<string> {
    const child = this.#child;
    if (child === undefined || child.exit() !== undefined) throw new EdgemarkError("usage.input", `expected ${this.id} to run; it does not; heal it first`);
    child.kill(signal);
    const { code, signal: by } = await child.exited;
    return `process ${child.pid} exited with ${by ?? `code ${code ?? "unknown"}`}`;
  }

  /** Freezes it. @returns what the system says about it */
  async pause(): Promise<string> {
    const child = this.#child;
    if (child === undefined || child.exit() !== undefined) throw new EdgemarkError("usage.input", `expected ${this.id} to run; it does not; heal it first`);
    child.kill("SIGSTOP");
    const lastMs = performance.now() + 2_000;
    while ((await stateOf(child.pid)) !== "T") {
      if (performance.now() > lastMs) throw new EdgemarkError("harness.environment", `expected process ${child.pid} to stop on SIGSTOP; it did not within 2 s`);
      await delay(5);
    }
    return `process ${child.pid} is stopped (SIGSTOP, state T)`;
  }

  resume(): string {
    this.#child?.kill("SIGCONT");
    return `process ${this.pid} was sent SIGCONT`;
  }

  async forgetDisks(): Promise<void> {
    for (let generation = 0; generation <= (this.#launch?.generation ?? 0); generation++) await rm(join(this.#folder, `${this.id}-disk-${generation}`), { recursive: true, force: true });
  }

  async #untilReady(child: Child): Promise<void> {
    const url = `http://127.0.0.1:${await this.port(controlSocket)}/`;
    const lastMs = performance.now() + readyMs;
    for (;;) {
      if (child.exit() !== undefined && /bind|already in use/.test(child.tail())) throw new EdgemarkError("harness.environment", `expected the ports of ${this.id} to be free; another process took one; it says: ${child.tail().trim().slice(-500)}`);
      if (child.exit() !== undefined) throw new EdgemarkError("usage.input", `expected a worker that workerd can start; it ended and says: ${child.tail().trim().slice(-1_500)}`);
      const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
      if (answer?.ok === true) return;
      if (performance.now() > lastMs) throw new EdgemarkError("harness.environment", `expected ${this.id} to answer within ${readyMs} ms; it did not; it says: ${child.tail().trim().slice(-1_500)}`);
      await delay(10);
    }
  }
}

/** The letter of a process's state; "T" is stopped. "" where the system has no /proc. */
async function stateOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // pid (command) state ...: the command may contain anything, its last bracket ends it
  return text === undefined ? (process.platform === "linux" ? "" : "T") : (text.slice(text.lastIndexOf(")") + 2).split(" ")[0] ?? "");
}

// One workerd process for the tests of a PoP's services: started from a folder with its configuration, and known by the ports
// its sockets got.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { workerdBinary } from "../supervisor/binary.js";

export interface StartedEngine {
  readonly child: ChildProcess;
  /** http://127.0.0.1:port of a socket, by its name in the configuration. */
  urlOf(socket: string): string;
  /** Ends it as the machine's power would, and waits until it has ended. */
  kill(): Promise<void>;
}

const startsWithinMs = 20_000;
const keptOutput = 4_000;

/**
 * @param folder has engine.capnp
 * @param sockets as many as it declares
 * @throws Error with what it said when it ends or does not listen in time
 */
export async function startEngine(folder: string, sockets: number): Promise<StartedEngine> {
  const child = spawn(workerdBinary(), ["serve", "--experimental", "--control-fd=3", "engine.capnp"], { cwd: folder, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ports = await listening(child, sockets);
  return {
    child,
    urlOf: (socket) => `http://127.0.0.1:${ports.get(socket) ?? 0}`,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function listening(child: ChildProcess, sockets: number): Promise<ReadonlyMap<string, number>> {
  let said = "";
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-keptOutput);
    if (process.env["EDGEMARK_RIG_LOG"] !== undefined) process.stderr.write(chunk);
  };
  child.stdout?.on("data", hear);
  child.stderr?.on("data", hear);
  const ports = new Map<string, number>();
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`expected workerd to listen on ${sockets} sockets; ${why}; it said: ${said}`));
    const timer = setTimeout(() => fail(`it did not within ${startsWithinMs} ms`), startsWithinMs);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      fail(`it ended with ${code ?? signal ?? "nothing"}`);
    });
    createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
      const event = JSON.parse(line) as { event: string; socket?: string; port?: number };
      if (event.event === "listen" && event.socket !== undefined && event.port !== undefined) ports.set(event.socket, event.port);
      if (ports.size < sockets) return;
      clearTimeout(timer);
      resolve(ports);
    });
  });
}

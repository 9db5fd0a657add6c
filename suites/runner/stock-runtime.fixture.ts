// Stock workerd as a process of a test: where it listens is read from what it tells, and it ends when it is asked to.
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";

/** A busy machine takes its time. */
const startLimitMs = 90_000;

export interface StockRuntime {
  /** By the name of the socket. */
  readonly ports: ReadonlyMap<string, number>;
  /** Kills the process. @returns when it has ended */
  kill(): Promise<void>;
}

/**
 * Starts the runtime.
 * @param folder where the configuration is, as config.capnp, and what it embeds
 * @param sockets how many it has
 * @throws Error with what the runtime said when it does not listen on all of them in time
 */
export async function startStockRuntime(folder: string, sockets: number): Promise<StockRuntime> {
  const child = spawn(binaryPath(), ["serve", "config.capnp", "--control-fd=3", "--experimental"], { cwd: folder, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  const kill = (): Promise<void> => killed(child);
  try {
    return { ports: await portsOf(child, sockets), kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** The platform's own binary: what the package calls workerd is a script where it was installed without scripts, and hands on no control channel. */
function binaryPath(): string {
  const { platform, arch } = process;
  const ofPackage = createRequire(createRequire(import.meta.url).resolve("workerd/package.json"));
  return ofPackage.resolve(`@cloudflare/workerd-${platform}-${arch === "x64" ? "64" : arch}/bin/workerd`);
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await ended;
}

function portsOf(child: ChildProcess, count: number): Promise<ReadonlyMap<string, number>> {
  return new Promise((resolve, reject) => {
    const ports = new Map<string, number>();
    let said = "";
    let told = "";
    const timer = setTimeout(() => reject(new Error(`workerd was not listening within ${startLimitMs} ms: ${said}`)), startLimitMs);
    child.stderr?.on("data", (data: Buffer) => (said = (said + data.toString()).slice(-2000)));
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`workerd ended with ${code}: ${said}`));
    });
    child.stdio[3]?.on("data", (data: Buffer) => {
      told += data.toString();
      for (const [, name = "", port = ""] of told.matchAll(/"event":"listen","socket":"([^"]*)","port":(\d+)/g)) ports.set(name, Number(port));
      if (ports.size < count) return;
      clearTimeout(timer);
      resolve(ports);
    });
  });
}

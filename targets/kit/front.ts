// A stable loopback address before a worker's process: a new version is a new process, but the address that Deploy gave
// stays. It splices bytes and reads none, which costs next to nothing.
import { randomInt } from "node:crypto";
import { type Server, type Socket, connect, createServer } from "node:net";
import { EdgemarkError } from "../../contract/errors.js";

/** How long connections with a request in flight may take to end after a switch, ms. */
const drainMs = 2_000;
/** How long a connection waits for a process that is being started again, ms; and how often it looks. */
const holdMs = 5_000;
const lookMs = 20;

interface Pair {
  readonly client: Socket;
  /** Whether the last bytes were the client's: then an answer is owed. */
  owesAnswer: boolean;
}

export interface Front {
  readonly port: number;
  /** Sends new connections to another port; old ones end when their answer is out. */
  switchTo(port: number): Promise<void>;
  close(): Promise<void>;
}

/** @param backendPort where connections go, on loopback */
export async function openFront(backendPort: number): Promise<Front> {
  let current = backendPort;
  let pairs = new Set<Pair>();
  const waiting = new Set<Socket>();
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    waiting.add(client);
    client.on("error", () => client.destroy()).on("close", () => waiting.delete(client));
    void reach(client, () => current).then((backend) => {
      waiting.delete(client);
      if (backend === undefined) return client.destroy();
      // Not before: who waits for the next process must not be ended with the connections of the last one.
      const pair: Pair = { client, owesAnswer: false };
      const mine = pairs;
      mine.add(pair);
      client.on("close", () => mine.delete(pair));
      client.on("data", () => void (pair.owesAnswer = true));
      backend.on("data", () => void (pair.owesAnswer = false));
      client.pipe(backend).pipe(client);
      backend.on("error", () => client.destroy()).on("close", () => client.destroy());
      client.on("close", () => backend.destroy());
    });
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server),
    async switchTo(port) {
      current = port;
      const old = pairs;
      pairs = new Set();
      await drain(old);
    },
    async close() {
      const isClosed = new Promise((resolve) => server.close(resolve));
      for (const client of [...waiting, ...[...pairs].map((pair) => pair.client)]) client.destroy();
      await isClosed;
    },
  };
}

/** Connects to the worker's process; while that is being started again, a connection waits as it would before a slow one. */
async function reach(client: Socket, port: () => number): Promise<Socket | undefined> {
  const lastMs = performance.now() + holdMs;
  while (!client.destroyed && performance.now() < lastMs) {
    const tried = port();
    const backend = connect({ port: tried, host: "127.0.0.1", noDelay: true });
    const isConnected = await new Promise<boolean>((resolve) => backend.once("connect", () => resolve(true)).once("error", () => resolve(false)));
    // A switch while it connected: the old process may already be on its way out.
    if (isConnected && !client.destroyed && tried === port()) return backend;
    backend.destroy();
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return undefined;
}

async function drain(pairs: ReadonlySet<Pair>): Promise<void> {
  const lastMs = performance.now() + drainMs;
  while (pairs.size > 0) {
    const isOver = performance.now() > lastMs;
    for (const { client, owesAnswer } of pairs) if (isOver || !owesAnswer) client.destroy();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Below the ports that systems give to outgoing connections, so that one is still free when a process comes back to it. */
const firstPort = 20_000;
const portCount = 12_000;

/** A loopback port that was free a moment ago and that no outgoing connection takes. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = firstPort + randomInt(portCount);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => probe.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)));
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
  throw new EdgemarkError("harness.environment", `expected a free port from ${firstPort} to ${firstPort + portCount - 1}; 100 tries found none; end what listens there`);
}

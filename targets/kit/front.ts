// A stable loopback address before a worker's process: a new version is a new process, but the address that Deploy gave
// stays. It splices bytes and reads none, which costs next to nothing.
import { type Server, type Socket, connect, createServer } from "node:net";

/** How long connections with a request in flight may take to end after a switch, ms. */
const drainMs = 2_000;

interface Pair {
  readonly client: Socket;
  readonly backend: Socket;
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
  const server = createServer({ noDelay: true }, (client) => {
    const mine = pairs;
    const backend = connect({ port: current, host: "127.0.0.1", noDelay: true });
    const pair: Pair = { client, backend, owesAnswer: false };
    mine.add(pair);
    client.on("data", () => void (pair.owesAnswer = true));
    backend.on("data", () => void (pair.owesAnswer = false));
    client.pipe(backend).pipe(client);
    const end = (): void => {
      mine.delete(pair);
      client.destroy();
      backend.destroy();
    };
    for (const socket of [client, backend]) socket.on("error", end).on("close", end);
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
      for (const { client } of pairs) client.destroy();
      await isClosed;
    },
  };
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

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
  const port = portOf(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

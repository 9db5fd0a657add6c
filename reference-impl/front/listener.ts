// A listening address of the edge: one per PoP, and the anycast address. A PoP that is down has no listener, so its
// clients are refused at once; the anycast address takes a connection to the nearest PoP that is up and keeps it there.
import { createServer, type Server, type Socket } from "node:net";
import { quietPorts } from "./ports.js";
import { ClientConnection } from "./connection.js";
import type { PopDoor } from "./door.js";

export interface Listener {
  /** The port, the same over closing and opening again. */
  readonly port: number;
  readonly connections: ReadonlySet<ClientConnection>;
  /** Takes connections again after {@link Listener.shut}. @throws when another program took the port meanwhile */
  open(): Promise<void>;
  /** Refuses new connections; each open one ends after the answer that is under way on it. */
  finish(): void;
  /** Refuses new connections and resets the open ones. */
  shut(): Promise<void>;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port that stays ours while the listener is closed. */
  readonly port: number;
  /** The PoP that takes a connection, by the client's address; undefined refuses it. */
  readonly choose: (clientAddress: string) => PopDoor | undefined;
}

/**
 * Opens a listening address.
 * @throws the listen error of node:net (EADDRINUSE, EACCES) when the address cannot be had
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const connections = new Set<ClientConnection>();
  let server: Server | undefined;
  let closed = Promise.resolve();
  let port = options.port;

  function accept(socket: Socket): void {
    const door = options.choose(socket.remoteAddress ?? "");
    if (door === undefined) {
      socket.on("error", () => undefined);
      socket.resetAndDestroy();
      return;
    }
    connections.add(new ClientConnection(socket, door, (connection) => connections.delete(connection)));
  }

  async function open(): Promise<void> {
    if (server !== undefined) return;
    // The port is ours again only when the listener before is closed.
    await closed;
    const opened = createServer({ noDelay: true }, accept);
    port = await bind(opened, options.host, port);
    server = opened;
  }

  function stopListening(): void {
    const closing = server;
    server = undefined;
    if (closing !== undefined) closed = new Promise((resolve) => closing.close(() => resolve()));
  }

  await open();
  return {
    get port() {
      return port;
    },
    connections,
    open,
    finish() {
      stopListening();
      for (const connection of connections) connection.finish();
    },
    async shut() {
      stopListening();
      for (const connection of connections) connection.reset();
      await closed;
    },
  };
}

/** One sequence for all listeners of this process: none of them tries a port that another one has. */
const anyPort = quietPorts(process.pid);

/** @param wanted 0: a port that nobody else is given while the listener is closed. @returns the port */
async function bind(server: Server, host: string, wanted: number): Promise<number> {
  if (wanted !== 0) return listenOn(server, host, wanted);
  // Not a loop over the sequence: leaving such a loop would end it for every listener after this one.
  for (let next = anyPort.next(); next.done !== true; next = anyPort.next()) {
    const bound = await listenOn(server, host, next.value).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return undefined;
      throw error;
    });
    if (bound !== undefined) return bound;
  }
  return listenOn(server, host, 0);
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : port);
    });
  });
}

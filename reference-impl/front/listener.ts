// A listening address of the edge: one per PoP, and the anycast address. A PoP that is down has no listener, so its
// clients are refused at once; the anycast address takes a connection to the nearest PoP that is up and keeps it there.
import { createServer, type Server, type Socket } from "node:net";
import { ClientConnection, type PopDoor } from "./connection.js";

export interface Listener {
  /** The port, the same over closing and opening again. */
  readonly port: number;
  readonly connections: ReadonlySet<ClientConnection>;
  /** Takes connections again after {@link Listener.shut}. @throws when another program took the port meanwhile */
  open(): Promise<void>;
  /** Refuses new connections and resets the open ones. */
  shut(): Promise<void>;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
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
    const opened = createServer({ noDelay: true }, accept);
    await new Promise<void>((resolve, reject) => {
      opened.once("error", reject);
      opened.listen({ host: options.host, port, backlog: 1024 }, () => {
        opened.off("error", reject);
        resolve();
      });
    });
    const address = opened.address();
    if (address !== null && typeof address === "object") port = address.port;
    server = opened;
  }

  await open();
  return {
    get port() {
      return port;
    },
    connections,
    open,
    async shut() {
      const closing = server;
      server = undefined;
      const closed = closing === undefined ? Promise.resolve() : new Promise<void>((resolve) => closing.close(() => resolve()));
      for (const connection of connections) connection.reset();
      await closed;
    },
  };
}

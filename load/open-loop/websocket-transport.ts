// WebSocket for the open loop: a pool of connections on which a message is a request and the next message its answer. A
// connection carries one at a time, so that a slow answer delays nobody else's.
import { WebSocket } from "ws";
import { EdgemarkError } from "../../contract/errors.js";
import { classifyBy, type Answer, type Classify } from "./answer.js";
import type { HttpTransport } from "./http-transport.js";
import type { Outcome } from "./request-log.js";

export interface WebSocketTransportOptions {
  /** ws://host:port or wss://host:port: where to connect. */
  readonly url: string;
  readonly host: string;
  /** Begins with "/". */
  readonly path: string;
  readonly maxConnections: number;
  /** What is sent as each request. */
  readonly message: string;
  readonly localAddress?: string;
  readonly classify?: Classify;
}

interface Connection {
  readonly socket: WebSocket;
  ended: ((outcome: Outcome, tag?: string) => void) | undefined;
  isOpen: boolean;
}

/** The shape of the HTTP transport, so that a run takes either. @throws EdgemarkError usage.target for an URL that is none */
export function openWebSocketTransport(options: WebSocketTransportOptions): HttpTransport {
  const { host, maxConnections, classify = classifyBy({}) } = options;
  const base = URL.canParse(options.url) ? new URL(options.url) : undefined;
  if (base === undefined || !/^wss?:$/.test(base.protocol) || !/^\/[\x21-\x7e]*$/.test(options.path)) {
    throw new EdgemarkError("usage.target", `expected a ws or wss URL and a path that begins with "/"; got ${JSON.stringify({ url: options.url, path: options.path })}; see what Deploy answered`);
  }
  const address = `${base.protocol}//${base.host}${options.path}`;
  const all = new Set<Connection>();
  const idle: Connection[] = [];
  let opened = 0;

  function open(): Connection {
    opened++;
    const socket = new WebSocket(address, { headers: { host }, perMessageDeflate: false, ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }) });
    const connection: Connection = { socket, ended: undefined, isOpen: false };
    all.add(connection);
    socket.on("open", () => {
      connection.isOpen = true;
      if (connection.ended === undefined) idle.push(connection);
      else socket.send(options.message);
    });
    socket.on("message", (data: Buffer) => answered(connection, data));
    socket.on("unexpected-response", (request) => {
      request.destroy();
      drop(connection, "status");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => drop(connection, error.code === "ECONNREFUSED" ? "refused" : connection.isOpen || error.code === "ECONNRESET" ? "reset" : "unreachable"));
    socket.on("close", () => drop(connection, "reset"));
    return connection;
  }

  function answered(connection: Connection, data: Buffer): void {
    const { ended } = connection;
    // A message that nobody asked for, such as a greeting or another client's: not an answer.
    if (ended === undefined) return;
    connection.ended = undefined;
    idle.push(connection);
    const answer: Answer = { status: 200, header: () => undefined, body: data.toString("utf8", 0, 16 * 1024) };
    try {
      const said = classify(answer);
      ended("ok", typeof said === "object" ? said.tag : said);
    } catch {
      ended("malformed");
    }
  }

  function drop(connection: Connection, outcome: Outcome): void {
    const { ended } = connection;
    connection.ended = undefined;
    forget(connection);
    ended?.(outcome);
  }

  function forget(connection: Connection): void {
    if (!all.delete(connection)) return;
    const at = idle.lastIndexOf(connection);
    if (at !== -1) idle.splice(at, 1);
    connection.socket.terminate();
  }

  return {
    get opened() {
      return opened;
    },
    send(ended) {
      const connection = idle.pop() ?? (all.size < maxConnections ? open() : undefined);
      if (connection === undefined) return "saturated";
      connection.ended = ended;
      if (connection.isOpen) connection.socket.send(options.message);
      return () => {
        connection.ended = undefined;
        forget(connection);
      };
    },
    async warm(count, atMostMs) {
      const wanted = Math.max(0, Math.min(Math.ceil(count), maxConnections) - all.size);
      const opening = Array.from({ length: wanted }, () => {
        const { socket } = open();
        return new Promise<void>((resolve) => {
          socket.once("open", () => resolve());
          socket.once("close", () => resolve());
          socket.once("error", () => resolve());
        });
      });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, atMostMs)));
      await Promise.race([late, Promise.all(opening)]);
      clearTimeout(timer);
    },
    close() {
      for (const connection of [...all]) forget(connection);
    },
  };
}

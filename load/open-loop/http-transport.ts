// HTTP/1.1 over plain sockets for the open loop: a pool that grows when all connections are busy, up to a bound.
// No retry, no pipelining, no redirect: one request is one exchange, and what breaks is told.
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { EdgemarkError } from "../../contract/errors.js";
import type { Classified, Classify } from "./answer.js";
import type { Transport } from "./drive.js";
import type { Outcome } from "./request-log.js";
import { ResponseParser } from "./response-parser.js";

export interface HttpTransportOptions {
  /** http://host:port or https://host:port: where to connect. */
  readonly url: string;
  /** The Host header. */
  readonly host: string;
  /** Begins with "/". */
  readonly path: string;
  readonly maxConnections: number;
  /** Sends Connection: close and opens a connection for each request, as a new client would. */
  readonly newConnectionPerRequest: boolean;
  /** The address to connect from: an anycast front may choose by it. */
  readonly localAddress?: string;
  readonly classify?: Classify;
}

export interface HttpTransport extends Transport {
  /** Connections opened so far. */
  readonly opened: number;
  /** Opens idle connections before the run, so that its first requests do not pay for them. */
  warm(count: number, atMostMs: number): Promise<void>;
  close(): void;
}

interface Exchange {
  readonly parser: ResponseParser;
  readonly ended: Parameters<Transport["send"]>[0];
}

interface Connection {
  readonly socket: Socket;
  /** It has been connected: what breaks from now on is a reset. */
  isOpen: boolean;
  exchange: Exchange | undefined;
}

/** @throws EdgemarkError usage.target when the URL, host or path cannot be sent as they are */
export function openHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { classify, maxConnections } = options;
  const endpoint = parseEndpoint(options);
  const request = Buffer.from(
    `GET ${options.path} HTTP/1.1\r\nHost: ${options.host}\r\nAccept: */*\r\n${options.newConnectionPerRequest ? "Connection: close\r\n" : ""}\r\n`,
    "latin1",
  );
  const all = new Set<Connection>();
  const idle: Connection[] = [];
  let opened = 0;

  function open(): Connection {
    opened++;
    const { hostname, port, isTls } = endpoint;
    const from = options.localAddress === undefined ? {} : { localAddress: options.localAddress };
    const socket = isTls
      ? connectTls({ host: hostname, port, servername: options.host.replace(/:\d+$/, ""), ALPNProtocols: ["http/1.1"], ...from })
      : connect({ host: hostname, port, ...from });
    const connection: Connection = { socket, isOpen: false, exchange: undefined };
    all.add(connection);
    socket.setNoDelay(true);
    socket.once("connect", () => (connection.isOpen = true));
    socket.on("data", (bytes: Buffer) => received(connection, bytes));
    socket.on("end", () => {
      connection.exchange?.parser.end();
      if (connection.exchange?.parser.isComplete === true) complete(connection, connection.exchange);
      else drop(connection, "reset");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => drop(connection, failureOf(error, connection)));
    socket.on("close", () => drop(connection, "reset"));
    return connection;
  }

  /** A target that is not there is the run's finding, not an error of warming up. */
  async function openIdle(): Promise<void> {
    const connection = open();
    await new Promise<void>((resolve) => {
      connection.socket.once("close", () => resolve());
      connection.socket.once(endpoint.isTls ? "secureConnect" : "connect", () => {
        if (all.has(connection)) idle.push(connection);
        resolve();
      });
    });
  }

  function received(connection: Connection, bytes: Buffer): void {
    const { exchange } = connection;
    // An answer to nothing: whatever it is, the connection cannot be trusted.
    if (exchange === undefined) return drop(connection, "malformed");
    exchange.parser.push(bytes);
    if (exchange.parser.isComplete) complete(connection, exchange);
    else if (exchange.parser.isMalformed) drop(connection, "malformed");
  }

  function complete(connection: Connection, { parser, ended }: Exchange): void {
    connection.exchange = undefined;
    if (parser.mayReuse && !options.newConnectionPerRequest) idle.push(connection);
    else forget(connection);
    let who: Partial<Record<"tag", string | undefined>> & Pick<Classified, "isolate"> = {};
    try {
      const said = classify?.(parser);
      who = typeof said === "object" ? said : { tag: said };
    } catch {
      // The target's answer is not what the caller can read, which is the target's failure and no reason to end the run.
      return ended("malformed");
    }
    ended(parser.status < 400 ? "ok" : "status", who.tag, who.isolate);
  }

  function drop(connection: Connection, outcome: Outcome): void {
    const { exchange } = connection;
    connection.exchange = undefined;
    forget(connection);
    exchange?.ended(outcome);
  }

  function forget(connection: Connection): void {
    if (!all.delete(connection)) return;
    const at = idle.lastIndexOf(connection);
    if (at !== -1) idle.splice(at, 1);
    connection.socket.destroy();
  }

  return {
    get opened() {
      return opened;
    },
    send(ended) {
      // The most recently used first: the fewest connections stay warm.
      const connection = idle.pop() ?? (all.size < maxConnections ? open() : undefined);
      if (connection === undefined) return "saturated";
      connection.exchange = { parser: new ResponseParser(classify !== undefined), ended };
      connection.socket.write(request);
      return () => {
        connection.exchange = undefined;
        forget(connection);
      };
    },
    async warm(count, atMostMs) {
      const wanted = Math.max(0, Math.min(Math.ceil(count), maxConnections) - all.size);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, atMostMs)));
      await Promise.race([late, Promise.all(Array.from({ length: wanted }, openIdle))]);
      clearTimeout(timer);
    },
    close() {
      for (const connection of [...all]) forget(connection);
    },
  };
}

function failureOf(error: NodeJS.ErrnoException, { isOpen }: Connection): Outcome {
  if (error.code === "ECONNREFUSED") return "refused";
  return isOpen || error.code === "ECONNRESET" ? "reset" : "unreachable";
}

function parseEndpoint({ url, host, path }: HttpTransportOptions): { hostname: string; port: number; isTls: boolean } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isTls = parsed?.protocol === "https:";
  // What ends up in the request line and the Host header must not be able to end them.
  const isSendable = /^[\x21-\x7e]+$/.test(host) && /^\/[\x21-\x7e]*$/.test(path);
  if (parsed === undefined || (parsed.protocol !== "http:" && !isTls) || !isSendable) {
    throw new EdgemarkError(
      "usage.target",
      `expected an http or https URL, a host name and a path that begins with "/"; got ${JSON.stringify({ url, host, path })}; see what Deploy answered`,
    );
  }
  const hostname = parsed.hostname.replace(/^\[|\]$/g, "");
  return { hostname, port: parsed.port === "" ? (isTls ? 443 : 80) : Number(parsed.port), isTls };
}

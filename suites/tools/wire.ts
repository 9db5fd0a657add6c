// What the Workers checks need below fetch: a socket that says exactly what it is told, and an exchange whose request and
// answer are streamed. Nothing here has a clock: everything ends with the check's signal.
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AssertionError } from "node:assert/strict";
import { bytesInPieces } from "../runner/bytes-in-pieces.js";

/** Far more than any fixture sends; whoever sends more would fill this process's memory, and all of it is looked through again with each piece. */
const mostReceivedBytes = 4 * 1024 * 1024;

/** Where a deployment answers, as a check's fixture gives it. */
export interface Address {
  readonly url: string;
  readonly host: string;
}

/** The path at a deployment's URL, which may have a path of its own. */
export function pathAt(address: Address, path: string): string {
  const { pathname } = new URL(address.url);
  return (pathname === "/" ? "" : pathname.replace(/\/$/, "")) + path;
}

export interface Wire {
  send(data: string | Uint8Array): void;
  /**
   * Everything received, once it satisfies; Latin-1, so that one letter is one byte.
   * @throws AssertionError when the connection ends before, or has said more than any fixture does
   */
  read(satisfied: (received: string) => boolean, what: string): Promise<string>;
  /** Bytes given to the operating system so far. */
  readonly sentBytes: () => number;
  readonly isEnded: () => boolean;
  pause(): void;
  resume(): void;
  close(): void;
}

/**
 * Opens a plain connection.
 * @param signal closes it and fails whatever waits
 * @throws the socket's error
 */
export async function openWire(address: Address, signal: AbortSignal): Promise<Wire> {
  const url = new URL(address.url);
  const isSecure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  const socket: Socket = isSecure ? connectTls({ host, port, servername: address.host.replace(/:\d+$/, "") }) : connect({ host, port });
  let received = "";
  let failure: Error | undefined;
  let isEnded = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of [...waiting]) check();
  };
  socket.on("data", (data: Buffer) => {
    received += data.toString("latin1");
    if (received.length > mostReceivedBytes) {
      failure ??= tooMuch();
      socket.destroy();
    }
    wake();
  });
  socket.on("error", (error) => {
    failure = error;
    wake();
  });
  socket.on("close", () => {
    isEnded = true;
    wake();
  });
  socket.on("end", () => {
    isEnded = true;
    wake();
  });
  const onAbort = (): void => {
    failure = new AssertionError({ message: "the check was over before the connection had said what was awaited" });
    socket.destroy();
    wake();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  await new Promise<void>((resolve, reject) => {
    socket.once(isSecure ? "secureConnect" : "connect", () => { resolve(); });
    socket.once("error", reject);
    socket.once("close", () => { reject(failure ?? new Error("closed before it was open")); });
  });
  return {
    send: (data) => void socket.write(data),
    read: (satisfied, what) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          waiting.delete(check);
          finish();
        };
        const check = (): void => {
          try {
            if (satisfied(received)) {
              settle(() => resolve(received));
              return;
            }
          } catch (error) {
            // Thrown here it would be the socket's, and nobody's.
            settle(() => reject(error instanceof Error ? error : new Error(String(error))));
            return;
          }
          if (failure === undefined && !isEnded) return;
          settle(() => reject(failure ?? new AssertionError({ message: `${what} expected; the connection ended after ${JSON.stringify(received.slice(-300))}` })));
        };
        waiting.add(check);
        check();
      }),
    sentBytes: () => socket.bytesWritten - socket.writableLength,
    isEnded: () => isEnded,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close() {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
    },
  };
}

export interface StreamedAnswer {
  readonly status: number;
  /** Name and value as they came, repeated ones apart, names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
  header(name: string): string | undefined;
  /** The next part of the body, undefined at its end. @throws when the body breaks off */
  next(): Promise<Buffer | undefined>;
  /** Reads until the text received satisfies. @returns all of it @throws AssertionError when the body ends before */
  until(satisfied: (text: string) => boolean, what: string): Promise<string>;
  /** The whole rest of the body. */
  rest(): Promise<Buffer>;
}

export interface StreamedExchange {
  write(data: string | Uint8Array): void;
  end(data?: string | Uint8Array): void;
  answer(): Promise<StreamedAnswer>;
  /** Breaks the connection, as a client that goes away. */
  destroy(): void;
}

export interface StreamedRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Starts a request whose body is written piece by piece and whose answer is read piece by piece, on a connection of its own.
 * @param signal breaks it
 */
export function openExchange(address: Address, { method = "GET", path, headers = {} }: StreamedRequest, signal: AbortSignal): StreamedExchange {
  const url = new URL(address.url);
  const isSecure = url.protocol === "https:";
  const options = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    method,
    path: pathAt(address, path),
    headers: { host: address.host, ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]])) },
    agent: false,
    maxHeaderSize: 512 * 1024,
    signal,
  } as const;
  const outgoing: ClientRequest = isSecure ? httpsRequest({ ...options, servername: address.host.replace(/:\d+$/, "") }) : httpRequest(options);
  const answered = new Promise<StreamedAnswer>((resolve, reject) => {
    outgoing.once("response", (incoming) => { resolve(answerOf(incoming)); });
    outgoing.on("error", reject);
  });
  // Awaited by the check when it wants the answer; a check that destroys the exchange first must not leave it unhandled.
  answered.catch(() => undefined);
  outgoing.flushHeaders();
  return {
    write: (data) => void outgoing.write(data),
    end: (data) => void outgoing.end(data),
    answer: () => answered,
    // With a reset: a mere FIN may also come from a client that has said everything and still listens.
    destroy() {
      outgoing.socket?.resetAndDestroy();
      outgoing.destroy();
    },
  };
}

function tooMuch(): AssertionError {
  return new AssertionError({ message: `an answer of at most ${mostReceivedBytes} bytes expected; more came` });
}

function answerOf(incoming: IncomingMessage): StreamedAnswer {
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    headers.push([(incoming.rawHeaders[index] ?? "").toLowerCase(), incoming.rawHeaders[index + 1] ?? ""]);
  }
  // A broken body is reported to the reader, and must not end the process when nobody reads on.
  incoming.on("error", () => undefined);
  const parts: AsyncIterator<unknown> = incoming[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | undefined> => {
    const part = await parts.next();
    return part.done === true ? undefined : Buffer.from(part.value as Uint8Array);
  };
  return {
    status: incoming.statusCode ?? 0,
    headers,
    header: (name) => headers.find(([known]) => known === name.toLowerCase())?.[1],
    next,
    async until(satisfied, what) {
      let text = "";
      while (!satisfied(text)) {
        const part = await next();
        if (part === undefined) throw new AssertionError({ message: `${what} expected; the body ended with ${JSON.stringify(text.slice(-200))}` });
        text += part.toString("latin1");
        if (text.length > mostReceivedBytes) throw tooMuch();
      }
      return text;
    },
    async rest() {
      const body = bytesInPieces();
      for (let part = await next(); part !== undefined; part = await next()) {
        body.add(part);
        if (body.all().byteLength > mostReceivedBytes) throw tooMuch();
      }
      return body.all();
    },
  };
}

// A WebSocket client for checks: text and binary messages in their order, and how the connection ended.
import { AssertionError } from "node:assert/strict";
import WebSocket from "ws";
import type { CheckContext, DeployedFixture } from "../check.js";
import { pathAt } from "./wire.js";

const longestMessageBytes = 32 * 1024 * 1024;
const mostUnreadMessages = 10_000;

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export interface Client {
  readonly protocol: string;
  send(data: string | Uint8Array): void;
  /** The next message: text as string, binary as bytes. @throws AssertionError when the connection ends before */
  next(): Promise<string | Uint8Array>;
  close(code?: number, reason?: string): void;
  /** Breaks the connection without a close. */
  terminate(): void;
  /** False from the first word of an end, the other side's or ours. */
  isOpen(): boolean;
  readonly closed: Promise<Closing>;
}

export interface OpenOptions {
  readonly protocols?: readonly string[];
  /** A PoP's id; default the first. */
  readonly pop?: string;
  /** Default the check's own. */
  readonly fixture?: DeployedFixture;
}

/** Connects. @throws AssertionError when the upgrade is refused */
export async function open(context: CheckContext, path: string, { protocols = [], pop, fixture }: OpenOptions = {}): Promise<Client> {
  const endpoint = (fixture ?? context.fixture).endpoint(pop);
  const url = new URL(endpoint.url);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url.origin + pathAt(endpoint, path), [...protocols], { headers: { host: endpoint.host }, perMessageDeflate: false, maxPayload: longestMessageBytes });
  const messages: (string | Uint8Array)[] = [];
  const waiting: ((message: string | Uint8Array | undefined) => void)[] = [];
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    const message = isBinary ? new Uint8Array(data) : data.toString("utf8");
    const waiter = waiting.shift();
    // Nobody waits for so many: what floods this process is let go.
    if (waiter === undefined && messages.push(message) > mostUnreadMessages) socket.terminate();
    waiter?.(message);
  });
  const onAbort = (): void => { socket.terminate(); };
  context.signal.addEventListener("abort", onAbort, { once: true });
  const closed = new Promise<Closing>((resolve) =>
    socket.on("close", (code, reason) => {
      context.signal.removeEventListener("abort", onAbort);
      for (const waiter of waiting.splice(0)) waiter(undefined);
      resolve({ code, reason: reason.toString("utf8") });
    }),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => { resolve(); });
    socket.once("error", (error) => { reject(new AssertionError({ message: `an upgrade to WebSocket expected; ${error.message}` })); });
  });
  // A connection that breaks later ends with 1006; the error says no more than that.
  socket.on("error", () => undefined);
  return {
    protocol: socket.protocol,
    send: (data) => { socket.send(data); },
    async next() {
      const message = messages.shift() ?? (await new Promise<string | Uint8Array | undefined>((resolve) => (socket.readyState === WebSocket.CLOSED ? resolve(undefined) : waiting.push(resolve))));
      if (message === undefined) throw new AssertionError({ message: "another message expected; the connection ended" });
      return message;
    },
    close: (code, reason) => { socket.close(code, reason); },
    terminate: () => { socket.terminate(); },
    isOpen: () => socket.readyState === WebSocket.OPEN,
    closed,
  };
}

/** Runs with a connection and ends it whatever happens. */
export async function connected(context: CheckContext, path: string, use: (client: Client) => Promise<void>, options: OpenOptions = {}): Promise<void> {
  const client = await open(context, path, options);
  try {
    await use(client);
  } finally {
    client.close();
  }
}

// One loopback HTTP listener of a store. Each PoP has its own, so that one PoP can be cut off from storage.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Answer, StreamedBody } from "./answers.js";
import { toBucketError } from "./errors.js";
import { type BucketRequest, readRequest } from "./request.js";
import { type Credentials, rememberingSigningKey, verifySignature } from "./sigv4.js";
import { xmlError } from "./xml.js";
import { Path } from "../links/path.js";

/** How a listener behaves while its PoP is cut off: never answers, or ends every connection. */
export type Isolation = "hang" | "refuse";

export interface BucketListener {
  /** Such as http://127.0.0.1:41234, without the bucket. */
  readonly url: string;
  /**
   * Answers stop until {@link restore}. What was under way may have happened, and its answer waits; what arrives
   * meanwhile happens after the restoration, if its client still waits for it.
   */
  isolate(mode: Isolation): void;
  restore(): void;
  /** The way of requests to the store and of answers back: conditions on them are faults of the link. */
  readonly paths: { readonly to: Path; readonly from: Path };
  /** Resets all open connections. @returns how many there were */
  reset(): number;
  close(): Promise<void>;
}

export interface ListenerOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly credentials: Credentials;
  readonly nowMs: () => number;
  readonly operate: (request: BucketRequest) => Promise<Answer>;
  /** Uniform in [0, 1), for faults of the link. */
  readonly random: () => number;
}

/** Starts a listener on the loopback address. */
export async function startListener(options: ListenerOptions): Promise<BucketListener> {
  const listener = new Listener(options);
  await listener.start();
  return listener;
}

class Listener implements BucketListener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly paths: BucketListener["paths"];
  readonly #sockets = new Set<Socket>();
  readonly #signingKey = rememberingSigningKey();
  #isRefusing = false;
  #isolations: (() => void)[] = [];
  #requests = 0;
  url = "";

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.paths = { to: new Path(options.random), from: new Path(options.random) };
    // Connections stay open for as long as a client likes: one that is closed just when it is used again would
    // look like a failure of the storage.
    this.#server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    this.#server.on("connection", (socket) => this.#accept(socket));
    this.#server.on("request", (message, response) => void this.#answer(message, response));
    this.#server.on("checkContinue", (message, response) => void this.#answer(message, response, () => response.writeContinue()));
    this.#server.on("clientError", (_error, socket) => socket.destroy());
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    this.url = `http://127.0.0.1:${port}`;
  }

  isolate(mode: Isolation): void {
    if (mode === "hang") this.#isolations.push(this.paths.to.add({ holds: true }), this.paths.from.add({ holds: true }));
    else {
      this.#isRefusing = true;
      this.reset();
    }
  }

  restore(): void {
    this.#isRefusing = false;
    for (const end of this.#isolations) end();
    this.#isolations = [];
  }

  reset(): number {
    const count = this.#sockets.size;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    return count;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.restore();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    if (this.#isRefusing) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  // Goes the way a request or an answer has to go. False: the client is gone.
  async #passes(path: Path, socket: Socket): Promise<boolean> {
    if (!path.isClear) await lateOrClosed(path, socket);
    return !socket.destroyed;
  }

  async #answer(message: IncomingMessage, response: ServerResponse, goOn?: () => void): Promise<void> {
    const { socket } = message;
    // A client that goes away is no failure of ours.
    message.on("error", () => undefined);
    response.on("error", () => undefined);
    if (!(await this.#passes(this.paths.to, socket))) return;
    const requestId = (++this.#requests).toString(16).padStart(16, "0");
    let answer: Answer;
    try {
      const { credentials, nowMs, operate } = this.#options;
      const request = readRequest(message, (signed) => verifySignature(signed, credentials, nowMs(), this.#signingKey));
      goOn?.();
      answer = await operate(request);
    } catch (thrown) {
      const error = toBucketError(thrown);
      answer = { status: error.status, headers: { "content-type": "application/xml" }, body: xmlError(error.code, error.message, message.url ?? "", requestId) };
    }
    try {
      if (await this.#passes(this.paths.from, socket)) await send(message, response, answer, requestId);
    } finally {
      if (isStream(answer.body)) answer.body.close();
    }
  }
}

async function lateOrClosed(path: Path, socket: Socket): Promise<void> {
  const closed = new Promise<void>((resolve) => void (socket.destroyed ? resolve() : socket.once("close", resolve)));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, path.lateMs())));
  await Promise.race([late, closed]);
  clearTimeout(timer);
  while (path.isHeld && !socket.destroyed) {
    let forget = (): void => undefined;
    const opened = new Promise<void>((resolve) => (forget = path.whenOpen(resolve)));
    await Promise.race([opened, closed]);
    forget();
  }
}

async function send(message: IncomingMessage, response: ServerResponse, answer: Answer, requestId: string): Promise<void> {
  const { status, headers, body } = answer;
  const whole = typeof body === "string" ? Buffer.from(body) : isStream(body) ? undefined : (body ?? Buffer.alloc(0));
  const hasLength = status !== 204 && status !== 304;
  const isUnread = !message.complete;
  response.writeHead(status, {
    ...(whole !== undefined && hasLength && { "content-length": String(whole.length) }),
    ...headers,
    "x-amz-request-id": requestId,
    // What is left of a refused body would be read as the next request.
    ...(isUnread && { connection: "close" }),
  });
  if (isUnread) message.resume();
  if (message.method === "HEAD") response.end();
  else if (!isStream(body)) response.end(whole);
  // A client that leaves in the middle, or a disk that fails there, ends the connection: a short body cannot look whole.
  else await pipeline(Readable.from(body.chunks, { objectMode: false }), response).catch(() => message.socket.destroy());
}

function isStream(body: Answer["body"]): body is StreamedBody {
  return typeof body === "object" && "chunks" in body;
}

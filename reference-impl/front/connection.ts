// One client connection at the ingress. Bytes are passed on as they come; only heads are read. Requests go one after
// the other, so between two of them the connection can move to another process of its PoP: that is how a deployment is
// rolled out without losing a request. A PoP that dies takes its connections with it, as a real one does.
import { connect, type Socket } from "node:net";
import { type BodyTracker, trackBody } from "./framing.js";
import { BadRequest, maximumHeadBytes, parseRequestHead, parseResponseHead, type RequestHead } from "./head.js";
import { type ClientIdentity, identify, rewriteHead } from "./identity.js";
import { type OwnStatus, ownAnswer } from "./own-answer.js";
import { salvageUnread } from "./salvage.js";
import { Passage } from "../links/passage.js";
import type { Path } from "../links/path.js";
import type { Place } from "../topology.js";

/** A socket of one process of a PoP that serves one deployment. */
export interface Origin {
  readonly port: number;
  /** Distinguishes the processes that follow each other at one PoP. */
  readonly generation: number;
  /** Header lines that the engine is told besides. */
  readonly lines?: string;
}

export type Route = { readonly kind: "origin"; readonly origin: Origin } | { readonly kind: "none"; readonly reason: string };

/** What a connection needs to know of the PoP it landed at. */
export interface PopDoor {
  readonly place: Place;
  /** The link between the PoP and its clients. */
  readonly fromClients: Path;
  readonly toClients: Path;
  route(host: string): Route;
  /**
   * Told the beginning of a head that is not complete yet, so that what it will ask for can be made ready.
   * @returns whether it says for whom it is: then it is told no more of this head
   */
  expect?(headBegin: string): boolean;
  /** Told when a request begins and ends, by generation, so that a process can be stopped when it is idle. */
  onRequest(generation: number, change: 1 | -1): void;
}

interface Upstream {
  readonly socket: Socket;
  readonly origin: Origin;
  lastUsedMs: number;
}

interface Exchange {
  readonly method: string;
  readonly request: BodyTracker;
  readonly generation: number;
  /** The connection ends after the answer: the client wants it, or the PoP is going. */
  isLast: boolean;
  response: BodyTracker | undefined;
  /** The response has no length: it ends when the engine closes the connection. */
  endsWithConnection: boolean;
  /** Bytes of a response head that is not complete yet. */
  headBytes: Buffer | undefined;
  /** Request body that was passed on. */
  bodyBytes: number;
  /** The answer began before the request was over. */
  isEarly: boolean;
  /** The whole request, when it may be sent again: no body, no effect by its method, and sent on a connection that was used before. */
  readonly again: { readonly text: string; readonly host: string } | undefined;
}

/** The engine closes connections that were idle for 5 s; one that is nearly that old is not used again. */
const staleUpstreamMs = 3000;
/**
 * The engine closes a connection some time after an answer that was given before a long body was read (it drains 64 KiB).
 * A connection that carried more than this is not used again, so that no later request meets that close.
 */
const longBodyBytes = 16 * 1024;
const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
/** A refused client may finish reading its answer before the connection goes. */
const refusedLingerMs = 5000;
const headEnd = Buffer.from("\r\n\r\n");

export class ClientConnection {
  readonly #client: Socket;
  /** The PoP it landed at. */
  readonly door: PopDoor;
  readonly #identity: ClientIdentity;
  readonly #inbound: Passage;
  readonly #outbound: Passage;
  #upstream: Upstream | undefined;
  #exchange: Exchange | undefined;
  /** Bytes of a request head that is not complete, or of a pipelined request that must wait. */
  #pending: Buffer | undefined;
  /** It is known for whom the head is that has begun. */
  #isExpected = false;
  #isTunnel = false;
  /** Answered by the ingress; what the client still sends is read and dropped. */
  #isRefused = false;
  #isClosed = false;

  constructor(client: Socket, door: PopDoor, onClosed: (connection: ClientConnection) => void) {
    this.#client = client;
    this.door = door;
    this.#identity = identify(client.remoteAddress ?? "127.0.0.1", door.place);
    client.setNoDelay(true);
    this.#inbound = new Passage(door.fromClients, (chunk) => this.#fromClient(chunk), () => client.resume());
    this.#outbound = new Passage(door.toClients, (chunk) => client.write(chunk), () => this.#upstream?.socket.resume());
    client.on("data", (chunk: Buffer) => {
      if (!this.#inbound.push(chunk)) client.pause();
    });
    client.on("drain", () => this.#upstream?.socket.resume());
    client.on("end", () => this.#close());
    client.on("error", () => this.#close());
    client.on("close", () => {
      this.#close();
      onClosed(this);
    });
  }

  /** Ends the connection as a dead PoP would: with a reset. */
  reset(): void {
    if (this.#isClosed) return;
    this.#client.resetAndDestroy();
    this.#close();
  }

  /** Ends the connection as a PoP does that goes in order: at once when nothing is under way, else after the answer. */
  finish(): void {
    if (this.#exchange !== undefined) this.#exchange.isLast = true;
    else if (!this.#isTunnel) this.#client.end();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inbound.close();
    this.#outbound.close();
    // A worker whose client goes away in the middle is told by a reset: the engine takes a mere end for a client that
    // still listens, and works on.
    if (this.#exchange !== undefined && !this.#isTunnel) this.#upstream?.socket.resetAndDestroy();
    this.#endExchange();
    this.#dropUpstream();
    this.#client.destroy();
  }

  #dropUpstream(): void {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    upstream?.socket.destroy();
  }

  /** @returns true: what must wait pauses the client itself */
  #fromClient(chunk: Buffer): true {
    if (this.#isRefused) return true;
    if (this.#isTunnel) {
      this.#toUpstream(chunk);
      return true;
    }
    try {
      if (this.#exchange !== undefined) this.#requestBody(chunk);
      else this.#requestHead(this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]));
    } catch (error) {
      this.#refuse(error instanceof BadRequest ? error : new BadRequest(400, "malformed request"));
    }
    return true;
  }

  #requestHead(bytes: Buffer): void {
    const end = bytes.indexOf(headEnd);
    if (end > maximumHeadBytes || (end === -1 && bytes.length > maximumHeadBytes)) throw new BadRequest(431, "the request headers are longer than 128 KB");
    if (end === -1) {
      this.#pending = bytes;
      // Once for a head, however small the pieces are in which it comes.
      if (!this.#isExpected) this.#isExpected = this.door.expect?.(bytes.toString("latin1")) ?? true;
      return;
    }
    this.#pending = undefined;
    this.#isExpected = false;
    const head = parseRequestHead(bytes.toString("latin1", 0, end));
    const route = this.door.route(head.host);
    if (route.kind === "none") {
      this.#answer(404, route.reason);
      return;
    }
    this.#begin(head, route.origin);
    const body = bytes.subarray(end + headEnd.length);
    if (body.length > 0) this.#requestBody(body);
  }

  #begin(head: RequestHead, origin: Origin): void {
    const before = this.#upstream;
    const upstream = this.#upstreamTo(origin);
    const text = rewriteHead(head, this.#identity, origin.lines);
    const mayRepeat = upstream === before && head.framing.kind === "none" && !head.isUpgrade && safeMethods.has(head.method);
    this.#exchange = {
      method: head.method,
      request: trackBody(head.framing),
      generation: origin.generation,
      isLast: head.isLast,
      response: undefined,
      endsWithConnection: false,
      headBytes: undefined,
      bodyBytes: 0,
      isEarly: false,
      again: mayRepeat ? { text, host: head.host } : undefined,
    };
    this.door.onRequest(origin.generation, 1);
    upstream.socket.write(text, "latin1");
  }

  #upstreamTo(origin: Origin): Upstream {
    const nowMs = Date.now();
    const current = this.#upstream;
    const isReusable = current !== undefined && current.origin.port === origin.port && current.origin.generation === origin.generation && nowMs - current.lastUsedMs < staleUpstreamMs;
    if (current !== undefined && isReusable) return current;
    this.#dropUpstream();
    // The engine sees the client's own address: all of 127/8 is local, so the source address can be kept.
    const socket = connect({ host: "127.0.0.1", port: origin.port, localAddress: this.#identity.address.startsWith("127.") ? this.#identity.address : "127.0.0.1", noDelay: true });
    const upstream: Upstream = { socket, origin, lastUsedMs: nowMs };
    this.#upstream = upstream;
    socket.on("data", (chunk: Buffer) => this.#fromUpstream(upstream, chunk));
    salvageUnread(socket, (chunk) => this.#fromUpstream(upstream, chunk));
    socket.on("drain", () => this.#client.resume());
    socket.on("error", () => this.#upstreamGone(upstream));
    socket.on("close", () => this.#upstreamGone(upstream));
    return upstream;
  }

  #requestBody(chunk: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    const end = exchange.request.isDone ? 0 : exchange.request.consume(chunk, 0);
    exchange.bodyBytes += end;
    if (end > 0) this.#toUpstream(end === chunk.length ? chunk : chunk.subarray(0, end));
    if (end < chunk.length) {
      // A pipelined request waits for its turn; a client that sends far ahead is not read on.
      const rest = chunk.subarray(end);
      this.#pending = this.#pending === undefined ? rest : Buffer.concat([this.#pending, rest]);
      if (this.#pending.length > maximumHeadBytes) this.#client.pause();
    }
    this.#finishIfOver();
  }

  #toUpstream(bytes: Buffer): void {
    if (this.#upstream !== undefined && !this.#upstream.socket.write(bytes)) this.#client.pause();
  }

  #fromUpstream(upstream: Upstream, chunk: Buffer): void {
    const exchange = this.#exchange;
    if (upstream !== this.#upstream || (exchange === undefined && !this.#isTunnel)) return;
    if (!this.#outbound.push(chunk)) upstream.socket.pause();
    if (this.#isTunnel || exchange === undefined) return;
    let at = 0;
    while (exchange.response === undefined && at < chunk.length) at = this.#responseHead(exchange, chunk, at);
    if (exchange.response !== undefined && !this.#isTunnel) {
      exchange.response.consume(chunk, at);
      this.#finishIfOver();
    }
  }

  /** Reads a response head, which may be an interim one. @returns the offset after it */
  #responseHead(exchange: Exchange, chunk: Buffer, offset: number): number {
    const before = exchange.headBytes?.length ?? 0;
    const bytes = exchange.headBytes === undefined ? chunk.subarray(offset) : Buffer.concat([exchange.headBytes, chunk.subarray(offset)]);
    const end = bytes.indexOf(headEnd);
    if (end === -1) {
      exchange.headBytes = bytes;
      return chunk.length;
    }
    exchange.headBytes = undefined;
    const head = parseResponseHead(bytes.toString("latin1", 0, end), exchange.method);
    if (head.status === 101) {
      this.#isTunnel = true;
      exchange.response = trackBody({ kind: "until-close" });
    } else if (head.status >= 200) {
      exchange.response = trackBody(head.framing);
      exchange.endsWithConnection = head.framing.kind === "until-close";
      exchange.isEarly = !exchange.request.isDone;
    }
    return offset + end + headEnd.length - before;
  }

  #finishIfOver(): void {
    const exchange = this.#exchange;
    if (exchange?.response?.isDone !== true || !exchange.request.isDone) return;
    this.#endExchange();
    if (exchange.isLast) {
      this.#dropUpstream();
      this.#outbound.after(() => this.#client.end());
      return;
    }
    if (exchange.isEarly || exchange.bodyBytes > longBodyBytes) this.#dropUpstream();
    if (this.#upstream !== undefined) this.#upstream.lastUsedMs = Date.now();
    const next = this.#pending;
    this.#pending = undefined;
    this.#client.resume();
    if (next !== undefined) this.#fromClient(next);
  }

  #endExchange(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined) this.door.onRequest(exchange.generation, -1);
  }

  #upstreamGone(upstream: Upstream): void {
    if (upstream !== this.#upstream) return;
    this.#upstream = undefined;
    const exchange = this.#exchange;
    if (exchange === undefined && !this.#isTunnel) return;
    if (exchange?.again !== undefined && exchange.response === undefined && exchange.headBytes === undefined && this.#repeat(exchange, exchange.again)) return;
    // All of the answer is out: what the client still sends of its request is read and dropped, and its connection lives on.
    if (exchange?.response?.isDone === true) return;
    // A response without a length, and a tunnel, end with their connection; anything else that ends now was cut off.
    const isOver = this.#isTunnel || exchange?.endsWithConnection === true;
    this.#outbound.after(() => (isOver ? this.#client.end() : this.#client.resetAndDestroy()));
  }

  /** Sends a request again whose connection the engine closed just as it was sent. @returns false when nothing serves it */
  #repeat(exchange: Exchange, again: NonNullable<Exchange["again"]>): boolean {
    const route = this.door.route(again.host);
    if (route.kind === "none" || route.origin.generation !== exchange.generation) return false;
    this.#exchange = { ...exchange, again: undefined };
    this.#upstreamTo(route.origin).socket.write(again.text, "latin1");
    return true;
  }

  #linger(): void {
    this.#isRefused = true;
    this.#client.setTimeout(refusedLingerMs, () => this.#client.destroy());
  }

  #refuse(reason: BadRequest): void {
    this.#answer(reason.status, reason.message);
  }

  /** Answers from the ingress itself and ends the connection. */
  #answer(status: OwnStatus, message: string): void {
    if (this.#exchange?.response !== undefined) {
      this.#client.destroy();
      return;
    }
    this.#linger();
    this.#outbound.after(() => this.#client.end(ownAnswer(status, message)));
    this.#endExchange();
    this.#dropUpstream();
  }
}

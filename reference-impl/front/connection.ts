// One client connection at the ingress. Bytes are passed on as they come; only heads are read. Requests go one after
// the other, so between two of them the connection can move to another process of its PoP: that is how a deployment is
// rolled out without losing a request. A PoP that dies takes its connections with it, as a real one does.
import type { Socket } from "node:net";
import type { Origin, PopDoor } from "./door.js";
import { Exchange, headEnd, isRepeatable, type Repetition } from "./exchange.js";
import { BadRequest, maximumHeadBytes, type RequestHead, RequestHeads, ResponseHeads } from "./head.js";
import { type ClientIdentity, HeadWriter, identify } from "./identity.js";
import { type OwnStatus, ownAnswer } from "./own-answer.js";
import { salvageUnread } from "./salvage.js";
import { canCarry, openUpstream, type Upstream } from "./upstream.js";
import { Passage } from "../links/passage.js";

/** A refused client may finish reading its answer before the connection goes. */
const refusedLingerMs = 5000;

export class ClientConnection {
  readonly #client: Socket;
  /** The PoP it landed at. */
  readonly door: PopDoor;
  readonly #identity: ClientIdentity;
  readonly #requestHeads = new RequestHeads();
  readonly #responseHeads = new ResponseHeads();
  readonly #headWriter: HeadWriter;
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
    this.#headWriter = new HeadWriter(this.#identity);
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
    const head = this.#requestHeads.read(bytes.toString("latin1", 0, end));
    const route = this.door.route(head.fields.host);
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
    const text = this.#headWriter.write(head, origin.lines);
    const mayRepeat = upstream === before && isRepeatable(head);
    this.#exchange = new Exchange(head, origin.generation, mayRepeat ? { text, host: head.fields.host } : undefined);
    this.door.onRequest(origin.generation, 1);
    upstream.socket.write(text, "latin1");
  }

  #upstreamTo(origin: Origin): Upstream {
    const nowMs = Date.now();
    const current = this.#upstream;
    if (current !== undefined && canCarry(current, origin, nowMs)) return current;
    this.#dropUpstream();
    const upstream: Upstream = openUpstream(origin, this.#identity.address, nowMs, (chunk) => this.#fromUpstream(upstream, chunk));
    const { socket } = upstream;
    this.#upstream = upstream;
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
    while (exchange.response === undefined && at < chunk.length) at = exchange.readResponseHead(this.#responseHeads, chunk, at);
    this.#isTunnel = exchange.isUpgraded;
    if (exchange.response !== undefined && !this.#isTunnel) {
      exchange.response.consume(chunk, at);
      this.#finishIfOver();
    }
  }

  #finishIfOver(): void {
    const exchange = this.#exchange;
    if (exchange?.isOver !== true) return;
    this.#endExchange();
    if (exchange.isLast) {
      this.#dropUpstream();
      this.#outbound.after(() => this.#client.end());
      return;
    }
    if (exchange.spoilsConnection) this.#dropUpstream();
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
    if (exchange?.again !== undefined && exchange.isUnanswered && this.#repeat(exchange, exchange.again)) return;
    // All of the answer is out: what the client still sends of its request is read and dropped, and its connection lives on.
    if (exchange?.response?.isDone === true) return;
    // A response without a length, and a tunnel, end with their connection; anything else that ends now was cut off.
    const isOver = this.#isTunnel || exchange?.endsWithConnection === true;
    this.#outbound.after(() => (isOver ? this.#client.end() : this.#client.resetAndDestroy()));
  }

  /** Sends a request again whose connection the engine closed just as it was sent. @returns false when nothing serves it */
  #repeat(exchange: Exchange, again: Repetition): boolean {
    const route = this.door.route(again.host);
    if (route.kind === "none" || route.origin.generation !== exchange.generation) return false;
    exchange.again = undefined;
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

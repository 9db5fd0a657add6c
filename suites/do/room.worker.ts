// The object with WebSockets: it does what a message or a call tells it, and remembers on storage what its handlers saw.
import { DurableObject } from "cloudflare:workers";

interface Seen {
  readonly event: "close" | "error";
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** More than any check looks at. */
const mostRemembered = 100;

export class Room extends DurableObject {
  readonly #nonce = crypto.randomUUID();
  readonly #bornAtMs = Date.now();
  #handled = 0;
  readonly #kept: unknown[] = [];

  override async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    if (searchParams.has("standard")) this.#standard(server);
    else this.ctx.acceptWebSocket(server, searchParams.getAll("tag"));
    const attachment = searchParams.get("attachment");
    if (attachment !== null) server.serializeAttachment(attachment);
    if (searchParams.has("greet")) server.send("welcome");
    return new Response(null, { status: 101, webSocket: client });
  }

  #standard(server: WebSocket): void {
    server.accept();
    server.addEventListener("message", ({ data }) => void this.#answer(server, data));
  }

  override async webSocketMessage(ws: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#handled++;
    await this.#answer(ws, message);
  }

  async #answer(ws: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (typeof message !== "string" || !message.startsWith("/")) {
      ws.send(message);
      return;
    }
    const [, command = "", rest = ""] = /^\/(\S+) ?(.*)$/s.exec(message) ?? [];
    switch (command) {
      case "nonce":
        return ws.send(this.#nonce);
      case "attach":
        return ws.serializeAttachment(JSON.parse(rest));
      case "attachment":
        return ws.send(JSON.stringify({ attachment: ws.deserializeAttachment() as unknown }));
      case "tags":
        return ws.send(JSON.stringify(this.ctx.getTags(ws)));
      case "tell": {
        const [, tag = "", text = ""] = /^(\S*) ?(.*)$/.exec(rest) ?? [];
        for (const other of tag === "" ? this.ctx.getWebSockets() : this.ctx.getWebSockets(tag)) other.send(text);
        return;
      }
      case "size":
        return ws.send(`${rest.length}`);
      case "give":
        return ws.send("g".repeat(Number(rest)));
      case "kind":
        return ws.send(typeof message);
      case "leave":
        return ws.close(4321, "that is all");
      case "throw":
        throw new RangeError("the handler failed as asked");
      default:
        return ws.send(`no command ${command}`);
    }
  }

  override async webSocketClose(ws: WebSocket, code: number, reason: string, wasClean: boolean): Promise<void> {
    await this.#remember({ event: "close", code, reason, wasClean });
    // A runtime may have answered the close already, and 1006 cannot be sent.
    if (code !== 1006 && code !== 1005) ws.close(code, reason);
  }

  override async webSocketError(_ws: WebSocket, error: unknown): Promise<void> {
    await this.#remember({ event: "error", code: 0, reason: String(error), wasClean: false });
  }

  async #remember(seen: Seen): Promise<void> {
    const before = await this.seen();
    // Tens of thousands of sockets may close at once: writing a longer list for each would keep the whole PoP busy for a minute.
    if (before.length < mostRemembered) await this.ctx.storage.put("seen", [...before, seen]);
  }

  async seen(): Promise<readonly Seen[]> {
    return (await this.ctx.storage.get<Seen[]>("seen")) ?? [];
  }

  nonce(): string {
    return this.#nonce;
  }

  ageMs(): number {
    return Date.now() - this.#bornAtMs;
  }

  /** Messages that its handler got in this life. */
  handled(): number {
    return this.#handled;
  }

  count(tag?: string): number {
    return (tag === undefined ? this.ctx.getWebSockets() : this.ctx.getWebSockets(tag)).length;
  }

  automatic(request: string, response: string): void {
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(request, response));
  }

  notAutomatic(): void {
    this.ctx.setWebSocketAutoResponse();
  }

  automaticPair(): { request: string; response: string } | null {
    const pair = this.ctx.getWebSocketAutoResponse();
    return pair === null ? null : { request: pair.request, response: pair.response };
  }

  /** How long ago each socket was last answered automatically, ms. */
  automaticAges(): (number | null)[] {
    return this.ctx.getWebSockets().map((ws) => {
      const at = this.ctx.getWebSocketAutoResponseTimestamp(ws);
      return at === null ? null : Date.now() - at.getTime();
    });
  }

  /** What each act gives: "done", or the name of the error it throws. */
  attempt(act: "accept" | "accept-twice" | "accept-accepted" | "attach" | "automatic" | "event-timeout", ...figures: readonly (number | string)[]): string {
    try {
      this.#act(act, figures);
      return "done";
    } catch (error) {
      return error instanceof Error ? error.name : typeof error;
    }
  }

  #act(act: string, [first = 0, second = 0]: readonly (number | string)[]): void {
    const [, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    switch (act) {
      case "accept":
        this.ctx.acceptWebSocket(server, Array.from({ length: Number(first) }, (_, index) => String(index).padEnd(Number(second), "t")));
        return;
      case "accept-twice":
        this.ctx.acceptWebSocket(server);
        this.ctx.acceptWebSocket(server);
        return;
      case "accept-accepted":
        server.accept();
        this.ctx.acceptWebSocket(server);
        return;
      case "attach":
        this.ctx.acceptWebSocket(server);
        server.serializeAttachment("a".repeat(Number(first)));
        return;
      case "automatic":
        this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("q".repeat(Number(first)), "r".repeat(Number(second))));
        return;
      case "event-timeout":
        this.ctx.setHibernatableWebSocketEventTimeout(Number(first));
    }
  }

  /** Accepts sockets that nobody holds the other end of. @returns how many were taken, and the name of the error that ended it */
  acceptMany(count: number): { accepted: number; error: string | null } {
    for (let accepted = 0; accepted < count; accepted++) {
      const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
      try {
        this.ctx.acceptWebSocket(server);
      } catch (error) {
        return { accepted, error: error instanceof Error ? error.name : typeof error };
      }
      this.#kept.push(client);
    }
    return { accepted: count, error: null };
  }

  /** Ends the object with all that it holds, at once. */
  abort(): void {
    this.ctx.abort("as asked");
  }

  eventTimeout(): number | null {
    return this.ctx.getHibernatableWebSocketEventTimeout();
  }

  /** A timer that is still to come keeps an object from being put to rest. */
  setTimer(afterMs: number): void {
    this.#kept.push(setTimeout(() => undefined, afterMs));
  }

  /** An event that lasts: what it is busy with is a timer. */
  async busy(durationMs: number): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    return this.#nonce;
  }
}

// The ingress in front of real sockets: requests move between processes without loss, and a dead PoP resets its clients.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, Agent, type RequestListener, type Server } from "node:http";
import { connect, createServer as createPlainServer, type AddressInfo, type Socket } from "node:net";
import { Path } from "../links/path.js";
import { placesOf } from "../topology.js";
import type { PopDoor, Route } from "./door.js";
import { listen, type Listener } from "./listener.js";

const [place] = placesOf(1);

interface Bench {
  readonly listener: Listener;
  readonly active: Map<number, number>;
  route: Route;
}

async function serve(handler: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

async function bench(route: Route, expect?: PopDoor["expect"]): Promise<Bench> {
  assert.ok(place);
  const active = new Map<number, number>();
  const state = { route };
  const door: PopDoor = { place, fromClients: new Path(Math.random), toClients: new Path(Math.random), route: () => state.route, onRequest: (generation, change) => active.set(generation, (active.get(generation) ?? 0) + change), ...(expect === undefined ? {} : { expect }) };
  const listener = await listen({ host: "127.0.0.1", port: 0, choose: () => door });
  return {
    listener,
    active,
    get route() {
      return state.route;
    },
    set route(next) {
      state.route = next;
    },
  };
}

function send(port: number, agent: Agent, options: { method?: string; path?: string; body?: string; headers?: Record<string, string> } = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: "127.0.0.1", port, agent, method: options.method ?? "GET", path: options.path ?? "/", headers: { host: "a", ...options.headers } }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(options.body);
  });
}

/** Reads from a raw socket until the text has come. */
async function readUntil(socket: Socket, wanted: string): Promise<string> {
  let text = "";
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes(wanted)) return text;
  }
  return text;
}

describe("a connection at the ingress", () => {
  const open: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  async function set(handler: RequestListener): Promise<{ bench: Bench; agent: Agent; origin: { server: Server; port: number } }> {
    const origin = await serve(handler);
    open.push(() => origin.server.close());
    open.push(() => origin.server.closeAllConnections());
    const made = await bench({ kind: "origin", origin: { port: origin.port, generation: 1 } });
    open.push(() => made.listener.shut());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    open.push(() => agent.destroy());
    return { bench: made, agent, origin };
  }

  it("passes bodies of every framing both ways, one after the other on one connection", async () => {
    const { bench: made, agent } = await set((incoming, outgoing) => {
      if (incoming.url === "/length") outgoing.setHeader("content-length", "5");
      if (incoming.method === "HEAD") return void outgoing.end();
      let body = "";
      incoming.on("data", (chunk) => (body += String(chunk)));
      incoming.on("end", () => outgoing.end(incoming.url === "/length" ? "12345" : `${incoming.method} ${body}`));
    });

    assert.deepEqual(await send(made.listener.port, agent), { status: 200, body: "GET " });
    assert.deepEqual(await send(made.listener.port, agent, { path: "/length" }), { status: 200, body: "12345" });
    assert.deepEqual(await send(made.listener.port, agent, { method: "POST", body: "x".repeat(200_000) }), { status: 200, body: `POST ${"x".repeat(200_000)}` });
    assert.deepEqual(await send(made.listener.port, agent, { method: "POST", body: "chunks", headers: { "transfer-encoding": "chunked" } }), { status: 200, body: "POST chunks" });
    assert.deepEqual(await send(made.listener.port, agent, { method: "HEAD", path: "/length" }), { status: 200, body: "" });
    assert.equal(made.active.get(1), 0);
  });

  it("says for whom a request will be before its head is complete, once", async () => {
    const { origin } = await set((_incoming, outgoing) => outgoing.end("here"));
    const told: string[] = [];
    let heard: () => void = () => undefined;
    const made = await bench({ kind: "origin", origin: { port: origin.port, generation: 1 } }, (headBegin) => {
      told.push(headBegin);
      heard();
      return /host:.*\r\n/.test(headBegin);
    });
    open.push(() => made.listener.shut());
    const socket = connect(made.listener.port, "127.0.0.1");
    open.push(() => socket.destroy());
    const write = async (text: string): Promise<void> => {
      const isHeard = new Promise<void>((resolve) => (heard = resolve));
      socket.write(text);
      await isHeard;
    };

    await write("GET / HTTP/1.1\r\n");
    await write("host: a\r\n");
    const isAnswered = once(socket, "data");
    socket.write("accept: */*\r\n\r\n");
    await isAnswered;
    await write("GET /again HTTP/1.1\r\nhost: a\r\n");
    socket.write("\r\n");
    await once(socket, "data");

    assert.deepEqual(told, ["GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nhost: a\r\n", "GET /again HTTP/1.1\r\nhost: a\r\n"]);
  });

  it("moves to the next process between two requests of one connection", async () => {
    const { bench: made, agent } = await set((_incoming, outgoing) => outgoing.end("old"));
    const next = await serve((_incoming, outgoing) => outgoing.end("new"));
    open.push(() => next.server.close(), () => next.server.closeAllConnections());

    const before = await send(made.listener.port, agent);
    made.route = { kind: "origin", origin: { port: next.port, generation: 2 } };
    const after = await send(made.listener.port, agent);

    assert.equal(before.body, "old");
    assert.equal(after.body, "new");
    assert.equal(made.listener.connections.size, 1);
  });

  it("answers pipelined requests in order", async () => {
    const { bench: made } = await set((incoming, outgoing) => void setImmediate(() => outgoing.end(`<${incoming.url}>`)));
    const socket = connect(made.listener.port, "127.0.0.1");
    open.push(() => socket.destroy());

    socket.write(["/1", "/2", "/3"].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    const text = await readUntil(socket, "</3>");

    assert.deepEqual(text.match(/<[^>]+>/g), ["</1>", "</2>", "</3>"]);
  });

  it("resets its client when the process dies in the middle of an answer", async () => {
    const { bench: made, agent, origin } = await set((_incoming, outgoing) => {
      outgoing.writeHead(200, { "content-length": "100" });
      outgoing.write("half");
      setImmediate(() => origin.server.closeAllConnections());
    });

    await assert.rejects(send(made.listener.port, agent), /aborted|reset|hang up/i);
  });

  it("refuses an ambiguous request and never shows it to a worker", async () => {
    let seen = 0;
    const { bench: made } = await set((_incoming, outgoing) => {
      seen++;
      outgoing.end();
    });
    const socket = connect(made.listener.port, "127.0.0.1");
    open.push(() => socket.destroy());

    socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    const text = await readUntil(socket, "never");

    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.equal(text.match(/HTTP\/1\.1/g)?.length, 1);
    assert.equal(seen, 0);
  });

  it("sends a request again whose connection was closed just as it was used", async () => {
    let requests = 0;
    const { bench: made, agent } = await set((incoming, outgoing) => {
      requests++;
      // The second request on a connection meets its end, as when an idle connection is closed from the other side.
      if (requests === 2) incoming.socket.destroy();
      else outgoing.end(`answer ${requests}`);
    });

    assert.equal((await send(made.listener.port, agent)).body, "answer 1");
    assert.equal((await send(made.listener.port, agent)).body, "answer 3");
    await assert.rejects(async () => {
      requests = 1;
      await send(made.listener.port, agent, { method: "POST", body: "once only" });
    });
  });

  it("gives an answer that came early to a client that is still sending, and goes on with it", async () => {
    const { bench: made } = await set((incoming, outgoing) => {
      outgoing.end("early", () => incoming.socket.destroy());
    });
    const socket = connect(made.listener.port, "127.0.0.1");
    open.push(() => socket.destroy());
    let text = "";
    socket.on("data", (chunk) => (text += String(chunk)));
    const seen = async (wanted: RegExp): Promise<void> => {
      while (!wanted.test(text)) await once(socket, "data");
    };

    socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n0123456789");
    await seen(/early/);
    text = "";
    socket.write("0123456789GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await seen(/early/);

    assert.match(text, /^HTTP\/1\.1 200 /);
  });

  it("says which hosts there are when none is deployed for this one", async () => {
    const { bench: made, agent } = await set((_incoming, outgoing) => outgoing.end());
    made.route = { kind: "none", reason: "no deployment answers" };

    const answer = await send(made.listener.port, agent);

    assert.equal(answer.status, 404);
    assert.match(answer.body, /no deployment answers/);
  });

  it("tells the worker's process when a client goes away", async () => {
    let gone: () => void = () => undefined;
    const wentAway = new Promise<void>((resolve) => (gone = resolve));
    let started: () => void = () => undefined;
    const hasStarted = new Promise<void>((resolve) => (started = resolve));
    const { bench: made } = await set((incoming) => {
      incoming.on("close", gone);
      started();
    });
    const socket = connect(made.listener.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await hasStarted;

    socket.destroy();

    await wentAway;
  });

  it("tells it with a reset, which no engine takes for a client that still listens", async () => {
    let ended: (how: unknown) => void = () => undefined;
    const ending = new Promise((resolve) => (ended = resolve));
    let started: () => void = () => undefined;
    const hasStarted = new Promise<void>((resolve) => (started = resolve));
    // A plain socket: an HTTP server reports a mere end as a reset too.
    const origin = createPlainServer((incoming) => {
      incoming.on("data", () => started());
      incoming.on("end", () => ended("a mere end"));
      incoming.on("error", (error) => ended("code" in error ? error.code : error));
    });
    origin.listen(0, "127.0.0.1");
    await once(origin, "listening");
    open.push(() => origin.close());
    const made = await bench({ kind: "origin", origin: { port: (origin.address() as AddressInfo).port, generation: 1 } });
    open.push(() => made.listener.shut());
    const socket = connect(made.listener.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await hasStarted;

    socket.destroy();

    assert.equal(await ending, "ECONNRESET");
  });

  it("ends the connection after the answer when its client asks for that", async () => {
    const { bench: made } = await set((_incoming, outgoing) => outgoing.end("last"));
    const socket = connect(made.listener.port, "127.0.0.1");
    open.push(() => socket.destroy());

    socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const text = await readUntil(socket, "never");

    assert.match(text, /^HTTP\/1\.1 200 [^]*last/);
  });
});

// The driver on real sockets: each way a connection can end is told by its name. No gate on time: the machine's noise
// is not this test's business.
import assert from "node:assert/strict";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { mostAtOnce } from "./at-once.fixture.js";
import { longestGap } from "./gap.js";
import { runOpenLoop, type OpenLoopOptions } from "./open-loop.js";
import type { OpenLoopResult } from "./result.js";

const base = { host: "worker.test", path: "/", ratePerSecond: 200, arrivals: "uniform", durationMs: 200, seed: 1, timeoutMs: 5_000, connections: { max: 200 } } as const;

async function listening(server: Server): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is always of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function load(server: Server, options: Partial<OpenLoopOptions> = {}): Promise<OpenLoopResult> {
  const { url, close } = await listening(server);
  try {
    return await runOpenLoop({ ...base, url, ...options });
  } finally {
    await close();
  }
}

const http = (listener: RequestListener): Server => createHttpServer(listener);
const raw = (listener: (socket: Socket) => void): Server => createServer(listener);

describe("open loop over HTTP", () => {
  it("sends every request on kept-alive connections and says who answered", async () => {
    const seen = new Set<string>();
    const server = http((request, response) => {
      seen.add(`${request.method} ${request.url} ${request.headers.host}`);
      response.setHeader("x-pop", "a").end("hello");
    });
    const result = await load(server, { path: "/x?y=1", connections: { max: 200, warm: 2 }, classify: (answer) => answer.header("x-pop") });
    assert.deepEqual([...seen], ["GET /x?y=1 worker.test"]);
    assert.equal(result.counts.ok, 40);
    assert.equal(result.intended, 40);
    assert.deepEqual(result.answersByTag, { a: 40 });
    // A machine that stands still has many requests to send when it goes on.
    assert.ok(result.connectionsOpened <= mostAtOnce(result.log) + 2, `${result.connectionsOpened} connections`);
    assert.equal(result.latency.n, 40);
    assert.ok(result.latency.percentileMs(50) >= result.service.percentileMs(50));
    assert.deepEqual(longestGap(result.log)?.answersByTag, { a: 40 });
  });

  it("opens a connection for each request when asked to, from the address it is given", async () => {
    const addresses = new Set<string | undefined>();
    const server = http((request, response) => {
      addresses.add(request.socket.remoteAddress);
      response.end(JSON.stringify({ pop: "b", connection: request.headers.connection }));
    });
    // The worker's own answer names the PoP: JSON of a fixture.
    const classify = (answer: { readonly body: string }): string => (JSON.parse(answer.body) as { pop: string }).pop;
    const result = await load(server, { newConnectionPerRequest: true, localAddress: "127.0.0.2", classify });
    assert.equal(result.counts.ok, 40);
    assert.equal(result.connectionsOpened, 40);
    assert.deepEqual([...addresses], ["127.0.0.2"]);
    assert.deepEqual(result.answersByTag, { b: 40 });
  });

  const endings: readonly { readonly outcome: keyof OpenLoopResult["counts"]; readonly title: string; readonly server: () => Server; readonly options?: Partial<OpenLoopOptions> }[] = [
    { outcome: "status", title: "an error status", server: () => http((_, response) => response.writeHead(503).end("no")) },
    { outcome: "reset", title: "a connection that breaks before the answer", server: () => raw((socket) => socket.once("data", () => socket.resetAndDestroy())) },
    { outcome: "reset", title: "an answer that is cut off", server: () => raw((socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhel"))) },
    { outcome: "malformed", title: "an answer that is not HTTP", server: () => raw((socket) => socket.once("data", () => socket.write("SSH-2.0\r\n\r\n"))) },
    { outcome: "timeout", title: "an answer that never comes", server: () => raw((socket) => socket.resume()), options: { timeoutMs: 100 } },
    { outcome: "timeout", title: "an answer that never ends", server: () => raw((socket) => socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"))), options: { timeoutMs: 100 } },
    { outcome: "malformed", title: "an answer that the caller cannot read", server: () => http((_, response) => response.end("<html>")), options: { classify: ({ body }) => String(JSON.parse(body)) } },
    { outcome: "saturated", title: "no connection left", server: () => raw((socket) => socket.resume()), options: { timeoutMs: 100, connections: { max: 0 } } },
  ];
  for (const { outcome, title, server, options } of endings) {
    it(`${outcome}: ${title}`, async () => {
      const { log } = await load(server(), options);
      // What is due while the machine stands still is given up unsent when it goes on too late.
      const { timeoutMs } = { ...base, ...options };
      const [late, sent] = [[...log].filter(({ lagMs }) => lagMs >= timeoutMs), [...log].filter(({ lagMs }) => lagMs < timeoutMs)];
      assert.equal(log.length, 40);
      assert.deepEqual(new Set(sent.map((one) => one.outcome)), new Set([outcome]));
      assert.deepEqual(late.filter((one) => one.outcome !== "saturated"), []);
    });
  }

  it("refused: nobody listens any more", async () => {
    const { url, close } = await listening(http(() => undefined));
    await close();
    const { counts, latency } = await runOpenLoop({ ...base, url });
    assert.equal(counts.refused, 40);
    assert.equal(latency.n, 0);
  });

  it("goes on after a server closed its idle connections", async () => {
    const server = http((_, response) => response.setHeader("connection", "close").end("bye"));
    const result = await load(server);
    assert.equal(result.counts.ok, 40);
    assert.equal(result.connectionsOpened >= 40, true);
  });

  it("ends at once when it is aborted", async () => {
    const controller = new AbortController();
    const server = http(() => controller.abort());
    const result = await load(server, { signal: controller.signal, durationMs: 3_600_000, ratePerSecond: 10 });
    assert.match(result.void ?? "", /^aborted/);
    assert.ok(result.log.length < 100);
  });

  it("refuses what cannot be sent as it is", async () => {
    for (const bad of [{ url: "ftp://x" }, { url: "nonsense" }, { path: "x" }, { path: "/a b" }, { host: "a\r\nx: y" }]) {
      await assert.rejects(runOpenLoop({ ...base, url: "http://127.0.0.1:1", ...bad }), /expected an http or https URL/);
    }
  });
});

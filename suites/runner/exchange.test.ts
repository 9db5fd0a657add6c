// The exchange against servers that misbehave: it ends by its deadline with an answer or a failure that shows what came.
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { ExchangeRequest, ExchangeResponse } from "../check.js";
import { exchange, ExchangeFailure, openPool } from "./exchange.js";
import { startStub, type StubOptions } from "./stub.fixture.js";

const never = new AbortController().signal;

async function exchanged(options: StubOptions, request: Partial<ExchangeRequest> = {}, signal = never): Promise<ExchangeResponse> {
  const stub = await startStub(options);
  const pool = openPool();
  try {
    const endpoint = { url: `http://127.0.0.1:${stub.port}`, host: "hello.test" };
    return await exchange(pool, endpoint, { path: "/", deadlineMs: 5_000, ...request }, signal);
  } finally {
    pool.close();
    await stub.close();
  }
}

async function failureOf(exchanging: Promise<unknown>): Promise<ExchangeFailure> {
  const thrown = await exchanging.then(() => undefined, (error: unknown) => error);
  assert.ok(thrown instanceof ExchangeFailure, `an ExchangeFailure expected; ${String(thrown)} came`);
  return thrown;
}

function raw(answer: string): StubOptions {
  return { onConnection: (socket) => void socket.once("data", () => socket.end(answer, "latin1")) };
}

describe("an exchange", () => {
  it("sends the Host, the method, headers and the body, and gives the answer as it came", async () => {
    const response = await exchanged(
      {
        onRequest: (request, response) => {
          response.writeHead(302, [["Location", "/elsewhere"], ["X-Twice", "a"], ["X-Twice", "b"], ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]].flat());
          request.on("data", (chunk: Buffer) => response.write(`${request.method} ${request.headers.host} ${String(request.headers["x-one"])} ${chunk.toString()}`));
          request.on("end", () => response.end());
        },
      },
      { method: "PUT", headers: { "X-One": "1" }, body: "body" },
    );

    assert.equal(response.status, 302);
    assert.equal(response.text, "PUT hello.test 1 body");
    assert.equal(response.headers["location"], "/elsewhere");
    assert.equal(response.headers["x-twice"], "a, b");
    assert.deepEqual(response.setCookie, ["a=1", "b=2"]);
  });

  it("leaves compressed bytes as they are", async () => {
    const bytes = gzipSync("compressed");

    const response = await exchanged({ onRequest: (_, response) => response.setHeader("content-encoding", "gzip").end(bytes) });

    assert.deepEqual(Buffer.from(response.bytes), bytes);
  });

  it("replaces invalid UTF-8", async () => {
    const response = await exchanged({ onRequest: (_, response) => response.end(Buffer.from([0x61, 0xff, 0xfe, 0x62])) });

    assert.equal(response.text, "a\ufffd\ufffdb");
    assert.deepEqual([...response.bytes], [0x61, 0xff, 0xfe, 0x62]);
  });

  it("fails a body without an end at its limit, not at its memory's", async () => {
    const endless: StubOptions = {
      onRequest: (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(16_384, "x")));
          response.once("drain", more);
        };
        more();
      },
    };

    const failure = await failureOf(exchanged(endless, { maxBodyBytes: 100_000 }));

    assert.match(failure.message, /at most 100000 bytes expected; more came/);
  });

  it("fails a body that trickles at its deadline", async () => {
    const trickle: StubOptions = {
      onConnection(socket: Socket) {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        const timer = setInterval(() => socket.write("x"), 5);
        socket.on("close", () => clearInterval(timer));
      },
    };

    const failure = await failureOf(exchanged(trickle, { deadlineMs: 100 }));

    assert.match(failure.message, /no complete answer within 100 ms: status 200 and \d+ bytes/);
  });

  it("fails headers that trickle at its deadline", async () => {
    const trickle: StubOptions = {
      onConnection(socket: Socket) {
        socket.write("HTTP/1.1 200 OK\r\n");
        const timer = setInterval(() => socket.write("x-a: b\r\n"), 5);
        socket.on("close", () => clearInterval(timer));
      },
    };

    const failure = await failureOf(exchanged(trickle, { deadlineMs: 100 }));

    assert.match(failure.message, /no complete answer within 100 ms: not even a status line came/);
  });

  it("fails a server that says nothing at its deadline", async () => {
    const failure = await failureOf(exchanged({ onRequest: () => undefined }, { deadlineMs: 50 }));

    assert.match(failure.message, /no complete answer within 50 ms/);
  });

  it("fails headers over 64 kB", async () => {
    const failure = await failureOf(exchanged(raw(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}\r\n\r\n`)));

    assert.match(failure.message, /headers of at most 65536 bytes expected/);
  });

  it("takes headers of 50 kB", async () => {
    const response = await exchanged({ onRequest: (_, response) => response.setHeader("x-big", "y".repeat(50_000)).end("ok") });

    assert.equal(response.text, "ok");
  });

  it("fails an answer that is not HTTP", async () => {
    const failure = await failureOf(exchanged(raw("hello there\r\n\r\n")));

    assert.match(failure.message, /an HTTP\/1\.1 answer expected/);
  });

  it("calls a reset before an answer a crash", async () => {
    const failure = await failureOf(exchanged({ onRequest: (request) => request.socket.resetAndDestroy() }));

    assert.match(failure.message, /^crashed: the connection broke before an answer \(ECONNRESET/);
  });

  it("calls a reset in the middle of a body a crash", async () => {
    const failure = await failureOf(
      exchanged({
        onRequest: (request, response) => {
          response.setHeader("content-length", 100);
          response.write("half", () => request.socket.resetAndDestroy());
        },
      }),
    );

    assert.match(failure.message, /^crashed: the connection broke (before an answer|in the middle of the answer)/);
  });

  it("calls a refused connection a crash", async () => {
    const stub = await startStub();
    await stub.close();
    const pool = openPool();

    const failure = await failureOf(exchange(pool, { url: `http://127.0.0.1:${stub.port}`, host: "a" }, { path: "/" }, never));

    pool.close();
    assert.match(failure.message, /^crashed: .*ECONNREFUSED/);
  });

  it("shows an answer that is not JSON, without its secrets and without control characters", async () => {
    const response = await exchanged(
      { onRequest: (_, response) => response.setHeader("set-cookie", "session=topsecret").end("<script>\u001b[31m\u202e") },
      { headers: { Authorization: "Bearer topsecret", Cookie: "topsecret" }, path: "/page" },
    );

    const failure = await failureOf(Promise.resolve().then(() => response.json()));

    assert.match(failure.message, /a JSON body expected; <script>\\u\{1b\}\[31m\\u\{202e\} came/);
    assert.match(failure.evidence, /GET \/page/);
    assert.match(failure.evidence, /HTTP 200 OK/);
    assert.ok(!failure.evidence.includes("topsecret"), failure.evidence);
    assert.ok(!failure.evidence.includes("\u001b"));
  });

  it("ends at once when its check is over", async () => {
    const ending = new AbortController();
    const exchanging = failureOf(exchanged({ onRequest: () => ending.abort() }, {}, ending.signal));

    assert.match((await exchanging).message, /the check was over/);
  });

  it("throws the check's own mistake as it is", async () => {
    await assert.rejects(exchanged({}, { headers: { "bad name": "x" } }), { code: "ERR_INVALID_HTTP_TOKEN" });
  });
});

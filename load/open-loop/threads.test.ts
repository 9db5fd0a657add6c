// Several threads are one run: the same requests, the same counts, the same histogram.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { EdgemarkError } from "../../contract/errors.js";
import { mostAtOnce } from "./at-once.fixture.js";
import { classesOf } from "./classes.js";
import { LatencyHistogram } from "./histogram.js";
import { runOpenLoop, type OpenLoopOptions } from "./open-loop.js";
import { RequestLog, type LogColumns } from "./request-log.js";
import type { OpenLoopResult } from "./result.js";
import { createSchedule, partOf } from "./schedule.js";

const base = { host: "worker.test", path: "/", ratePerSecond: 200, arrivals: "poisson", durationMs: 300, seed: 1, timeoutMs: 5_000, connections: { max: 200 } } as const;

async function load(protocol: "http" | "ws", options: Partial<OpenLoopOptions> = {}): Promise<OpenLoopResult> {
  let answered = 0;
  const server = createServer((_, response) => response.setHeader("x-pop", "a").setHeader("x-before", answered++).end("hello"));
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is always of this kind.
  const { port } = server.address() as AddressInfo;
  try {
    return await runOpenLoop({ ...base, url: `${protocol}://127.0.0.1:${port}`, ...options });
  } finally {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("open loop in threads", () => {
  it("sends the one schedule, whoever sends it", async () => {
    const result = await load("http", { threads: 2, classifyHeaders: { tag: "x-pop", isolate: "x-before" } });
    assert.deepEqual([result.intended, result.counts.ok], [60, 60]);
    const intended = createSchedule(base);
    for (const { intendedMs } of result.log) assert.equal(intendedMs, intended.next());
    assert.deepEqual(result.answersByTag, { a: 60 });
    const classes = classesOf(result.log).map(({ tag, isolate, outcome, latency }) => [tag, isolate, outcome, latency.n]);
    assert.deepEqual(classes, [["a", "warm", "ok", 59], ["a", "cold", "ok", 1]]);
  });

  for (const threads of [1, 2]) {
    it(`sends the warm-up before and does not count it, in ${threads} ${threads === 1 ? "thread" : "threads"}`, async () => {
      const result = await load("http", { threads, warmUpMs: 100, classifyHeaders: { tag: "x-before" } });
      assert.deepEqual([result.intended, result.counts.ok, result.log.length], [60, 60, 60]);
      // The server counts its answers: the first 20 were the warm-up's.
      const before = [...result.log].map(({ tag }) => Number(tag)).sort((a, b) => a - b);
      assert.deepEqual(before, Array.from({ length: 60 }, (_, index) => 20 + index));
    });
  }

  it("refuses a warm-up that would send nothing, in threads too", async () => {
    for (const threads of [1, 2]) {
      await assert.rejects(load("http", { threads, ratePerSecond: 10, warmUpMs: 100 }), (error: unknown) => error instanceof EdgemarkError && error.code === "usage.flag" && error.message.includes("10/s for 100 ms came"));
    }
  });

  it("has the schedule as the sum of its parts", () => {
    const times = (schedule: { next(): number | undefined }): number[] => {
      const all: number[] = [];
      for (let next = schedule.next(); next !== undefined; next = schedule.next()) all.push(next);
      return all;
    };
    const parts = [0, 1, 2].map((index) => partOf(createSchedule(base), index, 3));
    assert.equal(parts.reduce((sum, { count }) => sum + count, 0), 60);
    assert.deepEqual(parts.flatMap(times).sort((a, b) => a - b), times(createSchedule(base)));
  });

  it("merges logs request by request, and histograms exactly", () => {
    const columnsOf = (index: number): LogColumns => {
      const log = new RequestLog(1_000);
      for (let at = 0; at < 1_000; at++) {
        log.begin(at * 4 + index, at * 4 + index + 0.1);
        log.end(at, at * 4 + index + ((at * 7_919) % 70_000) / 1_000, at % 10 === 0 ? "status" : "ok", `pop-${index}`, at % 2 === 0 ? "cold" : "warm");
      }
      return log.columns();
    };
    const parts = [0, 1, 2, 3].map(columnsOf);
    const whole = RequestLog.merged(parts);
    assert.equal(whole.length, 4_000);
    const [fromWhole, fromParts] = [new LatencyHistogram(), new LatencyHistogram()];
    let before = -1;
    for (const { intendedMs, latencyMs, tag } of whole) {
      assert.ok(intendedMs > before && tag === `pop-${intendedMs % 4}`);
      before = intendedMs;
      fromWhole.recordMs(latencyMs);
    }
    for (const part of parts) {
      const one = new LatencyHistogram();
      for (const { latencyMs } of RequestLog.merged([part])) one.recordMs(latencyMs);
      fromParts.merge(LatencyHistogram.decode(one.encode()));
    }
    assert.deepEqual(fromParts.percentiles(), fromWhole.percentiles());
  });

  it("ends at once when it is aborted", async () => {
    const controller = new AbortController();
    const result = await load("http", { threads: 2, durationMs: 3_600_000, ratePerSecond: 10, signal: controller.signal, onBegin: () => controller.abort() });
    assert.match(result.void ?? "", /^aborted/);
  });
});

describe("open loop over WebSocket", () => {
  it("counts a message and its answer as a request, on connections that stay", async () => {
    const result = await load("ws", { message: "a", connections: { max: 200, warm: 2 }, classify: ({ body }) => body });
    assert.deepEqual([result.counts.ok, result.answersByTag], [60, { a: 60 }]);
    assert.ok(result.connectionsOpened <= mostAtOnce(result.log) + 2, `${result.connectionsOpened} connections`);
    assert.equal(result.latency.n, 60);
  });

  it("tells a server that refuses, and one that is not there", async () => {
    const server = createServer((_, response) => response.writeHead(403).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const refusing = await runOpenLoop({ ...base, url: `ws://127.0.0.1:${port}`, connections: { max: 200, warm: 0 } });
    await new Promise((resolve) => server.close(resolve));
    assert.ok(refusing.counts.reset + refusing.counts.status + refusing.counts.unreachable === 60, JSON.stringify(refusing.counts));
    const absent = await runOpenLoop({ ...base, url: `ws://127.0.0.1:${port}` });
    assert.equal(absent.counts.refused, 60);
  });
});

// Streaming, both ways. No check here guesses at time: a stream that would last a minute must begin within the check's
// time, or the next chunk is sent only after the previous one was seen on the other side.
import assert from "node:assert/strict";
import type { Check, CheckContext } from "../check.js";
import { gunzipped } from "./answers.js";
import { streamFixture } from "./fixtures.js";
import { openExchange, openWire, pathAt } from "../tools/wire.js";

const base = { level: "isolate", needs: ["workers"], fixture: streamFixture } as const;
const mebibyte = 1024 * 1024;

/**
 * How much may be under way between a worker that writes and a client that does not read: the buffers of both
 * sockets (some MiB each on Linux's loopback), of a proxy between them, and of the runtime.
 */
const underWayBytes = 32 * mebibyte;

interface Produced {
  readonly producedBytes: number;
  readonly ending: string;
}

async function produced({ fixture }: CheckContext, id: string): Promise<Produced> {
  const answer = (await fixture.request({ path: `/produced?id=${id}` })).json();
  const field = (name: string): unknown => (typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined);
  return { producedBytes: Number(field("producedBytes") ?? 0), ending: typeof field("ending") === "string" ? String(field("ending")) : "" };
}

/** Waits until a number no longer grows: the same for 15 probes in a row. */
async function settled(context: CheckContext, probe: () => Promise<number>, what: string): Promise<number> {
  let last = -1;
  let repeats = 0;
  return context.until(
    probe,
    (value) => {
      repeats = value === last && value > 0 ? repeats + 1 : 0;
      last = value;
      return repeats >= 15;
    },
    { deadlineMs: 12_000, intervalMs: 30, what },
  );
}

export const streamingChecks: readonly Check[] = [
  {
    ...base,
    id: "workers.streaming.response",
    promise: "what a worker streams reaches the client while the stream goes on",
    async run(context) {
      const exchange = openExchange(context.fixture.endpoint(), { path: "/ticks" }, context.signal);
      exchange.end();
      const answer = await exchange.answer();

      const text = await answer.until((received) => received.includes("tick 3\n"), "the third tick of a stream that lasts a minute");
      exchange.destroy();

      assert.match(text, /^tick 1\ntick 2\ntick 3\n/);
    },
  },
  {
    ...base,
    id: "workers.streaming.duplex",
    promise: "request and response stream at the same time: each chunk is answered before the next one is sent",
    async run(context) {
      const exchange = openExchange(context.fixture.endpoint(), { method: "POST", path: "/echo", headers: { "transfer-encoding": "chunked" } }, context.signal);
      exchange.write("one ");
      const answer = await exchange.answer();
      let text = await answer.until((received) => received.includes("ONE "), "the first chunk");

      for (const word of ["two ", "three "]) {
        exchange.write(word);
        text += await answer.until((received) => received.includes(word.toUpperCase()), `the chunk ${word}`);
      }
      exchange.end();
      text += (await answer.rest()).toString();

      assert.equal(text, "ONE TWO THREE ");
    },
  },
  {
    ...base,
    id: "workers.streaming.pass-through",
    promise: "a request body handed on as the response body passes through unchanged, 8 MiB of it",
    timeoutMs: 30_000,
    async run(context) {
      const body = new Uint8Array(8 * mebibyte);
      for (let index = 0; index < body.length; index++) body[index] = index * 31 + (index >> 10);

      const response = await context.fixture.request({ method: "POST", path: "/pass", body, deadlineMs: 25_000 });

      assert.ok(Buffer.from(response.bytes).equals(body), `the ${body.length} bytes that were sent expected; ${response.bytes.length} bytes came`);
    },
  },
  {
    ...base,
    id: "workers.streaming.response-backpressure",
    promise: "a worker that streams to a client that does not read is held back",
    timeoutMs: 30_000,
    async run(context) {
      const id = `flood-${context.unique}`;
      const limitBytes = 128 * mebibyte;
      const endpoint = context.fixture.endpoint();
      const wire = await openWire(endpoint, context.signal);
      wire.pause();
      wire.send(`GET ${pathAt(endpoint, `/flood?id=${id}&limitBytes=${limitBytes}`)} HTTP/1.1\r\nHost: ${endpoint.host}\r\n\r\n`);

      const heldAtBytes = await settled(context, async () => (await produced(context, id)).producedBytes, "a worker that is held back");
      wire.close();

      context.note(`held back after ${heldAtBytes} bytes`);
      assert.ok(heldAtBytes <= underWayBytes, `at most ${underWayBytes} bytes produced for a client that does not read expected; ${heldAtBytes} came`);
    },
  },
  {
    ...base,
    id: "workers.streaming.slow-reader",
    promise: "a worker that streams to a client that reads on goes on",
    timeoutMs: 30_000,
    async run(context) {
      const id = `slow-${context.unique}`;
      const limitBytes = 96 * mebibyte;
      const exchange = openExchange(context.fixture.endpoint(), { path: `/flood?id=${id}&limitBytes=${limitBytes}` }, context.signal);
      exchange.end();
      const answer = await exchange.answer();
      await settled(context, async () => (await produced(context, id)).producedBytes, "a worker that is held back");

      let readBytes = 0;
      while (readBytes < limitBytes / 2) readBytes += (await answer.next())?.length ?? Infinity;
      const atHalf = (await produced(context, id)).producedBytes;
      for (let part = await answer.next(); part !== undefined; part = await answer.next()) readBytes += part.length;

      assert.ok(atHalf - limitBytes / 2 <= underWayBytes, `at most ${underWayBytes} bytes ahead of the reader expected; ${atHalf - limitBytes / 2} came`);
      assert.equal(readBytes, limitBytes);
    },
  },
  {
    ...base,
    id: "workers.streaming.request-backpressure",
    promise: "a client that sends to a worker that does not read is held back",
    timeoutMs: 30_000,
    async run(context) {
      const endpoint = context.fixture.endpoint();
      const totalBytes = 96 * mebibyte;
      const wire = await openWire(endpoint, context.signal);
      wire.send(`POST ${pathAt(endpoint, "/unread")} HTTP/1.1\r\nHost: ${endpoint.host}\r\nContent-Length: ${totalBytes}\r\n\r\n`);
      for (let sent = 0; sent < totalBytes; sent += mebibyte) wire.send(new Uint8Array(mebibyte));

      const takenBytes = await settled(context, async () => wire.sentBytes(), "a client that is held back");
      wire.close();

      context.note(`held back after ${takenBytes} bytes`);
      assert.ok(takenBytes <= underWayBytes, `at most ${underWayBytes} bytes taken for a worker that does not read expected; ${takenBytes} were`);
    },
  },
  {
    ...base,
    id: "workers.streaming.response-cancellation",
    promise: "a worker's stream stops being produced when its client goes away",
    timeoutMs: 30_000,
    async run(context) {
      const id = `gone-${context.unique}`;
      const limitBytes = 512 * mebibyte;
      const exchange = openExchange(context.fixture.endpoint(), { path: `/flood?id=${id}&limitBytes=${limitBytes}` }, context.signal);
      exchange.end();
      const answer = await exchange.answer();
      await answer.next();

      exchange.destroy();
      const producedBytes = await settled(context, async () => (await produced(context, id)).producedBytes, "a stream that is no longer produced");

      assert.ok(producedBytes < limitBytes, `less than the whole ${limitBytes} bytes expected; ${producedBytes} were produced`);
    },
  },
  {
    ...base,
    id: "workers.streaming.request-signal",
    promise: "request.signal aborts when the client goes away",
    claims: ["WK-14"],
    async run(context) {
      const id = `signal-${context.unique}`;
      const exchange = openExchange(context.fixture.endpoint(), { path: `/signal?id=${id}` }, context.signal);
      exchange.end();
      await context.until(() => produced(context, id), ({ ending }) => ending === "waiting", { deadlineMs: 5_000, what: "a request that waits" });

      exchange.destroy();

      await context.until(() => produced(context, id), ({ ending }) => ending === "aborted", { deadlineMs: 8_000, what: "a request whose signal has aborted" });
    },
  },
  {
    ...base,
    id: "workers.streaming.early-answer",
    promise: "a worker that answers without reading the body gets its answer to the client",
    async run(context) {
      const response = await context.fixture.request({ method: "POST", path: "/early", body: new Uint8Array(64 * 1024) });
      const next = await context.fixture.request({ method: "POST", path: "/count", body: "12345" });

      assert.equal(response.text, "answered without reading");
      assert.deepEqual(next.json(), { sizeBytes: 5 });
    },
  },
  {
    ...base,
    id: "workers.streaming.tee",
    promise: "a request body can be read twice through tee",
    async run(context) {
      const response = await context.fixture.request({ method: "POST", path: "/tee", body: new Uint8Array(300_000) });

      assert.deepEqual(response.json(), { sizeLeft: 300_000, sizeRight: 300_000 });
    },
  },
  {
    ...base,
    id: "workers.streaming.compression",
    promise: "a stream that the worker compressed itself reaches the client as it is",
    async run(context) {
      const response = await context.fixture.request({ path: "/gzip" });

      assert.equal(gunzipped(response.bytes), "compressed by the worker itself");
    },
  },
  {
    ...base,
    id: "workers.streaming.broken-request",
    promise: "a client that breaks off in the middle of its body does not harm the next request",
    async run(context) {
      const endpoint = context.fixture.endpoint();
      const wire = await openWire(endpoint, context.signal);
      wire.send(`POST ${pathAt(endpoint, "/count")} HTTP/1.1\r\nHost: ${endpoint.host}\r\nContent-Length: 1000000\r\n\r\nonly this`);
      wire.close();

      const response = await context.fixture.request({ method: "POST", path: "/count", body: "12345" });

      assert.deepEqual(response.json(), { sizeBytes: 5 });
    },
  },
];

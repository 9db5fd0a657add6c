// WebSockets to a worker: the upgrade, text and binary messages, and how a connection ends.
import assert from "node:assert/strict";
import WebSocket from "ws";
import type { Check } from "../check.js";
import { websocketFixture } from "./fixtures.js";
import { connected, open } from "../tools/websocket-client.js";
import { pathAt } from "../tools/wire.js";

const base = { level: "isolate", needs: ["workers", "workers.websocket"], fixture: websocketFixture } as const;

export const websocketChecks: readonly Check[] = [
  {
    ...base,
    id: "workers.websocket.text",
    promise: "text messages are echoed, in order, whatever letters they hold",
    run: (context) =>
      connected(context, "/echo", async (client) => {
        const texts = ["one", "zwei ä", "", "😀".repeat(1_000)];
        for (const text of texts) client.send(text);

        const received = [await client.next(), await client.next(), await client.next(), await client.next()];

        assert.deepEqual(received, texts);
      }),
  },
  {
    ...base,
    id: "workers.websocket.binary",
    promise: "binary messages are echoed byte for byte, and stay binary",
    run: (context) =>
      connected(context, "/echo", async (client) => {
        const small = Uint8Array.from([0, 255, 1]);
        const large = Uint8Array.from({ length: 512 * 1024 }, (_, index) => index % 251);
        client.send(small);
        const first = await client.next();
        client.send(large);
        const second = await client.next();

        assert.deepEqual(first, small);
        assert.ok(second instanceof Uint8Array && Buffer.from(second).equals(large), "512 KiB as they were sent");
      }),
  },
  {
    ...base,
    id: "workers.websocket.greeting",
    promise: "a worker can send as soon as it has accepted",
    run: (context) => connected(context, "/greet", async (client) => { assert.equal(await client.next(), "welcome"); }),
  },
  {
    ...base,
    id: "workers.websocket.server-close",
    promise: "code and reason of the worker's close reach the client",
    async run(context) {
      const client = await open(context, "/echo");
      client.send("close 4321 that is all");

      assert.deepEqual(await client.closed, { code: 4321, reason: "that is all" });
    },
  },
  {
    ...base,
    id: "workers.websocket.client-close",
    promise: "code and reason of the client's close reach the worker, and the close is answered",
    async run(context) {
      const path = `/close-${context.unique}`;
      const client = await open(context, path);
      client.send("hello");
      await client.next();

      client.close(4004, "bye");
      const closing = await client.closed;
      const seen = await context.until(
        async () => (await context.fixture.request({ path: `/closes?path=${path}` })).json(),
        (value) => value !== null,
        { deadlineMs: 8_000, what: "the worker's close event" },
      );

      assert.deepEqual(seen, { code: 4004, reason: "bye", wasClean: true });
      assert.equal(closing.code, 4004);
    },
  },
  {
    ...base,
    id: "workers.websocket.lost-client",
    promise: "a worker is told when its client is gone without a close",
    async run(context) {
      const path = `/lost-${context.unique}`;
      const endpoint = context.fixture.endpoint();
      const url = new URL(endpoint.url);
      const socket = new WebSocket(`${url.protocol === "https:" ? "wss:" : "ws:"}//${url.host}${pathAt(endpoint, path)}`, { headers: { host: endpoint.host } });
      socket.on("error", () => undefined);
      await new Promise((resolve) => socket.once("open", resolve));

      socket.terminate();
      const seen = await context.until(
        async () => (await context.fixture.request({ path: `/closes?path=${path}` })).json(),
        (value) => value !== null,
        { deadlineMs: 8_000, what: "the worker's close event" },
      );

      assert.equal(typeof seen === "object" && seen !== null ? Reflect.get(seen, "code") : undefined, 1006);
    },
  },
  {
    ...base,
    id: "workers.websocket.subprotocol",
    promise: "the subprotocol that the worker chooses reaches the client",
    async run(context) {
      const client = await open(context, "/echo", { protocols: ["chat.v2", "chat.v1"] });
      client.close();

      assert.equal(client.protocol, "chat.v2");
    },
  },
  {
    ...base,
    id: "workers.websocket.refusal",
    promise: "a worker can refuse an upgrade with a plain answer",
    async run(context) {
      const response = await context.fixture.request({
        path: "/refuse",
        headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
      });

      assert.deepEqual([response.status, response.text], [403, "not you"]);
    },
  },
  {
    ...base,
    id: "workers.websocket.plain-request",
    promise: "a plain request to a WebSocket worker is a plain request",
    async run({ fixture }) {
      assert.equal((await fixture.request({ path: "/echo" })).status, 426);
    },
  },
  {
    ...base,
    id: "workers.websocket.listener-error",
    promise: "a listener that throws does not break other connections",
    async run(context) {
      await connected(context, "/echo", async (other) => {
        const client = await open(context, "/echo");
        client.send("throw");
        // The connection may end or go on; both are allowed, a crash of the worker is not.
        other.send("still here");

        assert.equal(await other.next(), "still here");
        client.close();
      });
    },
  },
  {
    ...base,
    id: "workers.websocket.concurrency",
    promise: "twenty connections at a time each get their own messages",
    async run(context) {
      const clients = await Promise.all(Array.from({ length: 20 }, () => open(context, "/echo")));
      clients.forEach((client, index) => { client.send(`for ${index}`); });

      const received = await Promise.all(clients.map((client) => client.next()));
      for (const client of clients) client.close();

      assert.deepEqual(received, clients.map((_, index) => `for ${index}`));
    },
  },
];

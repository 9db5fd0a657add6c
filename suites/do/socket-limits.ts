// Limits of WebSockets at an object, and many of them at once.
import assert from "node:assert/strict";
import type { Check } from "../check.js";
import { ask, roomCheck, roomChecks } from "./room.js";

/** What a runtime does by itself, when it must have happened at last. */
const marginMs = 8_000;

export const socketLimitChecks: readonly Check[] = [
  roomCheck({
    id: "do.websocket.tags.limit",
    promise: "a WebSocket takes as many tags as documented, one more is refused",
    claims: ["DO-45"],
    async run(context, room) {
      const most = context.limit("DO-45", "tags");

      assert.deepEqual([await room.call("attempt", "accept", most, 1), await room.call("attempt", "accept", most + 1, 1)], ["done", "Error"]);
    },
  }),
  roomCheck({
    id: "do.websocket.tag.limit",
    promise: "a tag is as long as documented, one letter more is refused",
    claims: ["DO-45"],
    async run(context, room) {
      const longest = context.limit("DO-45", "tagCharacters");

      assert.deepEqual([await room.call("attempt", "accept", 1, longest), await room.call("attempt", "accept", 1, longest + 1)], ["done", "Error"]);
    },
  }),
  roomCheck({
    id: "do.websocket.auto-response.limit",
    promise: "an automatic request and its response are as long as documented, one letter more of either is refused",
    claims: ["DO-46"],
    async run(context, room) {
      const longest = context.threshold("DO-46");
      const outcomes = [await room.call("attempt", "automatic", longest, longest), await room.call("attempt", "automatic", longest + 1, 1), await room.call("attempt", "automatic", 1, longest + 1)];

      assert.deepEqual(outcomes, ["done", "RangeError", "RangeError"]);
    },
  }),
  roomCheck({
    id: "do.websocket.event-timeout.limit",
    promise: "the timeout of hibernatable events is at most what is documented",
    claims: ["DO-47"],
    async run(context, room) {
      const longestMs = context.threshold("DO-47");
      const outcomes = [await room.call("attempt", "event-timeout", longestMs + 1), await room.call("attempt", "event-timeout", longestMs)];

      assert.deepEqual(outcomes, ["Error", "done"]);
      assert.equal(await room.call("eventTimeout"), longestMs);
    },
  }),
  roomCheck({
    id: "do.websocket.accept.once",
    promise: "a WebSocket that was accepted, in whichever way, cannot be accepted again",
    async run(_context, room) {
      assert.deepEqual([await room.call("attempt", "accept-twice"), await room.call("attempt", "accept-accepted")], ["Error", "Error"]);
    },
  }),
  roomCheck({
    id: "do.websocket.attachment.limit",
    promise: "an attachment of 2,000 letters is kept, one of 20,000 is refused",
    async run(_context, room) {
      assert.deepEqual([await room.call("attempt", "attach", 2_000), await room.call("attempt", "attach", 20_000)], ["done", "Error"]);
    },
  }),
  ...roomChecks({
    id: "do.websocket.message.large",
    promise: "messages of 1 MiB go to an object and come from it",
    async run(_context, room, pop) {
      const client = await room.enter(pop === undefined ? {} : { pop });

      assert.equal(await ask(client, `/size ${"s".repeat(1024 * 1024)}`), String(1024 * 1024));
      assert.equal((await ask(client, `/give ${1024 * 1024}`)).length, 1024 * 1024);
      client.close();
    },
  }),
  roomCheck({
    id: "do.websocket.message.limit",
    promise: "a message of the documented size is received, a larger one ends the connection",
    claims: ["DO-50"],
    profiles: ["full", "nightly"],
    timeoutMs: 60_000,
    async run(context, room) {
      const largestBytes = context.threshold("DO-50");
      const client = await room.enter();
      const command = "/size ";

      assert.equal(await ask(client, command + "s".repeat(largestBytes - command.length)), String(largestBytes - command.length));
      client.send(command + "s".repeat(largestBytes + 1 - command.length));
      await context.until(async () => client.isOpen(), (isOpen) => !isOpen, { deadlineMs: marginMs, what: "the end of the connection" });
      // Whether the other side also lets go of the socket is its own affair.
      client.terminate();
      const { code } = await client.closed;
      assert.ok(code === 1009 || code === 1006, `the end of the connection with 1009 or 1006; ${code} came`);
    },
  }),
  roomCheck({
    id: "do.websocket.count.limit",
    promise: "an object holds as many WebSockets as documented, one more is refused",
    claims: ["DO-44"],
    profiles: ["full", "nightly"],
    timeoutMs: 60_000,
    async run(context, room) {
      const most = context.threshold("DO-44");

      const found = await room.call("acceptMany", most + 1);
      // Left to rest, each of its sockets would end in an event of its own, and the PoP be busy with them for many seconds.
      await room.call("abort").catch(() => undefined);

      assert.deepEqual(found, { accepted: most, error: "Error" });
    },
  }),
  roomCheck({
    id: "do.websocket.many",
    promise: "a hundred sockets of one object each get their own messages",
    async run(_context, room) {
      const clients = await Promise.all(Array.from({ length: 100 }, () => room.enter()));
      clients.forEach((client, index) => client.send(`for ${index}`));

      const received = await Promise.all(clients.map((client) => client.next()));
      assert.equal(await room.call("count"), 100);
      for (const client of clients) client.close();

      assert.deepEqual(received, clients.map((_, index) => `for ${index}`));
    },
  }),
];

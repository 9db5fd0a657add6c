// WebSockets at an object, accepted so that it can be put to rest: messages, tags, attachments, automatic answers, ends.
import assert from "node:assert/strict";
import type { Check } from "../check.js";
import { ask, roomCheck, roomChecks } from "./room.js";

const at = (pop: string | undefined) => (pop === undefined ? {} : { pop });
/** What a runtime does by itself, when it must have happened at last. */
const marginMs = 8_000;
/** What two clocks may differ by, ours and an object's. */
const clockMs = 5_000;

export const socketChecks: readonly Check[] = [
  ...roomChecks({
    id: "do.websocket.text",
    promise: "texts to an object are echoed in order, whatever letters they hold",
    async run(_context, room, pop) {
      const client = await room.enter(at(pop));
      const texts = ["one", "zwei ä", "", "😀".repeat(1_000)];
      for (const text of texts) client.send(text);

      const received = [await client.next(), await client.next(), await client.next(), await client.next()];
      client.close();

      assert.deepEqual(received, texts);
    },
  }),
  ...roomChecks({
    id: "do.websocket.binary",
    promise: "bytes to an object are echoed as they were, and stay bytes",
    async run(_context, room, pop) {
      const client = await room.enter(at(pop));
      const sent = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
      client.send(sent);

      const received = await client.next();
      client.close();

      assert.ok(received instanceof Uint8Array && Buffer.from(received).equals(sent), "100,000 bytes as they were sent");
    },
  }),
  ...roomChecks({
    id: "do.websocket.order",
    promise: "two hundred messages in one go are answered in their order",
    async run(_context, room, pop) {
      const client = await room.enter(at(pop));
      const sent = Array.from({ length: 200 }, (_, index) => `message ${index}`);
      for (const text of sent) client.send(text);

      const received: unknown[] = [];
      while (received.length < sent.length) received.push(await client.next());
      client.close();

      assert.deepEqual(received, sent);
    },
  }),
  roomCheck({
    id: "do.websocket.greeting",
    promise: "an object can send as soon as it has accepted",
    async run(_context, room) {
      const client = await room.enter({ greet: true });

      assert.equal(await client.next(), "welcome");
      client.close();
    },
  }),
  roomCheck({
    id: "do.websocket.standard",
    promise: "a WebSocket accepted in the standard way works too, and is none of those that can rest",
    async run(_context, room) {
      const client = await room.enter({ isStandard: true });

      assert.equal(await ask(client, "hello"), "hello");
      assert.equal(await room.call("count"), 0);
      client.close();
    },
  }),
  ...roomChecks({
    id: "do.websocket.list",
    promise: "getWebSockets() gives all of an object's sockets, or those of a tag",
    async run(_context, room, pop) {
      const clients = [await room.enter({ ...at(pop), tags: ["red", "round"] }), await room.enter({ ...at(pop), tags: ["red"] }), await room.enter(at(pop))];

      const counts = [await room.call("count"), await room.call("count", "red"), await room.call("count", "round"), await room.call("count", "none")];
      for (const client of clients) client.close();

      assert.deepEqual(counts, [3, 2, 1, 0]);
    },
  }),
  roomCheck({
    id: "do.websocket.tags",
    promise: "getTags() gives a socket's tags, each once",
    async run(_context, room) {
      const [tagged, plain] = [await room.enter({ tags: ["b", "a", "b"] }), await room.enter()];

      const tags = [JSON.parse(await ask(tagged, "/tags")), JSON.parse(await ask(plain, "/tags"))] as string[][];
      for (const client of [tagged, plain]) client.close();

      assert.deepEqual(tags.map((list) => [...list].sort()), [["a", "b"], []]);
    },
  }),
  ...roomChecks({
    id: "do.websocket.broadcast",
    promise: "a message to the sockets of a tag reaches them, and no other",
    async run(_context, room, pop) {
      const [red, blue, sender] = [await room.enter({ ...at(pop), tags: ["red"] }), await room.enter({ ...at(pop), tags: ["blue"] }), await room.enter()];
      sender.send("/tell red for the red");
      sender.send("/tell blue for the blue");

      assert.deepEqual([await red.next(), await blue.next()], ["for the red", "for the blue"]);
      sender.send("/tell");
      assert.deepEqual([await red.next(), await blue.next(), await sender.next()], ["", "", ""]);
      for (const client of [red, blue, sender]) client.close();
    },
  }),
  roomCheck({
    id: "do.websocket.isolation",
    promise: "an object's sockets are its own: another object sees none of them",
    async run(context, room) {
      const client = await room.enter();
      const other = await context.fixture.request({ path: `/room/count?unique=${context.unique}-other` });
      client.close();

      assert.deepEqual(other.json(), { value: 0 });
    },
  }),
  ...roomChecks({
    id: "do.websocket.attachment",
    promise: "an attachment is kept as it was given, until another takes its place",
    async run(_context, room, pop) {
      const client = await room.enter({ ...at(pop), attachment: "first" });
      const other = await room.enter(at(pop));

      assert.equal(await ask(client, "/attachment"), '{"attachment":"first"}');
      client.send('/attach {"list":[1,{"two":null}],"text":"ä"}');
      assert.deepEqual(JSON.parse(await ask(client, "/attachment")), { attachment: { list: [1, { two: null }], text: "ä" } });
      assert.equal(await ask(other, "/attachment"), '{"attachment":null}');
      for (const one of [client, other]) one.close();
    },
  }),
  ...roomChecks({
    id: "do.websocket.auto-response",
    promise: "a request that is set to be answered automatically is, the handler is not called, and the time is kept",
    claims: ["DO-46"],
    async run(context, room, pop) {
      await room.call("automatic", "ping", "pong");
      const client = await room.enter(at(pop));

      const askedMs = performance.now();
      assert.equal(await ask(client, "ping"), "pong");
      assert.equal(await room.call("handled"), 0);
      const [ageMs] = (await room.call("automaticAges")) as (number | null)[];
      const agoMs = performance.now() - askedMs;
      assert.ok(ageMs !== null && ageMs !== undefined && ageMs < agoMs + clockMs, `asked ${agoMs.toFixed(0)} ms ago, answered automatically ${ageMs} ms ago`);
      assert.equal(await ask(client, "ping!"), "ping!");
      assert.equal(await room.call("handled"), 1);
      await room.call("notAutomatic");
      assert.equal(await ask(client, "ping"), "ping");
      context.note(`answered automatically ${ageMs} ms before it was asked`);
      client.close();
    },
  }),
  roomCheck({
    id: "do.websocket.auto-response.pair",
    promise: "what an object answers automatically can be read, and taken back",
    claims: ["DO-46"],
    async run(_context, room) {
      const before = await room.call("automaticPair");
      await room.call("automatic", "ping", "pong");
      const during = await room.call("automaticPair");
      await room.call("notAutomatic");

      assert.deepEqual([before, during, await room.call("automaticPair")], [null, { request: "ping", response: "pong" }, null]);
    },
  }),
  ...roomChecks({
    id: "do.websocket.client-close",
    promise: "code and reason of a client's close reach the object, the close is answered, and the socket is gone from the list",
    async run(context, room, pop) {
      const client = await room.enter(at(pop));
      assert.equal(await room.call("count"), 1);

      client.close(4004, "bye");
      const closing = await client.closed;
      const seen = await context.until(() => room.call("seen"), (value) => Array.isArray(value) && value.length > 0, { deadlineMs: marginMs, what: "the close in the object" });

      assert.deepEqual(seen, [{ event: "close", code: 4004, reason: "bye", wasClean: true }]);
      assert.equal(closing.code, 4004);
      await context.until(() => room.call("count"), (count) => count === 0, { deadlineMs: marginMs, what: "no socket in the list" });
    },
  }),
  ...roomChecks({
    id: "do.websocket.object-close",
    promise: "code and reason of an object's close reach the client",
    async run(_context, room, pop) {
      const client = await room.enter(at(pop));
      client.send("/leave");

      assert.deepEqual(await client.closed, { code: 4321, reason: "that is all" });
    },
  }),
  ...roomChecks({
    id: "do.websocket.lost-client",
    promise: "an object is told when a client is gone without a close, and the socket leaves the list",
    async run(context, room, pop) {
      const client = await room.enter(at(pop));
      assert.equal(await ask(client, "here"), "here");

      client.terminate();
      const seen = await context.until(() => room.call("seen"), (value) => Array.isArray(value) && value.length > 0, { deadlineMs: marginMs, what: "the end in the object" });

      const [first] = seen as { event: string; code: number; wasClean: boolean }[];
      assert.ok(first !== undefined && (first.event === "error" || (first.code === 1006 && !first.wasClean)), `a close with 1006 or an error; ${JSON.stringify(first)} came`);
      await context.until(() => room.call("count"), (count) => count === 0, { deadlineMs: marginMs, what: "no socket in the list" });
    },
  }),
  roomCheck({
    id: "do.websocket.handler-error",
    promise: "a handler that throws costs no other object's socket, and the object can be entered again",
    async run(context, room) {
      const client = await room.enter();
      client.send("/throw");

      const again = await context.until(
        async () => {
          const entering = await room.enter();
          const answer = await ask(entering, "still here").catch(() => undefined);
          entering.close();
          return answer;
        },
        (answer) => answer === "still here",
        { deadlineMs: marginMs, what: "an answer after the exception" },
      );
      assert.equal(again, "still here");
      client.close();
    },
  }),
];

// Objects at rest: when an idle object is put to rest or evicted, what that costs it, and what keeps it from it. These
// checks spend their time waiting; they run beside the others of the suite.
import assert from "node:assert/strict";
import type { Check, CheckContext } from "../check.js";
import { probe } from "./probe.js";
import { ask, roomCheck, type Room } from "./room.js";

/**
 * How long an idle object is left alone before it must be at rest, ms. The documented time may be scaled by the target,
 * but an engine may keep real time for it, so the real time is waited for. The margin: the runtimes at hand look at idle
 * objects only now and then, and were seen to take up to a second more.
 */
const restMs = (context: CheckContext): number => context.threshold("DO-37") * context.target.timeScale + 1_500;
const patienceMs = 40_000;

/** Lets time pass. The one thing that cannot be polled for: asking would wake the object. */
function pass(context: CheckContext, durationMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    context.signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("the check's time is over"))), { once: true });
  });
}

type RestCheck = Omit<Check, "level" | "needs" | "fixture" | "run" | "isWaiting" | "timeoutMs"> & Pick<Partial<Check>, "timeoutMs"> & { readonly run: (context: CheckContext, room: Room) => Promise<void> };

function restCheck(check: RestCheck): Check {
  return roomCheck({ timeoutMs: patienceMs, ...check, isWaiting: true });
}

export const restChecks: readonly Check[] = [
  restCheck({
    id: "do.rest.socket",
    promise: "an idle object is put to rest: its WebSocket stays open, and the next message runs the constructor again",
    claims: ["DO-37", "DO-40"],
    async run(context, room) {
      const client = await room.enter();
      const before = await ask(client, "/nonce");

      await pass(context, restMs(context));
      const after = await ask(client, "/nonce");

      assert.notEqual(after, before, "the instance that answers is a new one");
      assert.equal(await room.call("nonce"), after);
      assert.equal(await ask(client, "still here"), "still here");
      client.close();
    },
  }),
  restCheck({
    id: "do.rest.attachment",
    promise: "a socket's attachment and tags outlive its object's rest, and so does the list of sockets",
    claims: ["DO-40"],
    async run(context, room) {
      const client = await room.enter({ tags: ["red", "round"] });
      const other = await room.enter({ attachment: "other" });
      client.send('/attach {"list":[1,2]}');
      const before = await ask(client, "/nonce");

      await pass(context, restMs(context));
      const after = await ask(client, "/nonce");

      assert.notEqual(after, before, "the instance that answers is a new one");
      assert.equal(await ask(client, "/attachment"), '{"attachment":{"list":[1,2]}}');
      assert.equal(await ask(other, "/attachment"), '{"attachment":"other"}');
      assert.deepEqual((JSON.parse(await ask(client, "/tags")) as string[]).sort(), ["red", "round"]);
      assert.deepEqual([await room.call("count"), await room.call("count", "red")], [2, 1]);
      client.send("/tell red from the new instance");
      assert.equal(await client.next(), "from the new instance");
      for (const one of [client, other]) one.close();
    },
  }),
  restCheck({
    id: "do.rest.auto-response",
    promise: "an automatic answer does not wake an object at rest",
    claims: ["DO-46"],
    async run(context, room) {
      await room.call("automatic", "ping", "pong");
      const client = await room.enter();
      const before = await ask(client, "/nonce");

      await pass(context, restMs(context));
      assert.equal(await ask(client, "ping"), "pong");
      await pass(context, 1_500);
      const ageMs = Number(await room.call("ageMs"));
      const after = await room.call("nonce");

      assert.notEqual(after, before, "the instance that answers is a new one");
      assert.ok(ageMs < 1_000, `an instance younger than the automatic answer, which is 1,500 ms old; it is ${ageMs} ms old`);
      client.close();
    },
  }),
  restCheck({
    id: "do.rest.close",
    promise: "a client that leaves wakes an object at rest, which is told code and reason",
    claims: ["DO-40"],
    async run(context, room) {
      const client = await room.enter();
      const before = await ask(client, "/nonce");

      await pass(context, restMs(context));
      client.close(4007, "good night");
      await client.closed;
      const seen = await context.until(() => room.call("seen"), (value) => Array.isArray(value) && value.length > 0, { deadlineMs: 8_000, what: "the close in the object" });

      assert.deepEqual(seen, [{ event: "close", code: 4007, reason: "good night", wasClean: true }]);
      assert.notEqual(await room.call("nonce"), before, "the instance that answers is a new one");
    },
  }),
  restCheck({
    id: "do.rest.memory",
    promise: "an idle object without sockets loses its memory and keeps its storage",
    claims: ["DO-37", "DO-40"],
    async run(context) {
      const before = await probe(context, "store", { given: ["word", "kept"] });
      await probe(context, "remember", { given: ["lost"] });

      await pass(context, restMs(context));

      assert.equal(await probe(context, "load", { given: ["word"] }), "kept");
      assert.equal(await probe(context, "recall"), null);
      assert.notEqual(await probe(context, "nonce"), before, "the instance that answers is a new one");
    },
  }),
  restCheck({
    id: "do.rest.busy",
    promise: "an object that is asked now and then stays awake: the time counts from its last event",
    claims: ["DO-37"],
    async run(context, room) {
      const client = await room.enter();
      const before = await ask(client, "/nonce");

      for (let pause = 0; pause < 3; pause++) {
        await pass(context, restMs(context) / 3);
        assert.equal(await ask(client, "/nonce"), before, `the instance after ${pause + 1} pauses`);
      }
      client.close();
    },
  }),
  restCheck({
    id: "do.rest.standard",
    promise: "an object with a WebSocket of the standard kind is not put to rest",
    claims: ["DO-38"],
    async run(context, room) {
      const client = await room.enter({ isStandard: true });
      const before = await ask(client, "/nonce");

      await pass(context, restMs(context));

      assert.equal(await ask(client, "/nonce"), before, "the same instance answers");
      client.close();
    },
  }),
  restCheck({
    id: "do.rest.timer",
    promise: "an object with a timer that is still to come is not put to rest",
    claims: ["DO-38"],
    async run(context, room) {
      await room.call("setTimer", restMs(context) * 2);
      const before = await room.call("nonce");

      await pass(context, restMs(context));

      assert.equal(await room.call("nonce"), before, "the same instance answers");
    },
  }),
  restCheck({
    id: "do.rest.event",
    promise: "an object is not put to rest during an event, however long it takes",
    claims: ["DO-38"],
    async run(context, room) {
      const before = await room.call("nonce");

      const during = await room.call("busy", restMs(context));

      assert.equal(during, before, "the instance that ends the event");
      assert.equal(await room.call("nonce"), before, "the same instance answers after it");
    },
  }),
  restCheck({
    id: "do.rest.eviction",
    promise: "an idle object that cannot be put to rest is kept for a while, and evicted in the end",
    claims: ["DO-39"],
    profiles: ["full", "nightly"],
    timeoutMs: 240_000,
    async run(context, room) {
      const { timeScale } = context.target;
      const latestMs = context.limit("DO-39", "latestMs") * timeScale;
      await room.call("setTimer", latestMs * 3);
      const before = await room.call("nonce");

      await pass(context, latestMs + 10_000);

      // Once, of a dozen runs, no answer came at all, on a machine so busy that PoPs lost their leases: an edge that gives no
      // answer to anybody fails every check, and says nothing of evictions.
      assert.notEqual(await room.call("nonce"), before, "the instance that answers is a new one");
    },
  }),
];

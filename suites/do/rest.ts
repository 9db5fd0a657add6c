// Objects at rest: when an idle object is put to rest or evicted, what that costs it, and what keeps it from it. These
// checks spend their time waiting; they run beside the others of the suite.
import assert from "node:assert/strict";
import { type Check, type CheckContext, Inconclusive } from "../check.js";
import { probe } from "./probe.js";
import { ask, roomCheck, type Room } from "./room.js";

/** The documented time after which an idle object rests, ms. The target may scale it, but an engine may keep real time for it. */
const restingMs = (context: CheckContext): number => context.threshold("DO-37") * context.target.timeScale;
/**
 * How long an idle object is left alone before it must be at rest, ms. The margin: the runtimes at hand look at idle objects
 * only now and then, and were seen to take up to a second more.
 */
const restMs = (context: CheckContext): number => restingMs(context) + 1_500;
/** The waits of a check end when their time has passed at the target too, which a busy machine holds up. */
const patienceMs = 75_000;
/** Longest that a machine may stand still without a request being given up. */
const stillMs = 30_000;
const stepMs = 1_000;

/** Lets time pass. The one thing that cannot be polled for: asking would wake the object. */
function pause(context: CheckContext, durationMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    context.signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Error("the check's time is over"))), { once: true });
  });
}

/**
 * Lets time pass, here and at the target: in steps, each ended by an answer that no object has a part in. A runtime that
 * stood still sees to its idle objects only when it goes on, and a message that waited for it just then finds them awake.
 * @param durationMs at least this long: what the target does not answer in is added
 */
async function pass(context: CheckContext, durationMs: number): Promise<void> {
  const steps = Math.ceil(durationMs / stepMs);
  for (let step = 0; step < steps; step++) {
    await pause(context, durationMs / steps);
    await context.fixture.request({ path: "/pulse", deadlineMs: stillMs });
  }
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
      const answeredMs = performance.now();
      await pass(context, 1_500);
      const calledMs = performance.now();
      const ageMs = Number(await room.call("ageMs"));
      const tookMs = performance.now() - calledMs;
      const after = await room.call("nonce");

      assert.notEqual(after, before, "the instance that answers is a new one");
      // An instance that this call woke is no older than the call; one that the automatic answer woke is far older.
      const youngMs = calledMs - answeredMs - 500;
      if (ageMs >= youngMs && tookMs >= youngMs) throw new Inconclusive(`the call took ${tookMs.toFixed(0)} ms: too long to tell who woke the object`);
      assert.ok(ageMs < youngMs, `an instance younger than the automatic answer, which is ${(calledMs - answeredMs).toFixed(0)} ms old; it is ${ageMs} ms old`);
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
      const before = await probe(context, "store", { given: ["word", "kept"], deadlineMs: stillMs });
      await probe(context, "remember", { given: ["lost"], deadlineMs: stillMs });

      await pass(context, restMs(context));

      assert.equal(await probe(context, "load", { given: ["word"], deadlineMs: stillMs }), "kept");
      assert.equal(await probe(context, "recall", { deadlineMs: stillMs }), null);
      assert.notEqual(await probe(context, "nonce", { deadlineMs: stillMs }), before, "the instance that answers is a new one");
    },
  }),
  restCheck({
    id: "do.rest.busy",
    promise: "an object that is asked now and then stays awake: the time counts from its last event",
    claims: ["DO-37"],
    async run(context, room) {
      const client = await room.enter();
      let sinceMs = performance.now();
      let lastMs = sinceMs;
      let before = await ask(client, "/nonce");
      while (lastMs - sinceMs < restMs(context)) {
        await pause(context, restMs(context) / 4);
        const askedMs = performance.now();
        const after = await ask(client, "/nonce");
        // Where the machine stood still the object may have been idle for as long as that: the count begins again.
        const isStill = performance.now() - lastMs >= restingMs(context);
        if (!isStill) assert.equal(after, before, `the instance, ${(askedMs - sinceMs).toFixed(0)} ms after the first event`);
        if (isStill) sinceMs = askedMs;
        before = after;
        lastMs = askedMs;
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
      await room.call("setTimer", patienceMs);
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
      const startMs = performance.now();
      const before = await room.call("nonce");

      const during = await room.call("busy", restMs(context));
      const after = await room.call("nonce");

      const idleMs = performance.now() - startMs - restMs(context);
      if (idleMs >= restingMs(context)) throw new Inconclusive(`before and after the event the object may have been idle for ${idleMs.toFixed(0)} ms`);
      assert.equal(during, before, "the instance that ends the event");
      assert.equal(after, before, "the same instance answers after it");
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

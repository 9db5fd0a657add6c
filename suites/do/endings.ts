// What outlives an end: of a client, of a PoP, of a version. These checks break things; they begin when nothing waits any more.
import assert from "node:assert/strict";
import type { Check, CheckContext, DeployedFixture } from "../check.js";
import { memberOf } from "../tools/member.js";
import { openExchange } from "../tools/wire.js";
import { doCheck } from "./check.js";
import { borrowingFixture, objectsFixture, versionFixture } from "./objects.js";
import { probe, tryProbe } from "./probe.js";
import { ask, roomCheck, roomOf } from "./room.js";

/** Stock engines find a dead PoP by its lease, which lasts 20 s; twice that, for a busy machine. How fast it was is measured elsewhere. */
const takeoverMs = 40_000;
const endingTimeoutMs = 90_000;
const marginMs = 8_000;

/** An object's first answer by way of a PoP after another PoP is gone. @throws AssertionError with the last error */
async function firstAnswer(context: CheckContext, method: string, options: { readonly pop: string | undefined; readonly given?: readonly unknown[] }): Promise<unknown> {
  const response = await context.until(
    () => tryProbe(context, method, { ...options, deadlineMs: 2_000 }).catch((error: unknown) => ({ status: 0, text: String(error), json: () => null })),
    ({ status }) => status === 200,
    { deadlineMs: takeoverMs, intervalMs: 20, what: `an answer of ${method} by way of ${options.pop}` },
  );
  return memberOf(response.json(), "value");
}

export const endingChecks: readonly Check[] = [
  doCheck({
    id: "do.disconnect",
    isWaiting: true,
    promise: "an object ends what it is at when the client that asked is gone",
    claims: ["DO-59"],
    fixture: objectsFixture,
    async run(context) {
      const given = encodeURIComponent(JSON.stringify([1_000, "without a client"]));
      const exchange = openExchange(context.fixture.endpoint(), { path: `/probe/slowly?unique=${context.unique}&given=${given}` }, context.signal);
      exchange.end();
      await context.until(() => probe(context, "load", { given: ["begun"] }), (value) => value !== null, { deadlineMs: marginMs, what: "the object at work" });

      exchange.destroy();

      const word = await context.until(() => probe(context, "load", { given: ["word"] }), (value) => value !== null, { deadlineMs: marginMs, what: "what the object stores at the end of its work" });
      assert.equal(word, "without a client");
    },
  }),
  doCheck({
    id: "do.script",
    promise: "a worker that binds the class of another reaches the very same objects, which keep the environment of their own",
    needs: ["workers.multiple", "workers.service"],
    fixture: objectsFixture,
    isDisturbing: true,
    timeoutMs: endingTimeoutMs,
    async run(context) {
      await probe(context, "store", { given: ["word", "stored by the owner"] });
      const borrower = await context.deploy(borrowingFixture);

      assert.equal((await borrower.request({ path: `/ids?unique=${context.unique}` })).text, (await context.fixture.request({ path: `/ids?unique=${context.unique}` })).text);
      // A rollout may move objects, and a call that meets one on its way may be lost: nothing is said of that here.
      await context.until(() => tryProbe(context, "nonce"), ({ status }) => status === 200, { deadlineMs: takeoverMs, what: "the object's answer after the rollout" });
      assert.equal(await probe(context, "load", { fixture: borrower, given: ["word"] }), "stored by the owner");
      const nonce = await probe(context, "store", { fixture: borrower, given: ["word", "stored by the borrower"] });
      assert.equal(await probe(context, "load", { given: ["word"] }), "stored by the borrower");
      assert.equal(await probe(context, "nonce"), nonce);
      assert.equal(await probe(context, "greeting", { fixture: borrower }), "hello objects");
      const served = await borrower.request({ path: `/owner/probe/load?unique=${context.unique}&given=${encodeURIComponent('["word"]')}` });
      assert.deepEqual(served.json(), { value: "stored by the borrower" }, "what the owner answers over a service binding");
    },
  }),
  doCheck({
    id: "do.version",
    promise: "a new version reaches the objects in the end, and what they have stored is there",
    claims: ["DO-42"],
    level: "distributed",
    isDisturbing: true,
    timeoutMs: endingTimeoutMs,
    async run(context) {
      const fixture = await context.deploy(versionFixture("first version"));
      await probe(context, "store", { fixture, given: ["word", "kept"] });
      assert.equal(await probe(context, "greeting", { fixture }), "first version");

      await context.deploy(versionFixture("second version"));
      await context.until(
        async () => (await tryProbe(context, "greeting", { fixture })).text,
        (text) => text.includes("second version"),
        { deadlineMs: takeoverMs, what: "the second version inside the object" },
      );

      assert.equal(await probe(context, "load", { fixture, given: ["word"] }), "kept");
    },
  }),
  roomCheck({
    id: "do.version.sockets",
    promise: "a new version closes an object's WebSockets, and the room can be entered again",
    claims: ["DO-43"],
    // A target may let what is under way end first, for up to 30 s.
    profiles: ["full", "nightly"],
    isDisturbing: true,
    timeoutMs: endingTimeoutMs,
    async run(context) {
      const fixture: DeployedFixture = await context.deploy(versionFixture("first version"));
      const room = roomOf(context, fixture);
      const client = await room.enter();
      assert.equal(await ask(client, "hello"), "hello");

      await context.deploy(versionFixture("second version"));
      await context.until(async () => client.isOpen(), (isOpen) => !isOpen, { deadlineMs: takeoverMs, what: "the end of the connection" });

      client.terminate();
      const again = await room.enter();
      assert.equal(await ask(again, "hello again"), "hello again");
      again.close();
    },
  }),
  doCheck({
    id: "do.death.object",
    promise: "an object whose PoP is killed goes on elsewhere with what it has stored; the PoP that comes back has no second one",
    level: "distributed",
    claims: ["DO-01"],
    needs: ["fault.kill"],
    pops: 2,
    fixture: objectsFixture,
    isDisturbing: true,
    timeoutMs: endingTimeoutMs,
    async run(context) {
      const [home, ...others] = context.target.pops.map((pop) => pop.id);
      for (let count = 1; count <= 3; count++) assert.equal(memberOf(await probe(context, "increment", { pop: home }), "count"), count);
      await probe(context, "remember", { pop: home, given: ["in memory"] });

      const fault = await context.inject({ kind: "kill", popId: home ?? "" });
      const after = await firstAnswer(context, "increment", { pop: others[0] });
      const recalled = await probe(context, "recall", { pop: others[0] });
      await context.heal(fault.faultId);
      const nonces: unknown[] = [];
      for (const pop of [home, ...others]) nonces.push(await firstAnswer(context, "nonce", { pop }));

      // A request whose answer was lost may have counted.
      assert.ok(Number(memberOf(after, "count")) >= 4, `a count above the 3 that were acknowledged; ${JSON.stringify(after)} came`);
      assert.equal(recalled, null, "what was in memory");
      assert.deepEqual(new Set(nonces), new Set([memberOf(after, "nonce")]), "the instances that answer at every PoP");
    },
  }),
  roomCheck({
    id: "do.death.sockets",
    promise: "a client at another PoP sees its WebSocket end when the object's PoP is killed, and can enter again",
    level: "distributed",
    needs: ["fault.kill"],
    pops: 2,
    isDisturbing: true,
    timeoutMs: endingTimeoutMs,
    async run(context, room) {
      const [home, away] = context.target.pops.map((pop) => pop.id);
      await room.callAt(home, "nonce");
      const client = await room.enter({ ...(away === undefined ? {} : { pop: away }) });
      assert.equal(await ask(client, "hello"), "hello");

      const fault = await context.inject({ kind: "kill", popId: home ?? "" });
      await context.until(async () => client.isOpen(), (isOpen) => !isOpen, { deadlineMs: takeoverMs, what: "the end of the connection" });
      client.terminate();
      const answer = await context.until(
        async () => {
          const again = await room.enter({ ...(away === undefined ? {} : { pop: away }) }).catch(() => undefined);
          const text = again === undefined ? undefined : await ask(again, "hello again").catch(() => undefined);
          again?.terminate();
          return text;
        },
        (text) => text === "hello again",
        { deadlineMs: takeoverMs, what: "an answer on a new connection" },
      );
      await context.heal(fault.faultId);

      assert.equal(answer, "hello again");
    },
  }),
  roomCheck({
    id: "do.death.clients",
    promise: "an object is told when the PoP of one of its clients is killed; its other clients and its memory stay",
    level: "distributed",
    needs: ["fault.kill"],
    pops: 2,
    isDisturbing: true,
    timeoutMs: endingTimeoutMs,
    async run(context, room) {
      const [home, away] = context.target.pops.map((pop) => pop.id);
      const before = await room.callAt(home, "nonce");
      const near = await room.enter({ ...(home === undefined ? {} : { pop: home }) });
      const far = await room.enter({ ...(away === undefined ? {} : { pop: away }) });
      assert.equal(await ask(far, "/nonce"), before);

      const fault = await context.inject({ kind: "kill", popId: away ?? "" });
      await context.until(() => room.callAt(home, "count"), (count) => count === 1, { deadlineMs: takeoverMs, what: "one socket in the object's list" });
      const seen = await room.callAt(home, "seen");
      await context.heal(fault.faultId);

      assert.ok(Array.isArray(seen) && seen.length === 1, `one end of a connection told to the object; ${JSON.stringify(seen)} came`);
      assert.equal(await ask(near, "/nonce"), before, "the same instance answers its other client");
      near.close();
      far.terminate();
    },
  }),
];

// The life of a handler: however it ends, the client gets an answer, the next request is served, and work that was
// promised to go on goes on.
import assert from "node:assert/strict";
import type { Check, CheckContext, ExchangeResponse } from "../check.js";
import { crons, handlerFixture } from "./fixtures.js";
import { openExchange } from "../tools/wire.js";

const base = { level: "isolate", needs: ["workers"], fixture: handlerFixture } as const;
const waiting = { ...base, needs: ["workers", "workers.wait-until"] } as const;
const scheduled = { ...base, needs: ["workers", "workers.scheduled"] } as const;

/** What the fixture keeps under a word. Isolates may change, so a missing mark is only a mark that is not there yet. */
async function mark({ fixture }: CheckContext, id: string): Promise<unknown> {
  const response = await fixture.request({ path: `/mark?id=${id}` });
  const answer = response.json();
  return typeof answer === "object" && answer !== null ? Reflect.get(answer, "mark") : undefined;
}

/** A request whose handler fails is answered with a server error, and the next one as if nothing had been. */
async function failsAlone(context: CheckContext, path: string): Promise<void> {
  const failed = await context.fixture.request({ path });
  const next = await context.fixture.request({ path: "/ok" });

  assert.ok(failed.status >= 500 && failed.status <= 599, `a 5xx status for ${path} expected; ${failed.status} came`);
  assert.deepEqual([next.status, next.text], [200, "ok"]);
}

/** Work of the fixture goes on in steps of 20 ms. A count that is the same for so many probes has stopped. */
const stoppedProbes = 15;
/** Steps that nobody counts any more whose client is long gone: two seconds of them. */
const stepsWithoutClient = 100;

/** Starts work that counts up and leaves as soon as it is under way. @returns how far it had got then */
async function leaveWhileWorking(context: CheckContext, path: string, id: string): Promise<number> {
  const exchange = openExchange(context.fixture.endpoint(), { path: `${path}?id=${id}` }, context.signal);
  exchange.end();
  const left = await context.until(() => mark(context, id), (value) => value === "done" || (typeof value === "number" && value >= 2), { deadlineMs: 8_000, what: "work under way" });
  exchange.destroy();
  return Number(left);
}

function field(response: ExchangeResponse, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined), response.json());
}

async function trigger(context: CheckContext, cron: string, scheduledTimeMs: number): Promise<{ readonly outcome: string; readonly noRetry: boolean }> {
  const popId = context.fixture.deployment.endpoints[0]?.popId;
  const { deploymentId } = context.fixture.deployment;
  return context.verbs.triggerCron({ deploymentId, cron, scheduledTimeMs, ...(popId === undefined ? {} : { popId }) });
}

/** A time of its own for each check, whole seconds, in the past. */
const scheduledTimeOf = (context: CheckContext): number => 1_700_000_000_000 + Math.floor(context.random() * 1e6) * 1_000;

export const lifecycleChecks: readonly Check[] = [
  {
    ...base,
    id: "workers.handler.arguments",
    promise: "a fetch handler gets a Request that cannot be changed, an env and a context",
    async run({ fixture }) {
      const response = await fixture.request({ path: "/arguments" });

      assert.deepEqual(
        { method: field(response, "method"), env: field(response, "env"), waitUntil: field(response, "waitUntil"), immutable: field(response, "isImmutable", "name"), redirect: field(response, "redirect") },
        { method: true, env: "object", waitUntil: "function", immutable: "TypeError", redirect: "manual" },
      );
    },
  },
  {
    ...base,
    id: "workers.handler.exception",
    promise: "a handler that throws gives its client a 5xx, and the next request is served",
    claims: ["WK-17"],
    run: (context) => failsAlone(context, "/throw"),
  },
  {
    ...base,
    id: "workers.handler.exception-text",
    promise: "a handler that throws something that is no Error gives its client a 5xx, and the next request is served",
    run: (context) => failsAlone(context, "/throw-text"),
  },
  {
    ...base,
    id: "workers.handler.rejection",
    promise: "a handler whose promise rejects gives its client a 5xx, and the next request is served",
    run: (context) => failsAlone(context, "/reject"),
  },
  {
    ...base,
    id: "workers.handler.wrong-type",
    promise: "a handler that returns an object that is no Response gives its client a 5xx, and the next request is served",
    run: (context) => failsAlone(context, "/no-response"),
  },
  {
    ...base,
    id: "workers.handler.nothing",
    promise: "a handler that returns nothing gives its client a 5xx, and the next request is served",
    run: (context) => failsAlone(context, "/nothing"),
  },
  {
    ...base,
    id: "workers.handler.used-body",
    promise: "a handler that returns a response whose body was read already gives its client a 5xx",
    run: (context) => failsAlone(context, "/used-body"),
  },
  {
    ...base,
    id: "workers.handler.silence",
    promise: "a handler that can never answer any more is answered for, with a 5xx, and the next request is served",
    claims: ["WK-19"],
    run: (context) => failsAlone(context, "/never"),
  },
  {
    ...base,
    id: "workers.handler.error-secrecy",
    promise: "the answer to a failed request does not show the program's stack",
    async run({ fixture }) {
      const response = await fixture.request({ path: "/throw" });

      assert.doesNotMatch(response.text, /\bat \S+ \(?\S*main\.js/);
    },
  },
  {
    ...base,
    id: "workers.handler.broken-stream",
    promise: "a response whose stream fails half-way never looks complete to its client",
    async run(context) {
      const exchange = openExchange(context.fixture.endpoint(), { path: "/broken-stream" }, context.signal);
      exchange.end();
      const answer = await exchange.answer();

      const outcome = await answer.rest().then(
        (body) => `complete: ${body.toString()}`,
        () => "broken off",
      );

      const next = await context.fixture.request({ path: "/ok" });
      assert.ok(outcome === "broken off" || answer.status >= 500, `a body that breaks off expected; status ${answer.status} and ${outcome} came`);
      assert.equal(next.text, "ok");
    },
  },
  {
    ...base,
    id: "workers.handler.concurrency",
    promise: "a request that waits does not hold up another one of the same worker",
    async run(context) {
      const slow = Array.from({ length: 3 }, () => openExchange(context.fixture.endpoint(), { path: "/slow" }, context.signal));
      for (const exchange of slow) exchange.end();

      const answers = await Promise.all(Array.from({ length: 5 }, () => context.fixture.request({ path: "/ok" })));
      for (const exchange of slow) exchange.destroy();

      assert.deepEqual(answers.map((answer) => answer.text), Array(5).fill("ok"));
    },
  },
  {
    ...base,
    id: "workers.isolate.state",
    promise: "what a worker keeps at its top level is still there in a later request to the same isolate",
    claims: ["WK-16"],
    run: async (context) =>
      void (await context.until(
        async () => field(await context.fixture.request({ path: "/count" }), "requestCount"),
        (count) => typeof count === "number" && count >= 3,
        { deadlineMs: 5_000, what: "an isolate that has served three requests" },
      )),
  },
  {
    ...waiting,
    id: "workers.wait-until.continuation",
    promise: "work handed to waitUntil goes on after the response, to its end",
    async run(context) {
      const id = `wait-${context.unique}`;
      const response = await context.fixture.request({ path: `/wait-until?id=${id}` });
      const atAnswer = field(response, "mark");

      const end = await context.until(() => mark(context, id), (value) => value === "done", { deadlineMs: 8_000, what: "work that has ended" });

      assert.ok(typeof atAnswer === "number" && atAnswer < 25, `an answer before the work has ended expected; step ${String(atAnswer)} of 25 came with it`);
      assert.equal(end, "done");
    },
  },
  {
    ...waiting,
    id: "workers.wait-until.failure",
    promise: "a rejection in waitUntil breaks neither the response nor the other work, nor the next request",
    async run(context) {
      const id = `fail-${context.unique}`;
      const response = await context.fixture.request({ path: `/wait-until-failing?id=${id}` });

      const end = await context.until(() => mark(context, id), (value) => value === "done", { deadlineMs: 8_000, what: "the other work" });

      assert.deepEqual([response.status, response.text, end], [200, "answered", "done"]);
    },
  },
  {
    ...waiting,
    id: "workers.disconnect.cancellation",
    promise: "work that was not handed to waitUntil ends when its client goes away",
    claims: ["WK-14"],
    async run(context) {
      const id = `left-${context.unique}`;
      const left = await leaveWhileWorking(context, "/work", id);

      let [last, repeats]: [unknown, number] = [undefined, 0];
      const isJudged = (value: unknown): boolean => {
        repeats = value === last ? repeats + 1 : 0;
        last = value;
        return repeats >= stoppedProbes || Number(value) >= left + stepsWithoutClient;
      };
      await context.until(() => mark(context, id), isJudged, { deadlineMs: 10_000, intervalMs: 30, what: "work that has stopped" });

      assert.ok(Number(last) < left + stepsWithoutClient, `work that stopped half-way expected; step ${String(last)} came after step ${left}, when its client left`);
    },
  },
  {
    ...waiting,
    id: "workers.disconnect.wait-until",
    promise: "work handed to waitUntil goes on to its end when the client goes away",
    claims: ["WK-14"],
    async run(context) {
      const id = `kept-${context.unique}`;
      await leaveWhileWorking(context, "/work-kept", id);

      assert.equal(await context.until(() => mark(context, id), (value) => value === "done", { deadlineMs: 8_000, what: "work that has ended" }), "done");
    },
  },
  {
    ...waiting,
    id: "workers.context.detached-methods",
    promise: "methods of the context that were taken off it refuse to work: Illegal invocation",
    claims: ["WK-20"],
    async run({ fixture }) {
      const response = await fixture.request({ path: "/detached" });

      assert.equal(field(response, "waitUntil", "name"), "TypeError");
      assert.match(String(field(response, "waitUntil", "message")), /Illegal invocation/);
      assert.match(String(field(response, "passThroughOnException", "message")), /Illegal invocation/);
    },
  },
  {
    ...base,
    needs: ["workers", "workers.pass-through"],
    id: "workers.handler.pass-through",
    promise: "after passThroughOnException an exception sends the request on to the origin instead of failing it",
    claims: ["WK-21"],
    async run({ fixture }) {
      const response = await fixture.request({ path: "/pass-through" });

      assert.ok(response.status < 500, `the origin's answer expected; ${response.status} came`);
    },
  },
  {
    ...scheduled,
    id: "workers.scheduled.invocation",
    promise: "a scheduled handler runs with its cron expression and its time, and its outcome is ok",
    async run(context) {
      const scheduledTimeMs = scheduledTimeOf(context);

      const result = await trigger(context, crons.fine, scheduledTimeMs);
      const seen = await context.until(() => mark(context, `cron-${scheduledTimeMs}`), (value) => value !== null, { deadlineMs: 8_000, what: "the handler's mark" });

      assert.equal(result.outcome, "ok");
      assert.deepEqual(seen, { cron: crons.fine, scheduledTime: scheduledTimeMs });
    },
  },
  {
    ...scheduled,
    id: "workers.scheduled.wait-until",
    promise: "a scheduled handler's waitUntil goes on after the handler has returned",
    async run(context) {
      const scheduledTimeMs = scheduledTimeOf(context);

      await trigger(context, crons.fine, scheduledTimeMs);

      await context.until(() => mark(context, `cron-${scheduledTimeMs}-later`), (value) => value === "done", { deadlineMs: 8_000, what: "the later work" });
    },
  },
  {
    ...scheduled,
    id: "workers.scheduled.exception",
    promise: "a scheduled handler that throws has the outcome exception, and the worker goes on",
    async run(context) {
      const result = await trigger(context, crons.failing, scheduledTimeOf(context));
      const next = await context.fixture.request({ path: "/ok" });

      assert.deepEqual([result.outcome, result.noRetry, next.text], ["exception", false, "ok"]);
    },
  },
  {
    ...scheduled,
    id: "workers.scheduled.no-retry",
    promise: "a scheduled handler can say that its failure is final",
    async run(context) {
      const result = await trigger(context, crons.final, scheduledTimeOf(context));

      assert.deepEqual([result.outcome, result.noRetry], ["exception", true]);
    },
  },
];

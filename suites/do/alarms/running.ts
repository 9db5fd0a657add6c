// Alarms that run: when, how often, where, and what their handlers are told.
import assert from "node:assert/strict";
import type { Check } from "../../check.js";
import { doCheck } from "../check.js";
import { alarmClient, heardBy, lateMs, untilOthersRan, waiting } from "./client.js";

export const runningChecks: readonly Check[] = [
  doCheck({
    ...waiting,
    id: "do.alarm.fires",
    promise: "an alarm runs its handler once, at its time and not before",
    claims: ["DO-29"],
    async run(context) {
      const alarm = alarmClient(context);
      const dueAtMs = await alarm.plan({}, 500);

      const [run] = await alarm.ran(1);
      await untilOthersRan(context, 300);

      assert.ok(run !== undefined && run.startedAtMs >= dueAtMs, `not before its time: ${(run?.startedAtMs ?? 0) - dueAtMs} ms`);
      assert.equal((await alarm.runs()).length, 1, "runs");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.inside",
    promise: "while the handler runs there is no alarm, and none after it",
    claims: ["DO-31"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.plan({}, 100);

      const runs = await alarm.ran(1);

      assert.deepEqual(runs.map(({ alarmInside }) => alarmInside), [null], "getAlarm inside");
      assert.equal(await alarm.call("due"), null, "getAlarm after it");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.info",
    promise: "the handler of an alarm that did not fail is told retryCount 0 and isRetry false",
    claims: ["DO-32"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.plan({}, 100);

      const runs = await alarm.ran(1);

      assert.deepEqual(runs.map(({ retryCount, isRetry }) => [retryCount, isRetry]), [[0, false]]);
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.past",
    promise: "an alarm whose time is past runs at once",
    claims: ["DO-29"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.plan({}, -60_000);

      assert.equal((await alarm.ran(1)).length, 1);
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.constructor",
    promise: "an alarm that the constructor sets runs",
    claims: ["DO-29"],
    async run(context) {
      const alarm = alarmClient(context, context.unique, { className: "automatic" });
      await alarm.call("due");

      assert.ok((await alarm.ran(1)).length >= 1);
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.again",
    promise: "a handler can set the next alarm, and each runs after the one before",
    claims: ["DO-29"],
    async run(context) {
      const alarm = alarmClient(context);
      const betweenMs = 150;
      await alarm.plan({ againAfterMs: betweenMs, times: 4 }, 100);

      const starts = (await alarm.ran(4, 2 * lateMs)).map(({ startedAtMs }) => startedAtMs);
      await untilOthersRan(context, 300);

      assert.ok(starts.every((startedAtMs, index) => index === 0 || startedAtMs - (starts[index - 1] ?? 0) >= betweenMs), `each ${betweenMs} ms after the one before: ${starts.join(", ")}`);
      assert.equal((await alarm.runs()).length, 4, "runs");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.one",
    promise: "the handler runs one at a time: an alarm that is set and due while it runs waits for its end",
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.plan({ isHeld: true }, 0);
      await context.until(() => alarm.runs(), (runs) => runs.length === 1, { deadlineMs: lateMs, what: "the first run has begun" });
      await alarm.plan({}, 0);
      await untilOthersRan(context, 300);
      const during = await alarm.runs();

      await alarm.call("release");
      const [first, second] = await alarm.ran(2, 2 * lateMs);

      assert.equal(during.length, 1, "runs while the first is held");
      assert.ok((second?.startedAtMs ?? 0) >= (first?.endedAtMs ?? Infinity), `the second begins after the first has ended: ${JSON.stringify([first, second])}`);
      assert.deepEqual([first?.atOnce, second?.atOnce], [1, 1], "handlers at once");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.wakes",
    promise: "an alarm runs although the instance that set it is gone and nobody calls the object",
    claims: ["DO-29"],
    async run(context) {
      const witnessName = `${context.unique}-witness`;
      const witness = alarmClient(context, witnessName);
      const names: string[] = [];
      // Where the machine stands still an alarm may run before the instance is told to end: then once more, with more time.
      for (const afterMs of [700, 3_000]) {
        const name = `${context.unique}-${afterMs}`;
        const alarm = alarmClient(context, name);
        const before = await alarm.call("instance");
        await alarm.call("planAndAbort", { witness: witnessName }, afterMs).catch(() => undefined);

        names.push(name);
        const heard = await heardBy(context, witness, names.length, afterMs + lateMs);
        const [run] = await alarm.ran(1);

        assert.deepEqual(heard, names);
        if (run?.instance !== before) return;
      }
      assert.fail("a run in another instance expected; it ran in the one that set the alarm");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.many",
    promise: "fifty objects whose alarms are due at the same time all run theirs, each once",
    claims: ["DO-29"],
    async run(context) {
      const names = Array.from({ length: 50 }, (_, index) => `${context.unique}-${index}`);
      const witness = alarmClient(context, `${context.unique}-witness`);
      await witness.call("planOthers", names, 800);

      await heardBy(context, witness, names.length, 2 * lateMs);
      await untilOthersRan(context, 300);

      assert.deepEqual([...((await witness.call("heard")) as readonly string[])].sort(), [...names].sort());
    },
  }),
];

// Alarms: when they fire, how often, what they are told, that a failing one is tried again, and that nothing of it is lost.
import assert from "node:assert/strict";
import type { Check, CheckContext, Fixture } from "../check.js";
import { Inconclusive } from "../check.js";
import { memberOf } from "../kv/client.js";
import type { AlarmPlan, AlarmRun } from "./alarm-plan.js";
import { doCheck } from "./check.js";

const fixture: Fixture = {
  name: "do-alarms",
  program: new URL("./alarms.worker.js", import.meta.url),
  bindings: [
    { kind: "durable_object", name: "ALARMS", className: "Alarming", sqlite: true },
    { kind: "durable_object", name: "SILENT", className: "Silent", sqlite: true },
    { kind: "durable_object", name: "AUTOMATIC", className: "Automatic", sqlite: true },
  ],
};

/** A due alarm may be this late, by what a busy machine and a rollout beside it cost. */
const lateMs = 8_000;
/** Longest that a PoP's death may hold its alarms up: leases of 20 s run out first where nobody sees the death. */
const takeoverMs = 45_000;

interface AlarmClient {
  call(method: string, ...given: readonly unknown[]): Promise<unknown>;
  /** Sets plan and alarm. @returns when it is due, by the object's own clock */
  plan(plan: AlarmPlan, afterMs: number): Promise<number>;
  runs(): Promise<readonly AlarmRun[]>;
  /** Polls until so many runs are over. */
  ran(count: number, deadlineMs?: number): Promise<readonly AlarmRun[]>;
}

/** @param className path of the class in the fixture */
function alarmClient(context: CheckContext, name = context.unique, { pop, className = "alarms" }: { readonly pop?: string; readonly className?: string } = {}): AlarmClient {
  const attempt = async (method: string, given: readonly unknown[]): Promise<unknown> => {
    const response = await context.fixture.request({ ...(pop === undefined ? {} : { pop }), method: "POST", path: `/${className}/${name}/${method}`, body: JSON.stringify(given) });
    assert.equal(response.status, 200, `the fixture answers ${method}: ${response.text.slice(0, 200)}`);
    return response.json();
  };
  const call: AlarmClient["call"] = async (method, ...given) => {
    const answer = await attempt(method, given);
    const error = memberOf(answer, "error");
    assert.equal(error, undefined, `${method} is answered; ${String(error)} came`);
    return memberOf(answer, "value");
  };
  const runs = async (): Promise<readonly AlarmRun[]> => {
    const value = await call("runs");
    assert.ok(Array.isArray(value), "a list of runs");
    return value as readonly AlarmRun[];
  };
  return {
    call,
    async plan(plan, afterMs) {
      return Number(memberOf(await call("plan", plan, afterMs), "dueAtMs"));
    },
    runs,
    ran: (count, deadlineMs = lateMs) =>
      context.until(runs, (seen) => seen.filter(({ endedAtMs }) => endedAtMs !== null).length >= count, { deadlineMs, intervalMs: 50, what: `${count} runs of the alarm` }),
  };
}

/** Waits until an alarm of another object, set now, has run: what was due before it and has not run will not. */
async function untilOthersRan(context: CheckContext, afterMs: number): Promise<void> {
  const other = alarmClient(context, `${context.unique}-other`);
  await other.plan({}, afterMs);
  await other.ran(1, afterMs + lateMs);
}

async function heardBy(context: CheckContext, witness: AlarmClient, count: number, deadlineMs: number): Promise<readonly string[]> {
  const heard = async (): Promise<readonly string[]> => {
    const value = await witness.call("heard");
    return Array.isArray(value) ? value.map(String) : [];
  };
  return context.until(heard, (names) => names.length >= count, { deadlineMs, intervalMs: 20, what: `${count} runs heard of` });
}

const waiting = { fixture, isWaiting: true, timeoutMs: 40_000 } as const;

const single: readonly Check[] = [
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
    fixture,
    id: "do.alarm.get",
    promise: "getAlarm gives the time that was set, in ms, and null without an alarm",
    claims: ["DO-31"],
    async run(context) {
      const alarm = alarmClient(context);
      const before = await alarm.call("due");
      const dueAtMs = await alarm.plan({}, 3_600_000);
      const set = await alarm.call("due");
      await alarm.call("deleteAlarm");

      assert.deepEqual([before, set, await alarm.call("due")], [null, dueAtMs, null]);
    },
  }),
  doCheck({
    fixture,
    id: "do.alarm.date",
    promise: "setAlarm takes a Date as well as a number",
    async run(context) {
      const alarm = alarmClient(context);

      const planned = await alarm.call("plan", {}, 3_600_000, true);

      assert.equal(await alarm.call("due"), memberOf(planned, "dueAtMs"));
    },
  }),
  doCheck({
    fixture,
    id: "do.alarm.invalid",
    promise: "setAlarm refuses what is no time, and sets nothing",
    async run(context) {
      const alarm = alarmClient(context);
      const said = await alarm.call("refusals");

      assert.deepEqual(said, ["TypeError", "TypeError", "TypeError"]);
      assert.equal(await alarm.call("due"), null);
    },
  }),
  doCheck({
    fixture,
    id: "do.alarm.handler.missing",
    promise: "a class without an alarm handler cannot set an alarm",
    async run(context) {
      const said = await alarmClient(context, context.unique, { className: "silent" }).call("plan");

      assert.match(String(said), /Error.*alarm/i);
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.overwrite",
    promise: "an object has one alarm: setting another replaces the first, which does not run",
    claims: ["DO-31"],
    async run(context) {
      const alarm = alarmClient(context);
      const dueAtMs = Number(await alarm.call("planTwice", 300, 1_500));

      const runs = await alarm.ran(1);
      await untilOthersRan(context, 300);

      assert.ok((runs[0]?.startedAtMs ?? 0) >= dueAtMs, "the run is the second alarm's");
      assert.equal((await alarm.runs()).length, 1, "runs");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.delete",
    promise: "an alarm that was deleted does not run",
    claims: ["DO-31"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.call("planTwice", 500, null);

      await untilOthersRan(context, 1_000);

      assert.equal(await alarm.call("due"), null);
      assert.deepEqual(await alarm.runs(), []);
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
      await alarm.plan({ takesMs: 800 }, 0);
      await context.until(() => alarm.runs(), (runs) => runs.length === 1, { deadlineMs: lateMs, what: "the first run has begun" });
      await alarm.plan({}, 0);

      const [first, second] = await alarm.ran(2);

      assert.ok((second?.startedAtMs ?? 0) >= (first?.endedAtMs ?? Infinity), `the second begins after the first has ended: ${JSON.stringify([first, second])}`);
      assert.deepEqual([first?.atOnce, second?.atOnce], [1, 1], "handlers at once");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.delete.inside",
    // Whether a failing handler that deleted its alarm is tried again is left open ("best-effort"), so that is not judged.
    promise: "deleteAlarm inside the handler takes back the alarm that the handler itself has set",
    claims: ["DO-34"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.plan({ againAfterMs: 100, times: 3, deletesItself: true }, 100);

      const runs = await alarm.ran(1);
      await untilOthersRan(context, 300);

      assert.equal(runs.length, 1);
      assert.equal(await alarm.call("due"), null);
    },
  }),
  doCheck({
    fixture,
    id: "do.alarm.rollback",
    promise: "an alarm that was set in a transaction is undone with it",
    claims: ["DO-13"],
    async run(context) {
      const alarm = alarmClient(context);
      const dueAtMs = await alarm.plan({}, 3_600_000);

      const [inside, after] = (await alarm.call("setAndUndo", 7_200_000)) as readonly (number | null)[];

      assert.ok(inside !== null && inside !== undefined && inside > dueAtMs, `inside it is the new one: ${inside}`);
      assert.equal(after, dueAtMs, "after it is the old one");
    },
  }),
  doCheck({
    fixture,
    id: "do.alarm.atomic",
    promise: "an alarm and a write without an await between them are kept together or not at all",
    claims: ["DO-09"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.call("setAndAbort", 3_600_000).catch(() => undefined);

      const [isSet, isWritten] = (await alarm.call("setAndBeside")) as readonly [boolean, boolean];

      assert.equal(isSet, isWritten, "the alarm is set exactly when the key is written");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.delete-all",
    promise: "deleteAll takes the alarm too (from compatibility date 2026-02-24)",
    claims: ["DO-36"],
    async run(context) {
      const alarm = alarmClient(context);
      const left = await alarm.call("planAndDeleteAll", 500);

      await untilOthersRan(context, 1_000);

      assert.equal(left, null, "getAlarm after deleteAll");
      assert.deepEqual(await alarm.runs(), [], "runs");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.wakes",
    promise: "an alarm runs although the instance that set it is gone and nobody calls the object",
    claims: ["DO-29"],
    async run(context) {
      const witness = alarmClient(context, `${context.unique}-witness`);
      const alarm = alarmClient(context);
      const before = await alarm.call("instance");
      await alarm.call("planAndAbort", { witness: `${context.unique}-witness` }, 700).catch(() => undefined);

      const heard = await heardBy(context, witness, 1, 700 + lateMs);
      const [run] = await alarm.ran(1);

      assert.deepEqual(heard, [context.unique]);
      assert.notEqual(run?.instance, before, "it ran in another instance");
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

/** Gaps between the starts of runs, ms. */
const gapsOf = (runs: readonly AlarmRun[]): readonly number[] => runs.slice(1).map(({ startedAtMs }, index) => startedAtMs - (runs[index]?.startedAtMs ?? 0));

/**
 * The back-off is the engine's own and may not follow the target's time scale: it is bounded below by the scaled figure
 * and above by the documented one, with its jitter (up to as much again) and lateness.
 */
function assertBackOff(context: CheckContext, gaps: readonly number[]): void {
  const shortestMs = context.limit("DO-30", "firstRetryMs");
  const documentedMs = shortestMs * context.target.timeScale;
  for (const [index, gapMs] of gaps.entries()) {
    assert.ok(gapMs >= shortestMs * 2 ** index * 0.9, `retry ${index + 1} waits at least ${shortestMs * 2 ** index} ms: ${gapMs} ms`);
    assert.ok(gapMs <= documentedMs * 2 ** (index + 1) + lateMs, `retry ${index + 1} waits about ${documentedMs * 2 ** index} ms: ${gapMs} ms`);
  }
}

const retries: readonly Check[] = [
  doCheck({
    ...waiting,
    id: "do.alarm.retry",
    promise: "an alarm whose handler fails is tried again after a while, then after a longer one, and told so",
    claims: ["DO-29", "DO-30", "DO-32"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.plan({ failures: 2 }, 0);

      const runs = await alarm.ran(1, 30_000);

      const gaps = gapsOf(runs);
      context.measure({ id: "do.alarm.retry.delay", value: gaps[0] ?? 0, unit: "ms", n: 1, conditions: { what: "from the start of the run that failed to the start of the next", secondMs: gaps[1] ?? 0 } });
      assert.deepEqual(runs.map(({ retryCount, isRetry }) => [retryCount, isRetry]), [[0, false], [1, true], [2, true]], "what the handler is told");
      assertBackOff(context, gaps);
      assert.equal(await alarm.call("due"), null, "no alarm after the run that did not fail");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.retry.limit",
    profiles: ["full", "nightly"],
    promise: "an alarm that fails for ever is tried again the documented number of times and no more",
    claims: ["DO-30"],
    timeoutMs: 600_000,
    async run(context) {
      const alarm = alarmClient(context);
      const most = context.limit("DO-30", "retries");
      await alarm.plan({ failures: 1_000 }, 0);
      const started = (count: number, deadlineMs: number): Promise<readonly AlarmRun[]> =>
        context.until(() => alarm.runs(), (runs) => runs.length >= count, { deadlineMs, intervalMs: 500, what: `${count} runs` });

      const runs = await started(most + 1, 400_000);
      const gaps = gapsOf(runs);
      assertBackOff(context, gaps);
      // Six doublings with their jitter: far more than a constant wait could give.
      assert.ok((gaps.at(-1) ?? 0) > 8 * (gaps[0] ?? 0), `the last wait is far longer than the first: ${gaps.join(", ")} ms`);
      // As long as the next wait would be, once more: what comes by then came too often.
      const nextMs = (gapsOf(runs).at(-1) ?? 0) * 2;
      await untilOthersRan(context, Math.min(nextMs, 150_000));

      assert.equal((await alarm.runs()).length, most + 1, "runs");
      assert.equal(await alarm.call("due"), null, "the alarm");
    },
  }),
  doCheck({
    ...waiting,
    id: "do.alarm.duration",
    profiles: ["nightly"],
    promise: "a handler may take nearly as long as documented and comes to its end",
    claims: ["DO-35"],
    timeoutMs: (target) => 900_000 / target.timeScale + 120_000,
    async run(context) {
      const alarm = alarmClient(context);
      const takesMs = context.threshold("DO-35") * 0.9;
      await alarm.plan({ takesMs }, 0);

      const [run] = await alarm.ran(1, takesMs + 60_000);

      assert.ok((run?.endedAtMs ?? 0) - (run?.startedAtMs ?? 0) >= takesMs * 0.99, "it took its time");
    },
  }),
];

const afterDeath = { fixture, level: "distributed", pops: 2, needs: ["fault.kill"], timeoutMs: takeoverMs + 30_000 } as const;

interface Scene {
  readonly victim: string;
  readonly alarm: AlarmClient;
  readonly witness: AlarmClient;
  readonly witnessName: string;
}

/** An object at the last PoP, and a witness at the first: waiting checks use the first, and must not lose theirs. */
async function sceneOf(context: CheckContext): Promise<Scene> {
  const pops = context.target.pops.map(({ id }) => id);
  const victim = pops.at(-1) ?? "";
  const witnessName = `${context.unique}-witness`;
  const witness = alarmClient(context, witnessName, { pop: pops[0] ?? "" });
  await witness.call("heard");
  const alarm = alarmClient(context, context.unique, { pop: victim });
  await alarm.call("instance");
  return { victim, alarm, witness, witnessName };
}

const deaths: readonly Check[] = [
  doCheck({
    ...afterDeath,
    id: "do.alarm.kill",
    profiles: ["full", "nightly"],
    promise: "an alarm runs at another PoP when the one where its object was has died, although nobody calls the object",
    claims: ["DO-29", "DO-33"],
    async run(context) {
      const { victim, alarm, witness, witnessName } = await sceneOf(context);
      const afterMs = 1_000;
      const before = await alarm.call("instance");
      const plannedMs = performance.now();
      await alarm.plan({ witness: witnessName }, afterMs);

      const fault = await context.inject({ kind: "kill", popId: victim });
      if (((await witness.call("heard")) as readonly string[]).length > 0) throw new Inconclusive("the alarm ran before its PoP was dead");
      const heard = await heardBy(context, witness, 1, afterMs + takeoverMs);
      const latenessMs = performance.now() - plannedMs - afterMs;
      const [run] = await alarmClient(context).ran(1, takeoverMs);
      await context.heal(fault.faultId);

      context.measure({ id: "do.alarm.kill.lateness", value: latenessMs, unit: "ms", n: 1, conditions: { fault: "kill -9 of the PoP of the object", pops: context.target.pops.length, timeScale: context.target.timeScale } });
      assert.ok(heard.every((name) => name === context.unique), heard.join());
      assert.notEqual(run?.instance, before, "it ran in another instance");
    },
  }),
  doCheck({
    ...afterDeath,
    id: "do.alarm.kill.running",
    profiles: ["full", "nightly"],
    promise: "an alarm whose handler was running when its PoP died runs again from the beginning at another",
    claims: ["DO-29", "DO-33"],
    async run(context) {
      const { victim, alarm, witness, witnessName } = await sceneOf(context);
      await alarm.plan({ witness: witnessName, takesMs: 600_000, slowRuns: 1 }, 0);
      await heardBy(context, witness, 1, lateMs);

      const fault = await context.inject({ kind: "kill", popId: victim });
      await heardBy(context, witness, 2, takeoverMs);
      const runs = await alarmClient(context).ran(1, takeoverMs);
      await context.heal(fault.faultId);

      assert.ok(runs.length >= 2, `runs: ${runs.length}`);
      assert.equal(runs[0]?.endedAtMs, null, "the first did not come to its end");
      assert.notEqual(runs[1]?.instance, runs[0]?.instance, "the second ran in another instance");
    },
  }),
];

export const alarmChecks: readonly Check[] = [...single, ...retries, ...deaths];

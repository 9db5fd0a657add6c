// Alarms that are set, replaced, deleted and undone.
import assert from "node:assert/strict";
import type { Check } from "../../check.js";
import { memberOf } from "../../tools/member.js";
import { doCheck } from "../check.js";
import { alarmClient, fixture, untilOthersRan, waiting } from "./client.js";

export const settingChecks: readonly Check[] = [
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
    promise: "an object has one alarm: setting another replaces the first, be it later or sooner, and the first does not run",
    claims: ["DO-31"],
    async run(context) {
      const put = alarmClient(context, `${context.unique}-put-off`);
      const hastened = alarmClient(context, `${context.unique}-hastened`);

      const laterMs = await put.call("planTwice", 300, 3_600_000);
      assert.equal(await put.call("due"), laterMs, "the time of the alarm that was put off");
      const soonerMs = await hastened.call("planTwice", 3_600_000, 300);
      const [run] = await hastened.ran(1);
      await untilOthersRan(context, 300);

      assert.ok((run?.startedAtMs ?? 0) >= Number(soonerMs), "the run is the second alarm's");
      assert.equal(await hastened.call("due"), null, "what is left of the first");
      assert.deepEqual(await put.runs(), [], "runs of the alarm that was put off");
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
    id: "do.alarm.delete.inside",
    // Whether a failing handler that deleted its alarm is tried again is left open ("best-effort"), so that is not judged.
    promise: "deleteAlarm inside the handler takes back the alarm that the handler itself has set",
    claims: ["DO-34"],
    async run(context) {
      const alarm = alarmClient(context);
      await alarm.plan({ againAfterMs: 100, times: 3, deletesItself: true }, 100);

      await alarm.ran(1);
      await untilOthersRan(context, 300);

      assert.equal((await alarm.runs()).length, 1, "runs");
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
];

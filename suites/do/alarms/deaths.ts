// Alarms whose PoP dies.
import assert from "node:assert/strict";
import { type Check, type CheckContext, Inconclusive } from "../../check.js";
import { doCheck } from "../check.js";
import { type AlarmClient, alarmClient, fixture, heardBy, lateMs, takeoverMs } from "./client.js";

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

export const deathChecks: readonly Check[] = [
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

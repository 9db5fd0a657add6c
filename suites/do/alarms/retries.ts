// Alarms whose handler fails, or takes its time.
import assert from "node:assert/strict";
import type { Check, CheckContext } from "../../check.js";
import { doCheck } from "../check.js";
import { alarmClient, lateMs, untilOthersRan, waiting } from "./client.js";
import type { AlarmRun } from "./plan.js";

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

export const retryChecks: readonly Check[] = [
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

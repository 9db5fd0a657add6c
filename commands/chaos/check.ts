// One chaos run as a check, so that it is conducted, recorded, drawn and reported like every other: a target that breaks is a
// result, Ctrl-C heals, and the report shows the smallest violating part of its history.
import assert from "node:assert/strict";
import { missingFor, nemeses, nemesisOf } from "../../chaos/nemeses/index.js";
import { missingForRun, runChaos, type ChaosRun } from "../../chaos/run.js";
import { generateSchedule } from "../../chaos/schedule/generate.js";
import { parseSchedule } from "../../chaos/schedule/parse.js";
import type { Schedule } from "../../chaos/schedule/schedule.js";
import { shrinkSchedule } from "../../chaos/schedule/shrink.js";
import type { Workload } from "../../chaos/workloads/workload.js";
import type { TargetDescription } from "../../contract/target/types.js";
import { Inconclusive, type Check, type CheckContext } from "../../suites/check.js";
import { chaosPortOf } from "../../suites/runner/chaos-port.js";
import { longestRunMs, type ChaosSettings } from "./settings.js";

/** What one run came to, for the table at the end. */
export interface Told {
  readonly seed: number;
  readonly workload: string;
  readonly verdict: ChaosRun["verdict"] | "not-applicable";
  readonly reason: string;
  readonly faults: number;
  readonly operations: number;
  readonly lost: number;
  readonly quietAfterMs: number;
  readonly schedule?: Schedule;
  /** The smallest schedule that still failed. */
  readonly smallest?: Schedule;
}

export interface RunCheckOptions {
  readonly settings: ChaosSettings;
  readonly seed: number;
  readonly workload: Workload;
  readonly say: (text: string) => void;
  readonly onTold: (told: Told) => void;
}

/** @returns a check that runs one workload under the schedule of one seed */
export function chaosCheck(options: RunCheckOptions): Check {
  const { settings, seed, workload } = options;
  const needs = settings.nemeses.length === 1 ? settings.nemeses.map((id) => nemesisOf(id).needs) : [];
  const isLocated = settings.select === "owner" && settings.schedule === undefined && workload.home === undefined;
  return {
    id: `chaos.${workload.id}.seed-${seed}`,
    promise: `${workload.title} keep their promises under faults`,
    level: "distributed",
    fixture: workload.fixture,
    needs: [...workload.needs, ...needs, ...(isLocated ? (["locate"] as const) : [])],
    timeoutMs: longestRunMs(settings),
    run: async (context) => chaosOf(context, options),
  };
}

async function chaosOf(context: CheckContext, options: RunCheckOptions): Promise<void> {
  const { seed, workload, say, settings } = options;
  const told = { seed, workload: workload.id, faults: 0, operations: 0, lost: 0, quietAfterMs: 0 };
  const schedule = scheduleFor(context.target, options);
  const missing = typeof schedule === "string" ? schedule : missingForRun(context.target, workload, schedule);
  if (typeof schedule === "string" || missing !== undefined) {
    options.onTold({ ...told, verdict: "not-applicable", reason: missing ?? "" });
    throw new Inconclusive(`not applicable: ${missing ?? ""}`);
  }
  let runs = 0;
  const runOnce = (given: Schedule, onProgress: (text: string) => void): Promise<ChaosRun> =>
    runChaos(chaosPortOf(context, workload.className), { workload, schedule: given, clients: settings.clients, seed, unique: `${context.unique}${runs++}`, onProgress });

  say(`seed ${seed}, workload ${workload.id}: ${inWords(schedule)}`);
  const run = await runOnce(schedule, (text) => say(`  ${text}`));
  record(context, options, run);
  const shrunk = run.verdict === "fail" && settings.mostShrinkRuns > 0 ? await shrunkOf(options, schedule, (candidate) => runOnce(candidate, () => undefined)) : undefined;
  options.onTold({
    ...told,
    verdict: run.verdict,
    reason: run.reason,
    faults: run.faults.length,
    operations: run.operations.length,
    lost: run.operations.filter(({ outcome }) => outcome === "info").length,
    quietAfterMs: Number(run.conditions["quietAfterMs"]),
    schedule,
    ...(shrunk === undefined ? {} : { smallest: shrunk }),
  });
  say(`  ${run.verdict}: ${run.reason}`);
  if (run.verdict === "inconclusive") throw new Inconclusive(run.reason);
  assert.ok(run.verdict === "pass", run.reason);
}

/** The schedule of this run, or why there is none. */
function scheduleFor(target: TargetDescription, { settings, seed, say }: RunCheckOptions): Schedule | string {
  const popIds = target.pops.map((pop) => pop.id);
  if (settings.schedule !== undefined) return parseSchedule(settings.schedule.text, popIds);
  const wanted = settings.nemeses.length === 0 ? nemeses : settings.nemeses.map(nemesisOf);
  const cannot = wanted.flatMap((nemesis) => {
    const missing = missingFor(nemesis, target);
    return missing === undefined ? [] : [{ id: nemesis.id, missing }];
  });
  for (const { id, missing } of settings.nemeses.length === 0 ? [] : cannot) say(`not applicable: ${id}: ${missing}`);
  const able = wanted.map(({ id }) => id).filter((id) => !cannot.some((one) => one.id === id));
  if (able.length === 0) return cannot.map(({ id, missing }) => `${id}: ${missing}`).join("; ");
  return generateSchedule({ seed, forMs: settings.forMs, nemeses: able, popIds, select: settings.select });
}

function record(context: CheckContext, { seed, workload }: RunCheckOptions, run: ChaosRun): void {
  const id = `chaos.${workload.id}.seed-${seed}`;
  context.recordHistory(id, run.history);
  if (run.answer.violation !== undefined) context.recordViolation(id, { ...run.answer, violation: run.answer.violation });
  for (const { step, popIds, sight, unseen, problem } of run.faults) context.note(`${step.nemesis} of ${popIds.join(", ")} at ${step.atMs} ms: ${problem ?? sight?.text ?? `only the target can see it: ${unseen ?? ""}`}`);
  context.measure({ id: `${id}.operations`, value: run.operations.length, unit: "count", n: 1, conditions: run.conditions });
}

async function shrunkOf({ settings, say }: RunCheckOptions, schedule: Schedule, run: (candidate: Schedule) => Promise<ChaosRun>): Promise<Schedule> {
  say(`  looking for the smallest schedule that still fails, in at most ${settings.mostShrinkRuns} runs`);
  const shrunk = await shrinkSchedule(schedule, {
    mostRuns: settings.mostShrinkRuns,
    fails: async (candidate) => (await run(candidate)).verdict === "fail",
    onSmaller: (candidate, runs) => say(`  run ${runs} still fails: ${inWords(candidate)}`),
  });
  say(`  smallest after ${shrunk.runs} runs${shrunk.isSmallest ? "" : " (there was no time for more)"}: ${inWords(shrunk.schedule)}`);
  return shrunk.schedule;
}

/** A schedule in one line. */
export function inWords({ forMs, steps }: Schedule): string {
  const each = steps.map(({ atMs, nemesis, popIds, select, durationMs, scope }) => {
    const whom = popIds?.join("+") ?? select ?? "one";
    return `${nemesis}${scope === undefined ? "" : ` (${scope})`} of ${whom} at ${seconds(atMs)}${durationMs === 0 ? "" : ` for ${seconds(durationMs)}`}`;
  });
  return `${seconds(forMs)} with ${each.length === 0 ? "no fault" : each.join(", ")}`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}

// The suite of migration: how long clients of a busy object wait when the PoP of its owner dies, stops, freezes or loses its
// storage, and that nothing acknowledged is lost on the way. The seconds and milliseconds are the seeds' claims, not
// documented ones; that one instance follows the other with all data is documented, and is what is certified.
import assert from "node:assert/strict";
import { median } from "../../../contract/median.js";
import { longestGap } from "../../../load/open-loop/gap.js";
import { latencySeries, voidMarksOf } from "../../../load/open-loop/result.js";
import type { Profile } from "../../../contract/result/document.js";
import { type Check, type CheckContext, Inconclusive, type Suite } from "../../check.js";
import { faultsOf, leaseMs, ledgerOf } from "../ledger.js";
import { type Sound, soundOf } from "../../tools/sound.js";
import { assertTakenOver, countFaults, judged, outage, type Outage, type OutageKind, type OutageRecord, ratePerSecond } from "./outage.js";
import { rollOut, type Rollout } from "./rollout.js";

const base = { level: "distributed", pops: 2, fixture: ledgerOf("1") } as const;
const needs = ["durable-objects", "locate"] as const;
/** Kills in one run: enough for a median in the quick profile, for a distribution in the others. */
const killsByProfile = { quick: 3, full: 10, nightly: 20 } as const;
const fewByProfile = { quick: 1, full: 3, nightly: 10 } as const;
/** A target that takes longer says so with one outage; a quick run does not wait for more. */
const slowMs = 5_000;
const patientTimeoutMs = 900_000;

const kinds = {
  kill: { fault: { kind: "kill" }, words: "kill -9", watchMs: 700 },
  stop: { fault: { kind: "stop" }, words: "SIGTERM", watchMs: 1_500 },
  pause: { fault: { kind: "pause" }, words: "SIGSTOP", watchMs: leaseMs + 4_000 },
  storage: { fault: { kind: "isolate", scope: "storage" }, words: "cut off from storage", watchMs: leaseMs + 4_000 },
} as const satisfies Record<string, OutageKind>;

function soundOutages(seen: readonly Outage[]): Sound<Outage> {
  return soundOf(seen, ({ result }) => voidMarksOf(result));
}

/** Records both distributions of a row of outages: until another instance answered, and the longest gap. */
function record(context: CheckContext, id: { readonly time: string; readonly gap: string }, kind: OutageKind, seen: readonly Outage[]): void {
  const { counted, voidCount, marks } = soundOutages(seen);
  const last = seen.at(-1)?.result;
  const series = last === undefined ? {} : latencySeries(last);
  const ofOutages = (value: (one: Outage) => number, counts: string): Omit<Parameters<CheckContext["measure"]>[0], "id"> => {
    const samples = counted.map(value).sort((a, b) => a - b);
    return {
      value: median(samples),
      unit: "ms",
      n: samples.length,
      conditions: {
        mode: "open loop, uniform arrivals, keep-alive, a durable write each",
        counts,
        ratePerSecond,
        fault: kind.words,
        pops: context.target.pops.length,
        timeScale: context.target.timeScale,
        outages: seen.length,
        voidOutages: voidCount,
        requestsFailed: seen.reduce((sum, { failed }) => sum + failed, 0),
      },
      percentiles: { min: samples[0] ?? 0, p50: median(samples), max: samples.at(-1) ?? 0 },
      samples,
      ...series,
      ...marks,
    };
  };
  context.measure({ id: id.time, ...ofOutages(({ migrationMs }) => migrationMs, "from the request for the fault to the first answer of another instance") });
  context.measure({ id: id.gap, ...ofOutages(({ gapMs }) => gapMs, "longest time without an answer, as one client of the object saw it") });
}

/** How outages and rollouts are had; a test gives some that were recorded. */
export interface Means {
  readonly outage: (context: CheckContext, kind: OutageKind, index: number) => Promise<OutageRecord>;
  readonly rollOut: (context: CheckContext) => Promise<Rollout>;
}

async function outages(context: CheckContext, means: Means, kind: OutageKind, count: number): Promise<readonly Outage[]> {
  const seen: Outage[] = [];
  for (let index = 0; index < count; index++) {
    const one = judged(await means.outage(context, kind, index));
    seen.push(one);
    context.note(`${kind.words} of ${one.victim}: ${one.ownerAfter} owned the object and answered after ${one.migrationMs.toFixed(1)} ms; longest gap ${one.gapMs.toFixed(1)} ms, ${one.failed} requests failed, ${one.state.owners.length} instances wrote ${one.state.rows} rows`);
    if (context.profile === "quick" && one.migrationMs > slowMs) break;
  }
  return seen;
}

const killsOfRun = new WeakMap<object, Promise<readonly Outage[]>>();

/** The kills of this run, done once by whoever asks first: one check judges what became of the object, another how long it took. */
function kills(context: CheckContext, means: Means): Promise<readonly Outage[]> {
  const known = killsOfRun.get(context.verbs);
  if (known !== undefined) return known;
  const started = outages(context, means, kinds.kill, killsByProfile[context.profile]);
  killsOfRun.set(context.verbs, started);
  started.catch(() => killsOfRun.delete(context.verbs));
  return started;
}

/** One check for a fault whose length no claim states: the measurement informs, the object must come through whole. */
function outageCheck(means: Means, { name, kind, promise }: { readonly name: string; readonly kind: OutageKind; readonly promise: string }, more: Partial<Check> & { readonly needs: NonNullable<Check["needs"]> }): Check {
  return {
    ...base,
    timeoutMs: patientTimeoutMs,
    ...more,
    id: `do.migration.${name}`,
    promise,
    async run(context) {
      const seen = await outages(context, means, kind, fewByProfile[context.profile]);

      record(context, { time: `do.migration.${name}.time`, gap: `do.migration.${name}.gap` }, kind, seen);
      assertTakenOver(seen);
    },
  };
}

const patientProfiles: readonly Profile[] = ["full", "nightly"];

const checksOf = (means: Means): readonly Check[] => [
  {
    ...base,
    id: "do.migration.kill",
    promise: "an object whose PoP is killed answers at another PoP, and nothing that was acknowledged is lost",
    claims: ["SEED-16"],
    needs: [...needs, "fault.kill"],
    timeoutMs: patientTimeoutMs,
    async run(context) {
      const seen = await kills(context, means);

      assertTakenOver(seen);
    },
  },
  {
    ...base,
    id: "do.migration.time",
    promise: "an object whose PoP is killed answers at another PoP within the second that the seed claims",
    claims: ["SEED-07"],
    needs: [...needs, "fault.kill"],
    timeoutMs: patientTimeoutMs,
    async run(context) {
      const seen = await kills(context, means);

      record(context, { time: "do.migration.time", gap: "do.migration.gap" }, kinds.kill, seen);
      const sound = seen.filter(({ result }) => result.void === undefined);
      const { counted, marks } = soundOutages(sound.length > 0 ? sound : seen);
      const limitMs = context.threshold("SEED-07");
      const medianMs = median(counted.map(({ migrationMs }) => migrationMs));
      const isShown = marks.voidBecause === undefined || (marks.isUpperBound === true && medianMs <= limitMs);
      if (!isShown) throw new Inconclusive(marks.voidBecause ?? "");
      assert.ok(medianMs <= limitMs, `${limitMs} ms from the kill to the first answer elsewhere expected; a median of ${medianMs.toFixed(0)} ms came`);
    },
  },
  outageCheck(means, { name: "stop", kind: kinds.stop, promise: "an object whose PoP is stopped in order is handed over, and nothing that was acknowledged is lost" }, { needs: [...needs, "fault.stop"], claims: ["SEED-16"] }),
  outageCheck(means, { name: "pause", kind: kinds.pause, promise: "an object whose PoP freezes answers at another PoP, and the frozen one wakes up without harming it" }, { needs: [...needs, "fault.pause"], claims: ["SEED-16", "DO-02"], profiles: patientProfiles }),
  outageCheck(means, { name: "isolate-storage", kind: kinds.storage, promise: "an object whose PoP loses its storage answers at another PoP, and nothing that was acknowledged is lost" }, { needs: [...needs, "fault.isolate-storage"], claims: ["SEED-16"], profiles: patientProfiles }),
  {
    ...base,
    id: "do.migration.rollout",
    promise: "an object that is busy while a new version is rolled out loses nothing that was acknowledged, and goes on in the new version",
    claims: ["DO-42"],
    needs: ["durable-objects"],
    timeoutMs: patientTimeoutMs,
    async run(context) {
      const { result, polled, state } = await means.rollOut(context);

      recordRollout(context, result);
      const rows = polled.filter((row) => row !== undefined);
      const lost = result.log.length - result.counts.ok - result.counts.refused - result.counts.saturated + polled.length - rows.length;
      assert.deepEqual([...faultsOf(state, rows), ...countFaults(state, result.counts.ok + rows.length, lost)], []);
    },
  },
];

function recordRollout(context: CheckContext, result: Outage["result"]): void {
  const gap = longestGap(result.log);
  context.measure({
    id: "do.migration.rollout.gap",
    value: gap?.gapMs ?? 0,
    unit: "ms",
    n: 1,
    conditions: { mode: "open loop, uniform arrivals, keep-alive, a durable write each", ratePerSecond, event: "rollout of a new version", requestsFailed: gap?.errors ?? 0 },
    ...latencySeries(result),
    ...voidMarksOf(result),
  });
}

/** @param means default: outages and rollouts of the check's own target */
export function doMigrationSuiteOf(means: Means = { outage, rollOut }): Suite {
  return { id: "do.migration", title: "Durable Objects: migration", checks: checksOf(means) };
}

export const doMigrationSuite: Suite = doMigrationSuiteOf();

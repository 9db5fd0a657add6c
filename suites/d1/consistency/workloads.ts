// Sessions and transactions of D1 under faults, judged on histories: each check is a workload of chaos with a schedule that strikes
// the PoP of the primary, another PoP, or the way between replicas and primary.
import assert from "node:assert/strict";
import { nemesisOf } from "../../../chaos/nemeses/index.js";
import { runChaos } from "../../../chaos/run.js";
import type { Schedule, ScheduleStep } from "../../../chaos/schedule/schedule.js";
import { databasesFixture } from "../../../chaos/workloads/databases.js";
import type { Workload } from "../../../chaos/workloads/workload.js";
import type { Profile } from "../../../contract/result/document.js";
import type { Capability } from "../../../contract/target/types.js";
import { type Check, type CheckContext, Inconclusive } from "../../check.js";
import { chaosPortOf } from "../../runner/chaos-port.js";

/** Two at each of three PoPs. */
const clients = 6;
/** What a target may need until it serves everywhere again: longer than any lease that is known. */
const quietWithinMs = 60_000;
/** How long clients work undisturbed, before the first fault and after the last as well. */
const calmMs: Readonly<Record<Profile, number>> = { quick: 500, full: 1_500, nightly: 4_000 };
const faultMs: Readonly<Record<Profile, number>> = { quick: 1_000, full: 2_500, nightly: 5_000 };
const roundsOf: Readonly<Record<Profile, number>> = { quick: 1, full: 2, nightly: 5 };

/** A history of fewer says nothing. */
const leastAnswered = 60;

/** A target without replicas never reads the past. */
const optionalKinds: ReadonlySet<string> = new Set(["past", "oldestMs"]);

/** Whom a fault strikes: the PoP of the primary, one that has a replica only, or all but one. */
type Victim = "primary" | "replica" | "replicas";

/** One way to disturb a database. */
export interface Disturbance {
  /** The last word of the check's id. */
  readonly id: string;
  readonly words: string;
  readonly nemesis?: string;
  readonly victim?: Victim;
  readonly parameters?: Readonly<Record<string, number>>;
  /** Clients see a fault of replicas by what they read: some read must have missed a write for so long, ms. @param durationMs of the fault */
  readonly seenAfterMs?: (durationMs: number) => number;
}

export const disturbances = {
  quiet: { id: "quiet", words: "undisturbed" },
  lag: { id: "lag", words: "while replicas follow late", nemesis: "slow-replicas", victim: "replicas", parameters: { delayMs: 300, jitterMs: 200 }, seenAfterMs: () => 200 },
  stopped: { id: "stopped", words: "while replicas stand still", nemesis: "stopped-replicas", victim: "replicas", seenAfterMs: (durationMs) => durationMs / 3 },
  replica: { id: "replica.kill", words: "while a PoP without the primary dies and comes back", nemesis: "kill", victim: "replica" },
  primary: { id: "primary.kill", words: "while the PoP of the primary dies and comes back", nemesis: "kill", victim: "primary" },
  partition: { id: "partition", words: "while the primary is cut off from the other PoPs", nemesis: "partition", victim: "primary" },
} as const satisfies Record<string, Disturbance>;

export interface WorkloadCheck {
  /** The suite's id. */
  readonly suite: string;
  readonly workload: Workload;
  readonly disturbance: Disturbance;
  readonly claims: readonly string[];
  readonly promise: string;
}

/** A workload under one disturbance as a check. */
export function workloadCheck({ suite, workload, disturbance, claims, promise }: WorkloadCheck): Check {
  const id = `${suite}.${disturbance.id}`;
  const nemesis = disturbance.nemesis === undefined ? undefined : nemesisOf(disturbance.nemesis);
  const needs: readonly Capability[] = [...workload.needs, ...(nemesis === undefined ? [] : [nemesis.needs])];
  return {
    id,
    promise: `${workload.title}, from every PoP and ${disturbance.words}: ${promise}`,
    level: "distributed",
    claims,
    needs,
    pops: 2,
    fixture: databasesFixture,
    profiles: ["full", "nightly"],
    timeoutMs: 300_000,
    run: (context) => judge(context, id, workload, disturbance),
  };
}

async function judge(context: CheckContext, id: string, workload: Workload, disturbance: Disturbance): Promise<void> {
  const seed = Math.floor(context.random() * 2 ** 32);
  await warm(context);
  const schedule = await scheduleOf(context, workload, disturbance, seed);

  const run = await runChaos(chaosPortOf(context, workload.className), { workload, schedule, clients, seed, unique: context.unique, quietWithinMs, deadlineMs: 4_000 });

  context.recordHistory(id, run.operations);
  const acknowledged = run.operations.filter(({ outcome }) => outcome === "ok");
  const tally = workload.tally?.(run.operations) ?? {};
  context.measure({ id: `${id}.operations`, value: acknowledged.length, unit: "count", n: run.operations.length, conditions: { counts: "operations that were answered", ...tally, ...run.conditions } });
  context.recordViolation(id, run.answer);
  for (const fault of run.faults) context.note(`${fault.step.nemesis} at ${fault.popIds.join(", ")}: ${fault.problem ?? fault.sight?.text ?? "only the target can see it"}`);
  if (run.verdict === "inconclusive") throw new Inconclusive(run.reason);
  if (run.verdict === "pass" && acknowledged.length < leastAnswered) throw new Inconclusive(`only ${acknowledged.length} operations were answered: too few to show anything; the machine is busy, or the target slow`);
  assert.equal(run.verdict, "pass", run.reason);
  const missing = Object.keys(tally).filter((kind) => tally[kind] === 0 && !optionalKinds.has(kind));
  if (missing.length > 0) throw new Inconclusive(`nothing of these kinds was answered: ${missing.join(", ")}; the machine is busy, or the target slow`);
  const seenAfterMs = disturbance.seenAfterMs?.(faultMs[context.profile]) ?? 0;
  const oldestMs = tally["oldestMs"] ?? 0;
  if (oldestMs < seenAfterMs) throw new Inconclusive(`nothing is seen of ${disturbance.nemesis ?? ""}: no read missed a write for more than ${oldestMs} ms, and ${seenAfterMs.toFixed(0)} ms show it`);
  if (disturbance.seenAfterMs !== undefined) context.note(`a read missed a write that had been answered ${oldestMs} ms before; ${tally["past"] ?? 0} reads were of the past`);
}

/** The first requests make the database and an object at each PoP; what is cold does not serve in the time that a fault's look has. */
async function warm(context: CheckContext): Promise<void> {
  const { fixture, target, unique } = context;
  for (const { id: pop } of target.pops) {
    for (const path of ["/primary", `/probe?key=${unique}-warm-${pop}`]) {
      await context.until(
        async () => (await fixture.request({ pop, path, deadlineMs: 5_000 }).catch(() => undefined))?.status,
        (status) => status === 200,
        { deadlineMs: 30_000, what: `PoP ${pop} serves ${path}` },
      );
    }
  }
}

async function scheduleOf(context: CheckContext, workload: Workload, { nemesis, victim, parameters }: Disturbance, seed: number): Promise<Schedule> {
  const { profile, target } = context;
  const [calm, fault] = [calmMs[profile], faultMs[profile]];
  if (nemesis === undefined || victim === undefined) return { seed, forMs: 2 * calm + fault, steps: [] };
  const told = await primaryPop(context, workload);
  const primary = told ?? target.pops[0]?.id ?? "";
  if (told === undefined) context.note(`where the primary is was not told; taken to be at ${primary}`);
  const others = target.pops.map((pop) => pop.id).filter((popId) => popId !== primary);
  // A primary that lost its PoP has another: each blow is aimed when it falls.
  const aim = victim === "primary" && told !== undefined ? { select: "owner" as const } : { popIds: { primary: [primary], replica: others.slice(0, 1), replicas: others }[victim] };
  const rounds = roundsOf[profile];
  const steps = Array.from({ length: rounds }, (_, round): ScheduleStep => ({
    atMs: calm + round * (fault + calm),
    nemesis,
    ...aim,
    durationMs: fault,
    ...(parameters === undefined ? {} : { parameters }),
  }));
  return { seed, forMs: calm + rounds * (fault + calm), steps };
}

/** @returns undefined when the target does not tell where its primary is */
async function primaryPop(context: CheckContext, { home }: Workload): Promise<string | undefined> {
  if (home === undefined) return undefined;
  const { fixture, target } = context;
  const answer = await context.until(
    async () => fixture.request({ pop: target.pops[0]?.id ?? "", ...home.request, deadlineMs: 5_000 }).catch(() => undefined),
    (given) => given?.status === 200,
    { deadlineMs: 20_000, what: "the primary answers a query" },
  );
  return home.popId(answer?.text ?? "", target.pops);
}

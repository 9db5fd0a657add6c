// Every workload under every nemesis: checks that are generated from the two tables, so that a workload or a nemesis which
// is added there is judged here. A history that no order explains fails; a nemesis without effect decides nothing.
import assert from "node:assert/strict";
import type { Nemesis } from "../../../chaos/nemeses/nemesis.js";
import { nemeses } from "../../../chaos/nemeses/index.js";
import { runChaos, type ChaosRun } from "../../../chaos/run.js";
import { generateSchedule } from "../../../chaos/schedule/generate.js";
import { workloads } from "../../../chaos/workloads/index.js";
import type { Workload } from "../../../chaos/workloads/workload.js";
import type { ChaosPort } from "../../../chaos/port.js";
import type { Profile } from "../../../contract/result/document.js";
import type { Capability } from "../../../contract/target/types.js";
import { type Check, type CheckContext, Inconclusive } from "../../check.js";
import { chaosPortOf } from "../../runner/chaos-port.js";

/** How long clients work. */
const underFireMs: Readonly<Record<Profile, number>> = { quick: 1_800, full: 6_000, nightly: 30_000 };
const undisturbedMs: Readonly<Record<Profile, number>> = { quick: 900, full: 3_000, nightly: 15_000 };
/** Two at each of three PoPs: several at an object, and histories that can still be searched. */
const clients = 6;
/** What a target may need until it serves everywhere again: longer than any lease that is known. */
const quietWithinMs = 60_000;
const timeoutMs = 240_000;

/** Pairs of the quick profile: each workload once, and the faults that owners die of. The others take longer than a quick run has. */
const quickPairs: ReadonlySet<string> = new Set(["register.quiet", "counter.kill", "set.stop", "cas.reset-connections", "append.kill"]);

/** Makes the world of a run of what a check is given. */
export type PortOf = (context: CheckContext, className: string | undefined) => ChaosPort;

interface Pair {
  readonly workload: Workload;
  /** undefined: undisturbed */
  readonly nemesis: Nemesis | undefined;
}

function pairOf({ workload, nemesis }: Pair): string {
  return `${workload.id}.${nemesis?.id ?? "quiet"}`;
}

function checkOf({ workload, nemesis }: Pair, portOf: PortOf): Check {
  const pair = pairOf({ workload, nemesis });
  const needs: readonly Capability[] = [...workload.needs, ...(nemesis === undefined ? [] : [nemesis.needs])];
  return {
    id: `do.serialization.${pair}`,
    promise: `${workload.title}, from every PoP ${nemesis === undefined ? "and undisturbed" : `while a nemesis ${nemesis.description}`}: one order explains every answer`,
    level: "distributed",
    claims: ["DO-01", "SEED-15"],
    needs,
    pops: Math.max(2, nemesis?.leastPops ?? 1),
    fixture: workload.fixture,
    ...(quickPairs.has(pair) ? {} : { profiles: ["full", "nightly"] as const }),
    timeoutMs,
    run: (context) => judge(context, { workload, nemesis }, portOf),
  };
}

async function judge(context: CheckContext, { workload, nemesis }: Pair, portOf: PortOf): Promise<void> {
  const { target, profile } = context;
  const popIds = target.pops.map((pop) => pop.id);
  // Where the target can tell, the fault strikes the home of an object that is in use.
  const select = nemesis?.selectors.includes("owner") === true && target.capabilities.includes("locate") ? "owner" : "one";
  const seed = Math.floor(context.random() * 2 ** 32);
  const forMs = (nemesis === undefined ? undisturbedMs : underFireMs)[profile];
  const schedule = generateSchedule({ seed, forMs, popIds, nemeses: nemesis === undefined ? [] : [nemesis.id], select });

  const run = await runChaos(portOf(context, workload.className), { workload, schedule, clients, seed, unique: context.unique, quietWithinMs });

  const historyId = `do.serialization.${pairOf({ workload, nemesis })}`;
  context.recordHistory(historyId, run.operations);
  record(context, historyId, run);
  context.recordViolation(historyId, run.answer);
  for (const { step, popIds, sight, unseen } of run.faults) {
    if (sight !== undefined) context.note(`${step.nemesis} at ${popIds.join(", ")}, as clients saw it: ${sight.text}`);
    if (unseen !== undefined) context.note(`${step.nemesis} at ${popIds.join(", ")} has no proof but the target's word: ${unseen}`);
  }
  if (run.verdict === "inconclusive") throw new Inconclusive(run.reason);
  assert.equal(run.verdict, "pass", run.reason);
}

/** How much was really asked and answered: a pass of ten operations is not one of a thousand. */
function record(context: CheckContext, id: string, { operations, conditions, history }: ChaosRun): void {
  const acknowledged = operations.filter(({ outcome }) => outcome === "ok");
  const startNs = history[0]?.callNs ?? 0n;
  context.measure({
    id,
    value: acknowledged.length,
    unit: "count",
    n: operations.length,
    conditions: { counts: "operations that were answered", ...conditions },
    seriesOf: { what: "time from the call of an operation to its answer", unit: "ms" },
    series: acknowledged
      .filter((_, index) => index % Math.ceil(acknowledged.length / 500) === 0)
      .map(({ callNs, returnNs }): [number, number] => [Number(callNs - startNs) / 1e9, Number((returnNs ?? callNs) - callNs) / 1e6]),
  });
}

/** Replicas of databases are none of objects' affair. */
const nemesesOfObjects = nemeses.filter(({ needs }) => needs !== "d1.replica-lag");

/**
 * The checks of all pairs.
 * @param portOf the world they run in; default: the check's own target
 */
export function matrixChecksOf(portOf: PortOf = chaosPortOf): readonly Check[] {
  return workloads.flatMap((workload) => [undefined, ...nemesesOfObjects].map((nemesis) => checkOf({ workload, nemesis }, portOf)));
}

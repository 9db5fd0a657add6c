// One chaos run: clients at all PoPs work while a schedule of faults strikes; then everything is healed, read once more and
// judged. Faults are operations of the same history, on the same clock. Whatever happens, it ends in bounded time and heals.
import type { CheckerAnswer, Operation } from "../contract/history/types.js";
import { createRecorder } from "./history/recorder.js";
import { missingFor, nemesisOf } from "./nemeses/index.js";
import type { ChaosPort } from "./port.js";
import { runClients } from "./run/clients.js";
import { sinceMs } from "./run/clock.js";
import { becomeQuiet, readAll } from "./run/quiet.js";
import { faultAction, strike, type StruckFault } from "./run/strike.js";
import { verdictOf } from "./run/verdict.js";
import type { Schedule } from "./schedule/schedule.js";
import type { Workload } from "./workloads/workload.js";

export type { StruckFault } from "./run/strike.js";

export interface ChaosOptions {
  readonly workload: Workload;
  /** Checked before, by parseSchedule or by being generated. */
  readonly schedule: Schedule;
  /** Clients altogether, at the PoPs in turn. */
  readonly clients: number;
  /** Of what clients ask. */
  readonly seed: number;
  /** A word that no other run on this target uses: begins every key. */
  readonly unique: string;
  /** A client's time between two operations, on average; default 20 ms. */
  readonly thinkMs?: number;
  /** For one operation; default 2,000 ms. */
  readonly deadlineMs?: number;
  /** For the target to serve everywhere again after everything is healed, and again for the last reads; default 30,000 ms. */
  readonly quietWithinMs?: number;
  /** Told in words how it goes. */
  readonly onProgress?: (text: string) => void;
}

export interface ChaosRun {
  /** Only pass certifies. */
  readonly verdict: "pass" | "fail" | "inconclusive";
  readonly reason: string;
  /** What the workload's checker said, with the smallest violating part. */
  readonly answer: CheckerAnswer;
  /** The operations of the workload, in the order of their calls. */
  readonly operations: readonly Operation[];
  /** The same with the faults between them, whose actions begin with "nemesis:". */
  readonly history: readonly Operation[];
  readonly faults: readonly StruckFault[];
  /** Whether everything was healed, and every PoP served and answered the last reads. */
  readonly isHealed: boolean;
  readonly conditions: Readonly<Record<string, string | number | boolean>>;
}

export const chaosDefaults = { thinkMs: 20, deadlineMs: 2_000, quietWithinMs: 30_000 } as const;

/** What a target lacks for a run: the reason why it is not applicable; undefined when it can. */
export function missingForRun(target: ChaosPort["target"], workload: Workload, schedule: Schedule): string | undefined {
  const need = workload.needs.find((capability) => !target.capabilities.includes(capability));
  if (need !== undefined) return `the workload ${workload.id} needs ${need}, which the target does not declare`;
  for (const step of schedule.steps) {
    const missing = missingFor(nemesisOf(step.nemesis), target);
    if (missing !== undefined) return `${step.nemesis}: ${missing}`;
    if (step.select === "owner" && step.popIds === undefined && workload.home === undefined && !target.capabilities.includes("locate")) return `${step.nemesis} of the owner: the target does not declare locate`;
  }
  return undefined;
}

/** Runs a workload under a schedule. Never throws for what the target does. */
export async function runChaos(port: ChaosPort, options: ChaosOptions): Promise<ChaosRun> {
  const { workload, schedule, clients, seed, unique } = options;
  const { thinkMs, deadlineMs, quietWithinMs } = { ...chaosDefaults, ...options };
  const say = options.onProgress ?? ((): void => undefined);
  const recorder = createRecorder({ nowNs: () => port.now() });
  const keys = new Set<string>();
  let lastKey: string | undefined;
  let names = 0;
  const fresh = (): string => `${unique}-probe-${names++}`;
  const startNs = port.now();

  let isStriking = true;
  const strikes = strike(port, { schedule, recorder, startNs, fresh, lastKey: () => lastKey, onStrike: say, ...(workload.home === undefined ? {} : { home: workload.home }) });
  const [faults] = await Promise.all([
    strikes.done.finally(() => {
      isStriking = false;
    }),
    runClients(port, {
      workload,
      recorder,
      clients,
      seed,
      prefix: unique,
      startNs,
      forMs: schedule.forMs,
      isStriking: () => isStriking,
      thinkMs,
      deadlineMs,
      onKey(key) {
        keys.add(key);
        lastKey = key;
      },
    }),
  ]);
  const workedMs = sinceMs(port, startNs);
  say("healed: waiting until every PoP serves again");
  const quiet = await becomeQuiet(port, strikes, { limitMs: quietWithinMs, deadlineMs, fresh });
  const canRead = quiet.problems.length === 0 && !port.signal.aborted;
  if (canRead) say(`reading ${keys.size} objects at every PoP`);
  const unread = canRead ? await readAll(port, { workload, recorder, keys: [...keys], limitMs: quietWithinMs, deadlineMs }) : [];

  const history = recorder.operations();
  const operations = history.filter(({ action }) => !action.startsWith(faultAction));
  const answer = workload.judge(operations);
  const interrupted = port.signal.aborted ? { interrupted: "the run was interrupted" } : {};
  const count = (outcome: Operation["outcome"]): number => operations.filter((one) => one.outcome === outcome).length;
  return {
    ...verdictOf({ answer, faults, notHealed: quiet.problems, unread, ...interrupted }),
    answer,
    operations,
    history,
    faults,
    isHealed: quiet.problems.length === 0 && unread.length === 0,
    conditions: {
      workload: workload.id,
      nemeses: [...new Set(schedule.steps.map(({ nemesis }) => nemesis))].join(", "),
      pops: port.target.pops.length,
      clients,
      seed,
      scheduleSeed: schedule.seed,
      thinkMs,
      deadlineMs,
      timeScale: port.target.timeScale,
      workedMs: Math.round(workedMs),
      quietAfterMs: Math.round(quiet.tookMs),
      keys: keys.size,
      operationsAnswered: count("ok"),
      operationsFailed: count("fail"),
      answersLost: count("info"),
      faults: faults.length,
      faultsOnTheTargetsWord: faults.filter(({ unseen }) => unseen !== undefined).length,
    },
  };
}

// Conducts one check: its fixture, its time, its verdict, its cleaning up. Whatever the check or the target does, this
// returns a result: a body that ignores its abort is left behind, and what it does later is ignored.
import { setMaxListeners } from "node:events";
import type { CheckResult, Evidence } from "../../contract/result/document.js";
import { messageOf } from "../../contract/errors.js";
import type { KnownFailure } from "../../contract/target/known.js";
import type { Check, Suite } from "../check.js";
import { inapplicableBecause } from "./applicability.js";
import { openContext, type OpenContext, type RunScope } from "./context.js";
import { judgeKnown } from "./known.js";
import { outcomeOf, type Outcome } from "./outcome.js";
import { plainLine } from "./plain.js";

const defaultTimeoutMs = 15_000;
/** How long a fixture may take to stand; the first one may load the runtime. */
export const deployLimitMs = 60_000;
/** How long cleaning up after a check may take before the run goes on without it. */
const cleaningMs = 20_000;
const hurriedCleaningMs = 3_000;

export interface Conducted {
  readonly result: CheckResult;
  readonly isStale: boolean;
}

export interface ConductOptions {
  readonly scope: RunScope;
  readonly known: ReadonlyMap<string, KnownFailure>;
  /** Aborted when the whole run must end; its reason is the checks' reason. */
  readonly runSignal: AbortSignal;
  readonly replayOf: (checkId: string) => string;
  /** Calls back when an error escapes from the check into the process. @returns a function that stops listening */
  readonly onStrayError: (listener: (error: unknown) => void) => () => void;
  /** Ids of checks whose body still runs although their verdict is given. */
  readonly leftBehind: Set<string>;
}

/**
 * @param suite the check's suite
 * @param ordinal the check's place in the run
 */
export async function conduct(options: ConductOptions, suite: Suite, check: Check, ordinal: number): Promise<Conducted> {
  const { scope, known, replayOf } = options;
  const startNs = process.hrtime.bigint();
  const outcome = await outcomeOfCheck(options, check, ordinal);
  const judged = judgeKnown(outcome, known.get(check.id), scope.description.version);
  const evidence: Evidence[] = [...outcome.evidence];
  if (judged.note !== undefined) evidence.push({ kind: "observation", text: plainLine(judged.note) });
  const reason = judged.known?.kind === "flaky" ? `known to be flaky: ${judged.known.reason}` : outcome.reason;
  const result: CheckResult = {
    id: check.id,
    product: suite.id,
    level: check.level,
    promise: check.promise,
    claims: check.claims ?? [],
    verdict: judged.verdict,
    durationMs: Math.round(Number(process.hrtime.bigint() - startNs) / 1e4) / 100,
    ...(reason === undefined ? {} : { reason }),
    ...(outcome.expected === undefined ? {} : { expected: outcome.expected }),
    ...(outcome.observed === undefined ? {} : { observed: outcome.observed }),
    evidence,
    ...(judged.known === undefined ? {} : { known: judged.known }),
    replay: replayOf(check.id),
  };
  return { result, isStale: judged.isStale };
}

async function outcomeOfCheck(options: ConductOptions, check: Check, ordinal: number): Promise<Outcome> {
  const { scope, runSignal } = options;
  const without = (verdict: Outcome["verdict"], reason: string): Outcome => ({ verdict, reason, evidence: [], isCrash: false });
  const inapplicable = inapplicableBecause(check, scope.description);
  if (inapplicable !== undefined) return without("not-applicable", inapplicable);
  if (runSignal.aborted) return without("inconclusive", reasonOf(runSignal));

  const timeoutMs = typeof check.timeoutMs === "function" ? check.timeoutMs(scope.description) : (check.timeoutMs ?? defaultTimeoutMs);
  const ending = new AbortController();
  // A workload waits for many things at once, each with a listener of its own: no leak, so no warning.
  setMaxListeners(0, ending.signal);
  const state: { opened?: OpenContext } = {};
  const body = async (): Promise<Outcome> => {
    const deployed = check.fixture === undefined ? undefined : await scope.fixtures.shared(check.fixture);
    // The check's own time begins when its fixture stands: a slow deploy is not a slow answer.
    startTimer(timeoutMs, `no answer within ${Math.round(timeoutMs)} ms`);
    state.opened = openContext(scope, { check, ordinal, deployed, signal: ending.signal });
    if (ending.signal.aborted) return without("inconclusive", "the check was over before it began");
    await check.run(state.opened.context);
    return { verdict: "pass", evidence: [], isCrash: false };
  };

  let startTimer: (limitMs: number, reason: string) => void = () => undefined;
  const cleanups: (() => void)[] = [];
  const ended = new Promise<Outcome>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    startTimer = (limitMs, reason) => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve(without("fail", reason)), limitMs);
    };
    startTimer(deployLimitMs, `its fixture was not deployed within ${deployLimitMs} ms`);
    cleanups.push(() => clearTimeout(timer));
    const onRunEnd = (): void => resolve(without("inconclusive", reasonOf(runSignal)));
    runSignal.addEventListener("abort", onRunEnd);
    cleanups.push(() => runSignal.removeEventListener("abort", onRunEnd));
    cleanups.push(options.onStrayError((error) => resolve(outcomeOf(error))));
  });
  let isBodyOver = false;
  const running = body()
    .catch(outcomeOf)
    .finally(() => {
      isBodyOver = true;
      options.leftBehind.delete(check.id);
    });
  const outcome = await Promise.race([running, ended]);
  if (!isBodyOver) options.leftBehind.add(check.id);
  startTimer = () => undefined;
  for (const cleanup of cleanups) cleanup();
  state.opened?.seal();
  ending.abort(new Error("the check is over"));

  const evidence = [...outcome.evidence, ...(state.opened?.evidence ?? [])];
  const left = state.opened === undefined ? undefined : await within(cleaningMs, state.opened.clean(), runSignal);
  if (outcome.isCrash && check.fixture !== undefined) await scope.fixtures.recover(check.fixture, runSignal);
  if (left === "late") return { ...outcome, ...failedHealing(outcome, "cleaning up took too long"), evidence };
  for (const text of left?.notUndeployed ?? []) evidence.push({ kind: "observation", text: `not undeployed: ${text}` });
  if (left !== undefined && left.notHealed.length > 0) return { ...outcome, ...failedHealing(outcome, left.notHealed.join("; ")), evidence };
  return { ...outcome, evidence };
}

// A fault that stays would spoil every check after this one: a pass does not stand.
function failedHealing(outcome: Outcome, why: string): Pick<Outcome, "verdict" | "reason"> {
  if (outcome.verdict !== "pass") return { verdict: outcome.verdict, reason: `${outcome.reason ?? ""} (and a fault was not healed: ${why})` };
  return { verdict: "fail", reason: `a fault was not healed: ${why}` };
}

function reasonOf(signal: AbortSignal): string {
  return plainLine(messageOf(signal.reason));
}

/** Waits for cleaning up, in a hurry from the moment that the whole run must end. */
async function within<T>(limitMs: number, work: Promise<T>, runSignal: AbortSignal): Promise<T | "late"> {
  const timers: NodeJS.Timeout[] = [];
  let hurry: () => void = () => undefined;
  const late = new Promise<"late">((resolve) => {
    timers.push(setTimeout(() => resolve("late"), limitMs));
    hurry = () => void timers.push(setTimeout(() => resolve("late"), hurriedCleaningMs));
  });
  runSignal.addEventListener("abort", hurry);
  if (runSignal.aborted) hurry();
  try {
    return await Promise.race([work, late]);
  } finally {
    runSignal.removeEventListener("abort", hurry);
    for (const timer of timers) clearTimeout(timer);
  }
}

// Carries out the steps of a schedule: chooses the PoPs, injects, looks whether it had effect, heals when its time is over.
// Every fault is an operation of the history, on its clock, with its evidence; and every one is healed, whatever happens.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { FaultSpec } from "../../contract/target/types.js";
import type { HistoryRecorder } from "../history/recorder.js";
import { nemesisOf } from "../nemeses/index.js";
import type { Aim, Nemesis } from "../nemeses/nemesis.js";
import type { ChaosPort } from "../port.js";
import type { Schedule, ScheduleStep } from "../schedule/schedule.js";
import type { Home } from "../workloads/workload.js";
import { choosePops } from "./choose.js";
import { sinceMs, within } from "./clock.js";
import { prepare } from "./observe.js";
import type { Look, Sight } from "./sight.js";

/** Begins the action of a fault in a history: not an operation of the workload. */
export const faultAction = "nemesis:";

/** One step as it was carried out. */
export interface StruckFault {
  readonly step: ScheduleStep;
  readonly popIds: readonly string[];
  /** What the target said, a line a fault. */
  readonly evidence: readonly string[];
  /** What a client saw; absent where clients cannot see it. */
  readonly sight?: Sight;
  /** Why no client could see it, so that there is only the target's word for it; absent where one could. */
  readonly unseen?: string;
  /** Since the clients began; absent when it was never in effect, or never healed. */
  readonly injectedAtMs?: number;
  readonly healedAtMs?: number;
  /** Why it had no proven effect; absent when it had. */
  readonly problem?: string;
  /** The target declared it and does not implement it. */
  readonly isUnimplemented?: true;
}

export interface StrikeOptions {
  readonly schedule: Schedule;
  readonly recorder: HistoryRecorder;
  readonly startNs: bigint;
  /** Names objects that nobody has used. */
  readonly fresh: () => string;
  /** The key that clients used last. */
  readonly lastKey: () => string | undefined;
  /** Where the workload's home is, when it is no object. */
  readonly home?: Home;
  readonly onStrike: (text: string) => void;
}

/** An injection or a healing that takes longer has failed: bringing a process back takes its time on a busy machine. */
const verbLimitMs = 60_000;

interface Open {
  readonly faultId: string;
  readonly nemesis: string;
  readonly popId: string;
}

export interface Strikes {
  /** Resolves when every step is over. */
  readonly done: Promise<readonly StruckFault[]>;
  /** Heals what is still in effect, again if need be. @returns what could not be healed, in words */
  healAll(): Promise<readonly string[]>;
}

export function strike(port: ChaosPort, options: StrikeOptions): Strikes {
  const open = new Set<Open>();
  const context = { port, options, open };
  const { steps } = options.schedule;
  // One that took longer than it should, because its PoP was not well yet, delays what was to come after it.
  const struck: { readonly endMs: number; readonly over: Promise<StruckFault> }[] = [];
  for (const [index, step] of steps.entries()) {
    const before = Promise.all(struck.filter(({ endMs }) => endMs <= step.atMs).map(({ over }) => over));
    struck.push({ endMs: step.atMs + step.durationMs, over: before.then(() => oneStep(context, step, index)) });
  }
  return {
    done: Promise.all(struck.map(({ over }) => over)),
    async healAll() {
      const problems = await Promise.all([...open].map((one) => heal(context, one)));
      return problems.filter((problem) => problem !== undefined);
    },
  };
}

interface Context {
  readonly port: ChaosPort;
  readonly options: StrikeOptions;
  readonly open: Set<Open>;
}

async function oneStep(context: Context, step: ScheduleStep, index: number): Promise<StruckFault> {
  const { port, options } = context;
  await port.wait(Math.max(0, step.atMs - sinceMs(port, options.startNs)), port.signal);
  if (port.signal.aborted) return { step, popIds: [], evidence: [], problem: "the run was over before" };
  const nemesis = nemesisOf(step.nemesis);
  const chosen = await choosePops(port, { step, index, seed: options.schedule.seed, key: options.lastKey(), ...(options.home === undefined ? {} : { home: options.home }) });
  if (typeof chosen === "string") return { step, popIds: [], evidence: [], problem: chosen };
  const aim: Aim = {
    popIds: chosen,
    allPopIds: port.target.pops.map((pop) => pop.id),
    ...(step.scope === undefined ? {} : { scope: step.scope }),
    parameters: step.parameters ?? {},
  };
  const observation = nemesis.observation(aim);
  const look = observation.see === "nothing" ? undefined : await prepare(port, observation, options.fresh);
  const mine: Open[] = [];
  const struck = await inject(context, { nemesis, aim, look, mine });
  const injectedAtMs = sinceMs(port, options.startNs);
  options.onStrike(`${nemesis.id} of ${chosen.join(", ")}: ${struck.problem ?? struck.sight?.text ?? `no client can see it; the target says: ${struck.evidence.join("; ")}`}`);
  await port.wait(Math.max(0, step.durationMs - (sinceMs(port, options.startNs) - struck.inEffectMs)), port.signal);
  const problems = (await Promise.all(mine.map((one) => heal(context, one)))).filter((problem) => problem !== undefined);
  const { inEffectMs: _, ...told } = struck;
  return {
    step,
    popIds: chosen,
    ...told,
    ...(observation.see === "nothing" ? { unseen: observation.because } : {}),
    ...(mine.length === 0 ? {} : { injectedAtMs: struck.inEffectMs }),
    ...(mine.length === 0 || problems.length > 0 ? {} : { healedAtMs: Math.max(injectedAtMs, sinceMs(port, options.startNs)) }),
  };
}

interface Blow {
  readonly nemesis: Nemesis;
  readonly aim: Aim;
  readonly look: Look | undefined;
  /** Filled with what is now in effect. */
  readonly mine: Open[];
}

type Struck = Pick<StruckFault, "evidence" | "sight" | "problem" | "isUnimplemented"> & { readonly inEffectMs: number };

async function inject(context: Context, { nemesis, aim, look, mine }: Blow): Promise<Struck> {
  const { port, options } = context;
  const evidence: string[] = [];
  const faults = nemesis.faults(aim);
  if (faults.length === 0) return { evidence, problem: `${nemesis.id} of ${aim.popIds.join(", ")} leaves nobody on the other side`, inEffectMs: sinceMs(port, options.startNs) };
  let problem: string | undefined;
  let isUnimplemented = false;
  for (const fault of faults) {
    const call = options.recorder.client(fault.popId).invoke({ action: faultAction + nemesis.id, key: "", input: inputOf(fault) });
    try {
      const effect = await within(port, verbLimitMs, `InjectFault ${fault.kind}`, injected(context, nemesis, fault, mine));
      evidence.push(effect.evidence);
      if (effect.evidence.trim() === "") problem ??= `the target gave no evidence of ${fault.kind} of ${fault.popId}`;
      call.ok({ evidence: effect.evidence });
    } catch (error) {
      call.info();
      isUnimplemented ||= error instanceof EdgemarkError && error.code === "target.unimplemented";
      problem ??= `${fault.kind} of ${fault.popId} was not injected: ${messageOf(error)}`;
    }
  }
  const inEffectMs = sinceMs(port, options.startNs);
  const sight = look === undefined || mine.length === 0 ? undefined : await look();
  if (sight?.isSeen === false) problem ??= `nothing is seen of ${nemesis.id}: ${sight.text}`;
  return {
    evidence,
    inEffectMs,
    ...(sight === undefined ? {} : { sight }),
    ...(problem === undefined ? {} : { problem }),
    ...(isUnimplemented ? { isUnimplemented } : {}),
  };
}

/** One that takes effect after its limit is healed with the rest at the end. */
async function injected({ port, open }: Context, nemesis: Nemesis, fault: FaultSpec, mine: Open[]): Promise<{ readonly evidence: string }> {
  const effect = await port.inject(fault);
  const one = { faultId: effect.faultId, nemesis: nemesis.id, popId: fault.popId };
  open.add(one);
  mine.push(one);
  return effect;
}

/** @returns why it could not be healed */
async function heal({ port, options, open }: Context, one: Open): Promise<string | undefined> {
  if (!open.has(one)) return undefined;
  const call = options.recorder.client(one.popId).invoke({ action: `${faultAction}heal`, key: "", input: { nemesis: one.nemesis, faultId: one.faultId } });
  try {
    const { evidence } = await within(port, verbLimitMs, `HealFault ${one.faultId}`, port.heal(one.faultId));
    open.delete(one);
    call.ok({ evidence });
    return undefined;
  } catch (error) {
    call.info();
    return `${one.nemesis} of ${one.popId} could not be healed: ${messageOf(error)}`;
  }
}

function inputOf({ kind, scope, parameters }: FaultSpec): Readonly<Record<string, unknown>> {
  return { kind, ...(scope === undefined ? {} : { scope }), ...parameters };
}

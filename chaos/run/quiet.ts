// The end of a run: everything is healed, every PoP serves and writes again, and then every object is read at every PoP.
// All of it within a limit: a target that never heals is told so.
import type { HistoryRecorder } from "../history/recorder.js";
import type { ChaosPort } from "../port.js";
import { probes } from "../workloads/protocol.js";
import type { Workload } from "../workloads/workload.js";
import { sinceMs } from "./clock.js";
import { operate } from "./clients.js";
import type { Strikes } from "./strike.js";

/** Between two tries of the same, ms. */
const retryMs = 100;

export interface Quiet {
  /** Why the target is not as it was, in words; empty when it healed. */
  readonly problems: readonly string[];
  /** From the last healing until every PoP served again, ms. */
  readonly tookMs: number;
}

/** Waits until nothing is in effect and every PoP serves and writes. Healing goes on even when the run is aborted. */
export async function becomeQuiet(port: ChaosPort, strikes: Strikes, options: { readonly limitMs: number; readonly deadlineMs: number; readonly fresh: () => string }): Promise<Quiet> {
  const startNs = port.now();
  let unhealed = await strikes.healAll();
  while (unhealed.length > 0 && !port.signal.aborted && sinceMs(port, startNs) < options.limitMs) {
    await port.wait(retryMs, port.signal);
    unhealed = await strikes.healAll();
  }
  if (unhealed.length > 0) return { problems: unhealed, tookMs: sinceMs(port, startNs) };
  const problems = await Promise.all(port.target.pops.map((pop) => serves(port, pop.id, startNs, options)));
  return { problems: problems.filter((problem) => problem !== undefined), tookMs: sinceMs(port, startNs) };
}

/** @returns why it does not */
async function serves(port: ChaosPort, pop: string, startNs: bigint, options: { readonly limitMs: number; readonly deadlineMs: number; readonly fresh: () => string }): Promise<string | undefined> {
  for (;;) {
    let last: string;
    try {
      const { status } = await port.send({ pop, ...probes.write(options.fresh()), deadlineMs: options.deadlineMs });
      if (status === 200) return undefined;
      last = `HTTP ${status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (port.signal.aborted) return undefined;
    if (sinceMs(port, startNs) >= options.limitMs) return `PoP ${pop} took no write within ${options.limitMs} ms after everything was healed; last: ${last.slice(0, 200)}`;
    await port.wait(retryMs, port.signal);
  }
}

export interface FinalReadsOptions {
  readonly workload: Workload;
  readonly recorder: HistoryRecorder;
  readonly keys: readonly string[];
  readonly limitMs: number;
  readonly deadlineMs: number;
}

/** Asks every PoP for everything once more; each request until it is answered or the time is over. @returns what was never answered */
export async function readAll(port: ChaosPort, { workload, recorder, keys, limitMs, deadlineMs }: FinalReadsOptions): Promise<readonly string[]> {
  const startNs = port.now();
  const unanswered: string[] = [];
  const atPop = async (pop: string): Promise<void> => {
    const history = recorder.client(pop);
    for (const invocation of workload.finalReads(keys)) {
      let isAnswered = false;
      while (!isAnswered && !port.signal.aborted) {
        isAnswered = await operate(port, { history, workloadId: workload.id, invocation, pop, deadlineMs });
        if (isAnswered || sinceMs(port, startNs) >= limitMs) break;
        await port.wait(retryMs, port.signal);
      }
      if (!isAnswered) unanswered.push(`${invocation.action} of ${invocation.key} at PoP ${pop}`);
    }
  };
  await Promise.all(port.target.pops.map((pop) => atPop(pop.id)));
  return unanswered;
}

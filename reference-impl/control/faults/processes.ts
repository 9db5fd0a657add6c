// Faults of a PoP's process: killed, stopped in order, frozen, and short of CPU.
import { readFile } from "node:fs/promises";
import { EdgemarkError } from "../../../contract/errors.js";
import type { Engine } from "../../supervisor/engine.js";
import type { Pop } from "../../supervisor/pop.js";
import type { Freezer } from "./freezer.js";
import { type Inject, withoutEffect } from "./injected.js";
import { parametersOf } from "./parameters.js";

const stateDeadlineMs = 2000;
const samples = 60;
const sampleMs = 5;

export const takeDown: Inject = async (edge, pop, fault) => {
  parametersOf(fault, {});
  const evidence = await edge.takeDown(pop, fault.kind === "kill" ? "SIGKILL" : "SIGTERM");
  return { evidence, heal: () => edge.bringUp(pop) };
};

/** @param freezer shared by all faults of an edge */
export function pauseWith(freezer: Freezer): Inject {
  return async (_edge, pop, fault) => {
    parametersOf(fault, {});
    const engine = engineOf(pop);
    const end = freezer.add(pop, 0);
    const state = await processState(engine.pid, (letter) => letter === "T").catch((error: unknown) => {
      end();
      throw error;
    });
    return {
      evidence: `process ${engine.pid} of PoP ${pop.id} ${state === "" ? "has ended" : `is in state ${state} (stopped)`}`,
      async heal() {
        end();
        const now = pop.current?.engine;
        if (now === undefined) return `PoP ${pop.id} is down`;
        // It may have stayed away for longer than its lease: then it ends by itself, and another one is started.
        const after = await processState(now.pid, (letter) => letter !== "T").catch(() => "T");
        return after === "T" ? `process ${now.pid} of PoP ${pop.id} stays stopped: another fault keeps it so` : `process ${now.pid} of PoP ${pop.id} ${after === "" ? "has ended" : `is in state ${after}`}`;
      },
      release: end,
    };
  };
}

/** @param freezer shared by all faults of an edge */
export function overloadWith(freezer: Freezer): Inject {
  return async (_edge, pop, fault) => {
    const { cpuRatio } = parametersOf(fault, { cpuRatio: { otherwise: 0.1, least: 0.001, most: 0.999 } });
    const engine = engineOf(pop);
    const before = await stoppedRatio(engine);
    const end = freezer.add(pop, cpuRatio);
    const during = await stoppedRatio(engine);
    if (during < (1 - cpuRatio) / 2) {
      end();
      throw withoutEffect(`process ${engine.pid} was stopped in ${percent(during)} of the time`);
    }
    return {
      evidence: `process ${engine.pid} of PoP ${pop.id} is kept from running in ${percent(during)} of ${samples * sampleMs} ms of samples (before: ${percent(before)}), so that about ${percent(cpuRatio)} of its time is left`,
      async heal() {
        end();
        const now = pop.current?.engine;
        return now === undefined ? `PoP ${pop.id} is down` : `process ${now.pid} of PoP ${pop.id} is kept from running in ${percent(await stoppedRatio(now))} of the time`;
      },
      release: end,
    };
  };
}

function engineOf(pop: Pop): Engine {
  const engine = pop.current?.engine;
  if (engine === undefined) throw new EdgemarkError("target.refused", `expected PoP ${pop.id} to be up; it is down, and has no process to stop; heal it first`);
  return engine;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** Share of samples that find the process stopped. */
async function stoppedRatio(engine: Engine): Promise<number> {
  let stopped = 0;
  for (let sample = 0; sample < samples; sample++) {
    if ((await stateLetter(engine.pid)) === "T") stopped++;
    await wait(sampleMs);
  }
  return stopped / samples;
}

/** The kernel's one-letter state of a process, "" when it is gone. */
async function stateLetter(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The name is in parentheses and may hold anything; the state follows the last one.
  const letter = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  return letter === "Z" || letter === "X" ? "" : letter;
}

/** The state of a process once it satisfies, "" when it is gone. */
async function processState(pid: number, satisfied: (letter: string) => boolean): Promise<string> {
  const deadlineMs = Date.now() + stateDeadlineMs;
  for (;;) {
    const letter = await stateLetter(pid);
    if (letter === "" || satisfied(letter)) return letter;
    if (Date.now() > deadlineMs) throw new EdgemarkError("target.refused", `process ${pid} stayed in state ${letter} for ${stateDeadlineMs} ms`);
    await wait(2);
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

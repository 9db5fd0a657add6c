// PoPs that go and come back: taken down by a fault, or ended by themselves and started again for as long as it takes.
import type { Doors } from "./doors.js";
import { type EdgeState, pause } from "./edge-state.js";
import { EngineFailed } from "./engine.js";
import { engineSays } from "./log-line.js";
import type { Pop } from "./pop.js";
import type { Processes } from "./processes.js";

/** After a crash the process is started again, later each time it dies young or does not come up. */
const restartBackoffMs = [0, 200, 1000, 5000] as const;

/** How often a PoP that a fault keeps from its storage looks whether it can start. */
const impairedPollMs = 20;

export interface Revival {
  /** The process that served a PoP ended and nobody asked for it. @param words its last ones */
  crashed(pop: Pop, words: string): Promise<void>;
  /** Takes a PoP down and keeps it so. @returns evidence */
  takeDown(pop: Pop, signal: "SIGKILL" | "SIGTERM"): Promise<string>;
  /** Takes one {@link takeDown} back; the last one brings the PoP back. @returns evidence */
  bringUp(pop: Pop): Promise<string>;
}

export function revivalOf(state: EdgeState, doors: Doors, processes: Processes): Revival {
  const reviving = new Set<Pop>();

  /** Whether a fault keeps a process of the PoP from starting. */
  function isStorageImpaired(pop: Pop): boolean {
    const { faults } = state.options.storage;
    return faults !== undefined && (faults.isFull || faults.paths(pop.index).to.isHeld || faults.paths(pop.index).from.isHeld);
  }

  /** Starts a PoP again until it is up: what keeps it from starting may last for as long as it likes. */
  async function revive(pop: Pop): Promise<void> {
    if (reviving.has(pop)) return;
    reviving.add(pop);
    try {
      for (let attempt = 0; !state.isClosing && pop.current === undefined && pop.kills === 0; attempt++) {
        await pause(restartBackoffMs[Math.min(attempt, restartBackoffMs.length - 1)] ?? 0);
        await pop.control.open();
        // A start would hang, and everybody's deployments behind it.
        while (!state.isClosing && pop.kills === 0 && isStorageImpaired(pop)) await pause(impairedPollMs);
        await state.serially(() => restart(pop)).catch((error: unknown) => state.options.onLog(pop.id, engineSays(`restart failed: ${String(error)}`)));
      }
    } finally {
      reviving.delete(pop);
    }
  }

  async function restart(pop: Pop): Promise<void> {
    if (state.isClosing || pop.kills > 0) return;
    if (pop.current === undefined) pop.adopt(await processes.prepare(pop));
    if (pop.cuts === 0) await doors.up(pop, `process ${pop.current?.engine.pid ?? 0} serves`);
  }

  return {
    async crashed(pop, words) {
      await doors.down(pop, `its process ended by itself: ${words.split("\n").at(-1) ?? ""}`);
      await revive(pop);
    },
    async takeDown(pop, signal) {
      pop.kills++;
      if (signal === "SIGTERM") doors.leave(pop);
      const evidence = await pop.stopCurrent(signal);
      await doors.down(pop, evidence);
      return evidence;
    },
    async bringUp(pop) {
      pop.kills--;
      if (pop.kills > 0) return `PoP ${pop.id} stays down: another fault keeps it so`;
      if (!isStorageImpaired(pop)) {
        try {
          await state.serially(() => restart(pop));
          return `process ${pop.current?.engine.pid ?? 0} of PoP ${pop.id} serves`;
        } catch (error) {
          if (!(error instanceof EngineFailed) || !isStorageImpaired(pop)) {
            pop.kills++;
            throw error;
          }
        }
      }
      void revive(pop);
      return `PoP ${pop.id} starts when it can use its storage again, from which another fault keeps it`;
    },
  };
}

// Stops and continues a PoP's process for faults: frozen for as long as one of them freezes it, else in and out of a duty
// cycle when one of them leaves it little CPU. Several add up and end in any order, and a process that follows is treated alike.
import type { Engine } from "../../supervisor/engine.js";
import type { Pop } from "../../supervisor/pop.js";

/** Short against every deadline of ours, long against what a timer is late by. */
const periodMs = 50;
const tickMs = 5;
/** More is forgiven: starved is not frozen. */
const mostDebtMs = 25;

export interface Freezer {
  /** Leaves a PoP this share of its time: 0 freezes it. @returns what ends it */
  add(pop: Pop, shareRatio: number): () => void;
  close(): void;
}

interface Frozen {
  readonly shares: Set<{ readonly shareRatio: number }>;
  readonly timer: NodeJS.Timeout;
  stopped: Engine | undefined;
  /** Time that it may still run, ms; what it took too much of because a tick came late is taken off what comes next. */
  creditMs: number;
  lastMs: number;
}

export function startFreezer(): Freezer {
  const frozen = new Map<Pop, Frozen>();

  function enforce(pop: Pop): void {
    const state = frozen.get(pop);
    if (state === undefined) return;
    const share = [...state.shares].reduce((product, { shareRatio }) => product * shareRatio, 1);
    const nowMs = performance.now();
    const tookMs = nowMs - state.lastMs;
    state.lastMs = nowMs;
    const ranMs = state.stopped === undefined ? tookMs : 0;
    state.creditMs = Math.max(-mostDebtMs, Math.min(share * periodMs, state.creditMs + share * tookMs - ranMs));
    // Once stopped it waits until it can run for a while.
    const mayRun = share > 0 && state.creditMs > (state.stopped === undefined ? 0 : (share * periodMs) / 2);
    const engine = pop.current?.engine;
    if (state.stopped !== undefined && (mayRun || state.stopped !== engine)) {
      state.stopped.signal("SIGCONT");
      state.stopped = undefined;
    }
    if (!mayRun && engine !== undefined && state.stopped === undefined) {
      engine.signal("SIGSTOP");
      state.stopped = engine;
    }
  }

  return {
    add(pop, shareRatio) {
      const state = frozen.get(pop) ?? { shares: new Set(), timer: setInterval(() => enforce(pop), tickMs), stopped: undefined, creditMs: 0, lastMs: performance.now() };
      frozen.set(pop, state);
      const share = { shareRatio };
      state.shares.add(share);
      enforce(pop);
      return () => {
        state.shares.delete(share);
        if (state.shares.size > 0) return enforce(pop);
        clearInterval(state.timer);
        frozen.delete(pop);
        state.stopped?.signal("SIGCONT");
      };
    },
    close() {
      for (const { timer } of frozen.values()) clearInterval(timer);
      frozen.clear();
    },
  };
}

// Time that passes only when everybody waits: a chaos run of minutes takes milliseconds in a test, and the same seed gives
// the same run.

interface Waiting {
  readonly atMs: number;
  readonly wake: () => void;
}

export interface VirtualTime {
  now(): bigint;
  nowMs(): number;
  wait(milliseconds: number, until?: AbortSignal): Promise<void>;
  /** Lets time pass until the work is done. @throws when the work waits for nothing that can come */
  run<T>(work: Promise<T>): Promise<T>;
}

export function virtualTime(): VirtualTime {
  const waiting = new Set<Waiting>();
  let nowMs = 1_000;
  /** Those who wait for the next moment at which anybody does, in the order in which they began. */
  const next = (): readonly Waiting[] => {
    let firstMs = Infinity;
    for (const one of waiting) firstMs = Math.min(firstMs, one.atMs);
    return [...waiting].filter(({ atMs }) => atMs === firstMs);
  };
  return {
    now: () => BigInt(Math.round(nowMs * 1e6)),
    nowMs: () => nowMs,
    wait(milliseconds, until) {
      if (until?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const one: Waiting = {
          // Whole steps: whoever waits for the same one goes on together.
          atMs: Math.ceil(nowMs + Math.max(0, milliseconds)),
          wake() {
            waiting.delete(one);
            until?.removeEventListener("abort", one.wake);
            resolve();
          },
        };
        waiting.add(one);
        until?.addEventListener("abort", one.wake);
      });
    },
    async run(work) {
      const state = { isDone: false };
      const done = work.finally(() => {
        state.isDone = true;
      });
      // Its failure is for the caller alone.
      done.catch(() => undefined);
      for (;;) {
        // Everything that can go on without time goes on first.
        await new Promise((resolve) => setImmediate(resolve));
        if (state.isDone) return done;
        const due = next();
        const [first] = due;
        if (first === undefined) throw new Error("virtual time: the work waits for something that never comes");
        nowMs = Math.max(nowMs, first.atMs);
        for (const one of due) one.wake();
      }
    },
  };
}

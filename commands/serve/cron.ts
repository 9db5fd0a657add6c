// Cron triggers as the platform reads them: five fields, UTC, weekday 1 is Sunday, with L, W and # (claim CR-01). Fires
// them on time; the library tells the times.
import { Cron } from "croner";

const dialect = { mode: "5-part", alternativeWeekdays: true, timezone: "UTC" } as const;

/** @returns what is wrong with an expression, undefined when it is right */
export function cronProblem(expression: string): string | undefined {
  try {
    new Cron(expression, { ...dialect, paused: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @returns the next time after a moment, ms since 1970; undefined when it never comes */
export function nextCronMs(expression: string, afterMs: number): number | undefined {
  return new Cron(expression, { ...dialect, paused: true }).nextRun(new Date(afterMs))?.getTime();
}

export interface CronClock {
  readonly nowMs: () => number;
  /** Calls back once after a delay in ms. @returns a function that cancels it */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

export const wallClock: CronClock = {
  nowMs: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Timers cannot be longer than 2^31 ms; a shorter look at the clock also survives a laptop's sleep. */
const longestWaitMs = 60_000;

/**
 * Fires expressions at their times until it is stopped. A time that passed while the machine slept fires once.
 * @param onFire called with the expression and its time, ms since 1970
 * @returns a function that ends it
 */
export function scheduleCrons(expressions: readonly string[], onFire: (cron: string, scheduledTimeMs: number) => void, clock: CronClock = wallClock): () => void {
  const cancels = new Map<string, () => void>();
  const wait = (cron: string, dueMs: number | undefined): void => {
    if (dueMs === undefined) return;
    const leftMs = dueMs - clock.nowMs();
    const cancel = clock.after(Math.min(Math.max(leftMs, 0), longestWaitMs), () => {
      if (clock.nowMs() < dueMs) return wait(cron, dueMs);
      onFire(cron, dueMs);
      wait(cron, nextCronMs(cron, clock.nowMs()));
    });
    cancels.set(cron, cancel);
  };
  for (const cron of new Set(expressions)) wait(cron, nextCronMs(cron, clock.nowMs()));
  return () => {
    for (const cancel of cancels.values()) cancel();
  };
}

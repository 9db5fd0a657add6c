// Waiting out the moments in which a shard has no owner: its PoP died or hands it over, and a peer takes it within
// tens of milliseconds. A worker should see a slow answer then, not an error.
import { unavailable } from "./refusal.js";

/** Long enough that the engine has taken a broken connection down: a call that it routes meanwhile ends its process. */
const firstPauseMs = 20;
const longestPauseMs = 100;

/** Whether the runtime says that the call may be made again. Refusals and our own faults are not. */
function isRetryable(cause: unknown): boolean {
  return cause instanceof Error && "retryable" in cause && cause.retryable === true && !("overloaded" in cause && cause.overloaded === true);
}

const late = Symbol("late");

/**
 * Calls until there is an answer or the time is over.
 * @param attempt makes one call; gets its number, from 0
 * @param within how long the whole may take and how long a call may stay unanswered before it is given up, ms
 * @throws Refusal 503 when no owner answered in time; whatever else the call threw
 */
export async function persist<T>(attempt: (number: number) => Promise<T>, within: { readonly wholeMs: number; readonly attemptMs: number }): Promise<T> {
  const endMs = Date.now() + within.wholeMs;
  let pauseMs = firstPauseMs;
  for (let number = 0; ; number++) {
    try {
      const answer = await orLate(attempt(number), Math.min(within.attemptMs, endMs - Date.now()));
      if (answer !== late) return answer;
    } catch (cause) {
      if (!isRetryable(cause)) throw cause;
    }
    if (Date.now() + pauseMs >= endMs) throw unavailable();
    await scheduler.wait(pauseMs);
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }
}

async function orLate<T>(answer: Promise<T>, milliseconds: number): Promise<T | typeof late> {
  const timer = new AbortController();
  const lateness = scheduler.wait(milliseconds, { signal: timer.signal }).then(
    (): typeof late => late,
    (): typeof late => late,
  );
  try {
    return await Promise.race([answer, lateness]);
  } finally {
    timer.abort();
  }
}

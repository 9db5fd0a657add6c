// Polling with a deadline, the only way a check waits: a failure says what was seen last.
import { AssertionError } from "node:assert";
import { setTimeout as delay } from "node:timers/promises";
import { plainLine, plainValue } from "./plain.js";

export interface UntilOptions {
  readonly deadlineMs: number;
  /** Between the end of one probe and the start of the next; default 20 ms. */
  readonly intervalMs?: number;
  /** What is awaited, in words: "the new value at every PoP". */
  readonly what: string;
}

/**
 * Probes until it is satisfied. A probe that began before the deadline counts, whenever it answers; a probe whose
 * assertion fails is not satisfied yet.
 * @throws AssertionError with the last value, or the last failed assertion, when the deadline passes
 */
export async function until<T>(
  probe: () => Promise<T>,
  satisfied: (value: T) => boolean,
  options: UntilOptions,
  signal: AbortSignal,
): Promise<T> {
  const startNs = process.hrtime.bigint();
  const elapsedMs = (): number => Number(process.hrtime.bigint() - startNs) / 1e6;
  let last = "nothing was seen";
  for (let probes = 1; ; probes++) {
    let observed: { readonly value: T } | undefined;
    try {
      observed = { value: await probe() };
    } catch (error) {
      if (!(error instanceof AssertionError) || signal.aborted) throw error;
      last = `the last probe failed: ${plainLine(error.message, 300)}`;
    }
    if (observed !== undefined) {
      if (satisfied(observed.value)) return observed.value;
      last = `last seen: ${plainLine(plainValue(observed.value), 500)}`;
    }
    const leftMs = options.deadlineMs - elapsedMs();
    if (leftMs <= 0) throw new AssertionError({ message: `${options.what}: not within ${options.deadlineMs} ms (${probes} probes); ${last}` });
    await delay(Math.min(options.intervalMs ?? 20, leftMs), undefined, { signal });
  }
}

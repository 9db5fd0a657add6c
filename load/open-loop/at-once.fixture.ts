// What the driver's own record says of how many requests were open at one time: no run needs more connections than that.
import type { RequestSample } from "./request-log.js";

/** @returns the most requests that had been sent and not ended at any time */
export function mostAtOnce(samples: Iterable<RequestSample>): number {
  const turns = [...samples].flatMap(({ intendedMs, lagMs, latencyMs }) => [
    // The lag is kept with few digits: what seems to begin right after an end may have begun before it.
    { atMs: intendedMs + lagMs - 0.1, change: 1 },
    { atMs: intendedMs + latencyMs, change: -1 },
  ]);
  turns.sort((a, b) => a.atMs - b.atMs);
  let open = 0;
  return turns.reduce((most, { change }) => Math.max(most, (open += change)), 0);
}

// A run taken apart by who answered, from a cold or a warm isolate, and with what outcome: one slow PoP or a hundred cold
// starts must not hide in the whole.
import type { Isolate } from "./answer.js";
import { LatencyHistogram } from "./histogram.js";
import type { Outcome, RequestLog } from "./request-log.js";

export interface RequestClass {
  readonly tag: string | undefined;
  readonly isolate: Isolate | undefined;
  readonly outcome: Outcome;
  readonly latency: LatencyHistogram;
}

/** A histogram is 100 KB: what exceeds this many classes is put into one without a tag. */
const maxClasses = 200;

/** @returns the classes that occur, the largest first */
export function classesOf(log: RequestLog): RequestClass[] {
  const found = new Map<string, RequestClass>();
  for (const { tag, isolate, outcome, latencyMs } of log) {
    const name = `${outcome} ${isolate ?? ""} ${tag ?? ""}`;
    const known = found.get(name) ?? (found.size < maxClasses ? undefined : found.get(`${outcome} ${isolate ?? ""} `));
    const one = known ?? { tag: found.size < maxClasses ? tag : undefined, isolate, outcome, latency: new LatencyHistogram() };
    if (known === undefined) found.set(`${outcome} ${isolate ?? ""} ${one.tag ?? ""}`, one);
    one.latency.recordMs(latencyMs);
  }
  return [...found.values()].sort((a, b) => b.latency.n - a.latency.n);
}

// The longest outage that a stream of requests saw: the time from one successful answer to the next. Pure.
import type { RequestSample } from "./request-log.js";

export interface Gap {
  /** From the last successful answer before it (or the first intended time) to the first after it (or the end). */
  readonly gapMs: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Who answered last before and first after; undefined at either end of the run, or when unclassified. */
  readonly fromTag: string | undefined;
  readonly toTag: string | undefined;
  /** Requests that were meant to be sent within the gap and failed, by outcome. */
  readonly failed: Readonly<Record<string, number>>;
  /** The driver's own largest lag in the gap: a gap that is hardly longer is the driver's, not the target's. */
  readonly lagMs: number;
  /** Successful answers of the whole run, by who gave them. */
  readonly answersByTag: Readonly<Record<string, number>>;
  /** Failures of the whole run. */
  readonly errors: number;
}

/**
 * @param samples requests of one run in any order
 * @returns undefined without samples; the whole run when nothing was answered
 */
export function longestGap(samples: Iterable<RequestSample>): Gap | undefined {
  const all = [...samples];
  const answers = all.filter(({ outcome }) => outcome === "ok").map((sample) => ({ atMs: sample.intendedMs + sample.latencyMs, tag: sample.tag }));
  answers.sort((a, b) => a.atMs - b.atMs);
  if (all.length === 0) return undefined;

  let firstMs = Infinity;
  let lastMs = -Infinity;
  for (const { intendedMs, latencyMs } of all) {
    firstMs = Math.min(firstMs, intendedMs);
    lastMs = Math.max(lastMs, intendedMs + latencyMs);
  }
  let longest: Pick<Gap, "fromMs" | "toMs" | "fromTag" | "toTag"> = { fromMs: firstMs, toMs: firstMs, fromTag: undefined, toTag: undefined };
  let before: { readonly atMs: number; readonly tag: string | undefined } = { atMs: firstMs, tag: undefined };
  for (const answer of [...answers, { atMs: lastMs, tag: undefined }]) {
    if (answer.atMs - before.atMs > longest.toMs - longest.fromMs) {
      longest = { fromMs: before.atMs, toMs: answer.atMs, fromTag: before.tag, toTag: answer.tag };
    }
    before = answer;
  }
  const inside = all.filter(({ intendedMs }) => intendedMs >= longest.fromMs && intendedMs <= longest.toMs);
  return {
    ...longest,
    gapMs: longest.toMs - longest.fromMs,
    failed: countBy(inside.filter(({ outcome }) => outcome !== "ok").map(({ outcome }) => outcome)),
    lagMs: inside.reduce((most, { lagMs }) => Math.max(most, lagMs), 0),
    answersByTag: countBy(answers.map(({ tag }) => tag ?? "unclassified")),
    errors: all.length - answers.length,
  };
}

/** How often each name occurs. */
function countBy(names: Iterable<string>): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

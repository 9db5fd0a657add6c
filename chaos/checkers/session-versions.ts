// The order of a primary's writes as its answers and the reads tell it, and what in them no such order can be: a version twice,
// one that nobody wrote, one that was read before it was written.
import { shown } from "./register-history.js";
import type { FoundAnomaly } from "./session-anomaly.js";
import type { LostWrite, SessionHistory, SessionStep } from "./session-history.js";
import { inOrder } from "./timeline.js";

export interface VersionOrder {
  /** The acknowledged write of a version. */
  readonly writes: { get(version: number): SessionStep | undefined };
  /** The next write of an item after a version, Infinity when there is none. */
  next(item: string, version: number): number;
  /** Acknowledged writes in the order of their answers. */
  readonly writesByEnd: readonly SessionStep[];
  readonly impossible: readonly FoundAnomaly[];
}

/** A version that was read and that no acknowledged write has. */
interface Unclaimed {
  readonly version: number;
  readonly items: Set<string>;
  firstEnd: number;
  first: SessionStep;
}

/** Tries that finding a lost write for each such version may take; then they are taken as explained, never as wrong. */
const mostTries = 1_000_000;

export function versionOrder(history: SessionHistory): VersionOrder {
  const { steps, lost } = history;
  const impossible: FoundAnomaly[] = [];
  const writes = new ByVersion(steps.length);
  const byItem = new Map<string, number[]>();
  const add = (item: string, version: number): void => {
    const versions = byItem.get(item);
    if (versions === undefined) byItem.set(item, [version]);
    else versions.push(version);
  };
  const acknowledged: SessionStep[] = [];
  for (const step of steps) {
    if (step.version === undefined) continue;
    const other = writes.get(step.version);
    if (other !== undefined) {
      impossible.push({ kind: "two writes", text: `two writes were told the version ${step.version}, so two primaries, or one that forgot, gave it`, operations: inOrder([other.operation, step.operation]) });
      continue;
    }
    writes.set(step.version, step);
    acknowledged.push(step);
    for (const item of step.items) add(item, step.version);
  }
  const unclaimed = new Map<number, Unclaimed>();
  for (const step of steps) {
    for (let index = 0; index < step.versions.length; index++) {
      const version = step.versions[index] ?? 0;
      if (version === 0) continue;
      const item = step.items[index] ?? "";
      const write = writes.get(version);
      if (write === undefined) noteUnclaimed(unclaimed, version, item, step);
      else if (!write.items.includes(item)) impossible.push({ kind: "garbage", text: `item ${shown(item)} has the version ${version}, whose write changed ${write.items.map(shown).join(", ")} only`, operations: inOrder([write.operation, step.operation]) });
      else if (step.end < write.call) impossible.push({ kind: "future", text: `version ${version} of item ${shown(item)} was read before its write was called`, operations: inOrder([write.operation, step.operation]) });
    }
  }
  for (const one of unclaimed.values()) for (const item of one.items) add(item, one.version);
  for (const { version, first, items } of unexplained([...unclaimed.values()], lost)) {
    impossible.push({ kind: "garbage", text: `version ${version} of item ${shown([...items][0])} was read, which nobody wrote`, operations: [first.operation] });
  }
  for (const versions of byItem.values()) if (versions.some((version, index) => version < (versions[index - 1] ?? 0))) versions.sort((a, b) => a - b);
  return {
    writes,
    impossible,
    next: (item, version) => firstAbove(byItem.get(item), version),
    writesByEnd: acknowledged.sort((a, b) => a.end - b.end),
  };
}

/** Versions are mostly 1 to n: then a list holds them, several times as fast as a map does. */
class ByVersion {
  readonly #near: (SessionStep | undefined)[] = [];
  readonly #far = new Map<number, SessionStep>();

  constructor(private readonly count: number) {}

  get(version: number): SessionStep | undefined {
    return version <= this.count ? this.#near[version] : this.#far.get(version);
  }

  set(version: number, step: SessionStep): void {
    if (version > this.count) this.#far.set(version, step);
    else this.#near[version] = step;
  }
}

function noteUnclaimed(unclaimed: Map<number, Unclaimed>, version: number, item: string, step: SessionStep): void {
  const known = unclaimed.get(version);
  if (known === undefined) {
    unclaimed.set(version, { version, items: new Set([item]), firstEnd: step.end, first: step });
    return;
  }
  known.items.add(item);
  if (step.end < known.firstEnd) {
    known.firstEnd = step.end;
    known.first = step;
  }
}

/** Finds each a lost write of its own that was called in time and changed its items. @returns those that have none */
function unexplained(unclaimed: readonly Unclaimed[], lost: readonly LostWrite[]): Unclaimed[] {
  const takenBy = new Map<LostWrite, Unclaimed>();
  let tries = 0;
  const find = (one: Unclaimed, tried: Set<LostWrite>): boolean => {
    for (const write of lost) {
      if (++tries > mostTries) return true;
      if (tried.has(write) || write.call > one.firstEnd || ![...one.items].every((item) => write.items.includes(item))) continue;
      tried.add(write);
      const holder = takenBy.get(write);
      if (holder !== undefined && !find(holder, tried)) continue;
      takenBy.set(write, one);
      return true;
    }
    return false;
  };
  return unclaimed.filter((one) => !find(one, new Set()));
}

function firstAbove(sorted: readonly number[] | undefined, version: number): number {
  // Most items are read at their latest version.
  if (sorted === undefined || (sorted.at(-1) ?? 0) <= version) return Infinity;
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) > version) high = middle;
    else low = middle + 1;
  }
  return sorted[low] ?? Infinity;
}

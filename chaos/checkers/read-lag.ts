// How stale each read certainly was: whatever order the operations took effect in, a write that began after the value
// read had settled had replaced it by the time that write settled itself. What lies between that and the read's call is
// proven lag. This names the read, the write it missed and both PoPs; whether all reads can be explained together is
// the window search's question.
import { isDelete, type RegisterHistory, type TimedOperation, type WrittenValue } from "./register-history.js";

/** A write with the moment by which it certainly was in effect. */
export interface SettledWrite {
  readonly write: TimedOperation;
  readonly deadlineNs: number;
  readonly settledBy: TimedOperation;
}

export interface ReadLag {
  readonly read: TimedOperation;
  /** The value that was read; undefined when the key had never been written as far as this read knows. */
  readonly source: SettledWrite | undefined;
  /** For each PoP that wrote the key: its earliest settled write which certainly replaced the source, if any. */
  readonly missedByPop: ReadonlyMap<string, SettledWrite | undefined>;
  readonly missed: SettledWrite | undefined;
  /** The earliest settled delete that certainly came after the source. */
  readonly missedDelete: SettledWrite | undefined;
  /** When the reader's PoP had first completed a write of its own to the key, Infinity when never. */
  readonly ownWriteReturnedNs: number;
}

type Missed = Omit<ReadLag, "read" | "ownWriteReturnedNs">;

/** The name of a PoP that the history does not give. */
export const unnamedPop = "unnamed";

export function popOf(timed: TimedOperation): string {
  return timed.operation.popId ?? unnamedPop;
}

/** Proven lag in nanoseconds, negative when none is. */
export function lagNs(read: TimedOperation, missed: SettledWrite | undefined): number {
  return missed === undefined ? -Infinity : read.callNs - missed.deadlineNs;
}

/** Calls `visit` for every read of a key, O(n log n) for a bounded number of PoPs. */
export function visitReadLags(history: RegisterHistory, visit: (lag: ReadLag) => void): void {
  const writes = settledWrites(history.values, history.deletes);
  const byPop = new Map<string, SettledWrite[]>();
  for (const settled of writes) {
    const pop = popOf(settled.write);
    const list = byPop.get(pop);
    if (list === undefined) byPop.set(pop, [settled]);
    else list.push(settled);
  }
  const all = earliestAfter(writes);
  const deletes = earliestAfter(writes.filter(({ write }) => isDelete(write.operation)));
  const perPop = [...byPop].map(([pop, list]) => ({ pop, after: earliestAfter(list) }));

  const firstOwnReturnNs = new Map<string, number>();
  for (const { write } of writes) {
    firstOwnReturnNs.set(popOf(write), Math.min(firstOwnReturnNs.get(popOf(write)) ?? Infinity, write.returnNs));
  }

  const tell = (read: TimedOperation, missed: Missed): void =>
    visit({ read, ...missed, ownWriteReturnedNs: firstOwnReturnNs.get(popOf(read)) ?? Infinity });
  function missedAfter(source: SettledWrite | undefined): Missed {
    const settledNs = source?.deadlineNs ?? -Infinity;
    const missedByPop = new Map(perPop.map(({ pop, after }) => [pop, after(settledNs)]));
    return { source, missedByPop, missed: all(settledNs), missedDelete: deletes(settledNs) };
  }
  for (const value of history.values) {
    if (value.reads.length === 0) continue;
    const missed = missedAfter({ write: value.write, deadlineNs: value.deadlineNs, settledBy: value.settledBy });
    for (const read of value.reads) tell(read, missed);
  }
  if (history.nullReads.length === 0) return;

  // Null may come from any delete called before the read returned, or from the beginning. The one that settled last
  // proves the least, so blaming by it never blames a read that another source excuses.
  const sources = latestSettled(history.deletes);
  const bySource = new Map<SettledWrite | undefined, Missed>();
  for (const read of history.nullReads) {
    const source = sources(read.returnNs);
    let missed = bySource.get(source);
    if (missed === undefined) {
      missed = missedAfter(source);
      bySource.set(source, missed);
    }
    tell(read, missed);
  }
}

function settledWrites(values: readonly WrittenValue[], deletes: readonly TimedOperation[]): SettledWrite[] {
  return [
    ...values.map(({ write, deadlineNs, settledBy }) => ({ write, deadlineNs, settledBy })),
    ...deletes.map((write) => ({ write, deadlineNs: write.returnNs, settledBy: write })),
  ];
}

/** @returns a lookup: of the writes called after a moment, the one that settled first */
function earliestAfter(writes: readonly SettledWrite[]): (momentNs: number) => SettledWrite | undefined {
  const sorted = writes.filter(({ deadlineNs }) => deadlineNs !== Infinity).sort((a, b) => a.write.callNs - b.write.callNs);
  const best: SettledWrite[] = [];
  for (let index = sorted.length - 1; index >= 0; index--) {
    const here = sorted[index];
    const later = best[index + 1];
    if (here !== undefined) best[index] = later !== undefined && later.deadlineNs < here.deadlineNs ? later : here;
  }
  return (momentNs) => best[firstIndex(sorted, ({ write }) => write.callNs > momentNs)];
}

/** @returns a lookup: of the deletes called by a moment, the one that settled last */
function latestSettled(deletes: readonly TimedOperation[]): (momentNs: number) => SettledWrite | undefined {
  const sorted = [...deletes].sort((a, b) => a.callNs - b.callNs);
  const best: SettledWrite[] = [];
  for (const write of sorted) {
    const before = best.at(-1);
    best.push(before !== undefined && before.deadlineNs > write.returnNs ? before : { write, deadlineNs: write.returnNs, settledBy: write });
  }
  return (momentNs) => best[firstIndex(sorted, (write) => write.callNs > momentNs) - 1];
}

/** The first index whose element satisfies a condition that is false, then true, along the array. */
function firstIndex<T>(sorted: readonly T[], isAfter: (element: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = sorted[middle];
    if (element !== undefined && isAfter(element)) high = middle;
    else low = middle + 1;
  }
  return low;
}

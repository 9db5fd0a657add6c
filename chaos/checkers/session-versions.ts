// The order of a primary's writes as its answers and the reads tell it, and what in them no such order can be: a version twice,
// one that nobody wrote, one that was read before it was written.
import { none } from "./columns.js";
import { shown } from "./register-history.js";
import type { FoundAnomaly } from "./session-anomaly.js";
import { ByVersion, ItemVersions, type ChangedItem } from "./session-item-versions.js";
import type { LostWrite, SessionHistory } from "./session-history.js";
import { inOrder } from "./timeline.js";

/** Columns that the judgement of every database shares: they are filled for its own rows alone. */
export interface SharedColumns {
  /** For each item that was read, where the write of its version names it; none: no acknowledged write does. */
  readonly writtenAt: Int32Array;
  /** For each item that was written, the next version of that item; Infinity when there is none. */
  readonly nextVersion: Float64Array;
}

export interface VersionOrder {
  readonly columns: SharedColumns;
  /** @returns the row of the acknowledged write of a version, or none */
  readonly writeOf: (version: number) => number;
  /** The next write of an item after a version, Infinity when there is none. */
  readonly next: (item: number, version: number) => number;
  readonly impossible: readonly FoundAnomaly[];
}

/** A version that was read and that no acknowledged write has. */
interface Unclaimed {
  readonly version: number;
  readonly items: Set<number>;
  first: number;
}

/** Tries that finding a lost write for each such version may take; then they are taken as explained, never as wrong. */
const mostTries = 1_000_000;

export function versionOrder(history: SessionHistory, shared: SharedColumns): VersionOrder {
  const { writtenAt, nextVersion } = shared;
  const { rows, columns, operations, times, itemName } = history;
  const { version, firstItem, items, itemVersions } = columns;
  const impossible: FoundAnomaly[] = [];
  const show = (...few: readonly number[]): FoundAnomaly["operations"] => inOrder(few.map((row) => operations[row]));
  const writes = new ByVersion(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const told = version[row] ?? 0;
    if (told === 0) continue;
    const other = writes.get(told);
    if (other === none) writes.set(told, row);
    else impossible.push({ kind: "two writes", text: `two writes were told the version ${told}, so two primaries, or one that forgot, gave it`, operations: show(other, row) });
  }
  const unclaimed = new Map<number, Unclaimed>();
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    if (version[row] !== 0) continue;
    const end = firstItem[row + 1] ?? 0;
    for (let place = firstItem[row] ?? 0; place < end; place++) {
      const seen = itemVersions[place] ?? 0;
      writtenAt[place] = none;
      if (seen === 0) continue;
      const item = items[place] ?? 0;
      const write = writes.get(seen);
      if (write === none) noteUnclaimed(unclaimed, seen, item, row, times.end);
      else {
        const written = columns.placeOf(write, item);
        writtenAt[place] = written;
        if (written === none) impossible.push({ kind: "garbage", text: `item ${shown(itemName(row, item))} has the version ${seen}, whose write changed ${namesOf(history, write)} only`, operations: show(write, row) });
        else if ((times.end[row] ?? 0) < (times.call[write] ?? 0)) impossible.push({ kind: "future", text: `version ${seen} of item ${shown(itemName(row, item))} was read before its write was called`, operations: show(write, row) });
      }
    }
  }
  for (const { version: seen, first, items: few } of unexplained([...unclaimed.values()], history)) {
    impossible.push({ kind: "garbage", text: `version ${seen} of item ${shown(itemName(first, [...few][0] ?? 0))} was read, which nobody wrote`, operations: show(first) });
  }
  const changes = [...unclaimed.values()].flatMap((one) => [...one.items].map((item): ChangedItem => ({ item, version: one.version })));
  const known = new ItemVersions(history, writes, changes);
  known.fillNext(nextVersion);
  return { columns: shared, writeOf: (told) => writes.get(told), next: (item, after) => known.next(item, after), impossible };
}

function namesOf({ columns, itemName }: SessionHistory, row: number): string {
  const items = [...columns.items.subarray(columns.firstItem[row], columns.firstItem[row + 1])];
  return items.map((item) => shown(itemName(row, item))).join(", ");
}

function noteUnclaimed(unclaimed: Map<number, Unclaimed>, version: number, item: number, row: number, ends: Float64Array): void {
  const known = unclaimed.get(version);
  if (known === undefined) {
    unclaimed.set(version, { version, items: new Set([item]), first: row });
    return;
  }
  known.items.add(item);
  if ((ends[row] ?? 0) < (ends[known.first] ?? 0)) known.first = row;
}

/** Finds each a lost write of its own that was called in time and changed its items. @returns those that have none */
function unexplained(unclaimed: readonly Unclaimed[], { lost, times }: SessionHistory): Unclaimed[] {
  const takenBy = new Map<LostWrite, Unclaimed>();
  let tries = 0;
  const find = (one: Unclaimed, tried: Set<LostWrite>): boolean => {
    for (const write of lost) {
      if (++tries > mostTries) return true;
      if (tried.has(write) || (times.call[write.row] ?? 0) > (times.end[one.first] ?? 0) || ![...one.items].every((item) => write.items.has(item))) continue;
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

// Which guarantee of sessions a misplaced answer breaks, and the few operations that show it: what its session, or the one whose
// bookmark it was handed, had done before it is looked through for the one thing that it should have seen.
import type { Operation } from "../../contract/history/types.js";
import { none, type Times } from "./columns.js";
import { shown } from "./register-history.js";
import type { Broken, FoundAnomaly } from "./session-anomaly.js";
import type { SessionColumns } from "./session-columns.js";
import { sessionOf, type SessionHistory } from "./session-history.js";
import { pastsOf, type Past } from "./session-past.js";
import type { VersionOrder } from "./session-versions.js";
import { inOrder } from "./timeline.js";

/** What every explanation of a history needs. */
interface Sources {
  readonly history: SessionHistory;
  readonly order: VersionOrder;
  readonly past: Past;
  /** To look through the past of something in the past. */
  readonly pastOfThat: Past;
}

/** An answer that misses a change of an item: who says that it should have known. */
interface Missed {
  readonly row: number;
  readonly what: string;
  readonly item: number;
  readonly itemVersion: number;
  readonly place: number;
}

/** @returns what explains each answer of these histories that fits no place */
export function explainer(histories: readonly SessionHistory[], columns: SessionColumns, times: Times): (history: SessionHistory, order: VersionOrder, broken: Broken) => FoundAnomaly {
  const [past, pastOfThat] = pastsOf(histories, columns, times);
  return (history, order, broken) => explain({ history, order, past, pastOfThat }, broken);
}

function explain(sources: Sources, { row, place, item = none, itemVersion = 0 }: Broken): FoundAnomaly {
  const { history, order, past } = sources;
  const { version } = history.columns;
  if (version[row] !== 0) return misplacedWrite(sources, row, place);
  const what = `${nameOf(history, row)} read item ${shown(history.itemName(row, item))} at version ${itemVersion}`;
  const { write, read } = lastKnown(history, past, row, item, itemVersion);
  if (write !== none) {
    return { kind: "read your writes", text: `${what} after ${ownerOf(history, row, write)} had written version ${version[write] ?? 0} of it`, operations: few(history, write, row) };
  }
  if (read !== none) {
    const seen = versionIn(history, read, item);
    return { kind: "monotonic reads", text: `${what} after ${ownerOf(history, row, read)} had read it at version ${seen}`, operations: few(history, order.writeOf(seen), read, row) };
  }
  return missing(sources, { row, what, item, itemVersion, place });
}

/** Whether a later version of an item had been written before an operation, or else read: the nearest of these. */
function lastKnown(history: SessionHistory, past: Past, row: number, item: number, itemVersion: number): { readonly write: number; readonly read: number } {
  const { version } = history.columns;
  let read = none;
  const write = past.find(row, (one) => {
    if (versionIn(history, one, item) <= itemVersion) return false;
    if (version[one] !== 0) return true;
    if (read === none) read = one;
    return false;
  });
  return { write, read };
}

/** A write that came before one that was seen is missing: whose guarantee says so? */
function missing(sources: Sources, missed: Missed): FoundAnomaly {
  const { history, order, past } = sources;
  const { firstItem, itemVersions, version } = history.columns;
  const { row, what, item, itemVersion, place } = missed;
  const next = order.next(item, itemVersion);
  let other: { readonly seen: number; readonly seenVersion: number } | undefined;
  let found: FoundAnomaly | undefined;
  const look = (seen: number): boolean => {
    const [begin, end] = [firstItem[seen] ?? 0, firstItem[seen + 1] ?? 0];
    for (let at = begin; at < (version[seen] === 0 ? end : begin + 1) && found === undefined; at++) {
      const seenVersion = itemVersions[at] ?? 0;
      if (seenVersion < next) continue;
      other ??= { seen, seenVersion };
      found = linked(sources, missed, seen, seenVersion);
    }
    return found !== undefined;
  };
  if (!look(row)) past.find(row, look);
  if (found !== undefined) return found;
  const lacks = order.writeOf(next);
  if (other === undefined) {
    return { kind: "primary", text: `${what} outside of sessions, although version ${next} had been acknowledged`, operations: few(history, lacks, row) };
  }
  const operations = few(history, lacks, order.writeOf(other.seenVersion), other.seen, row);
  return { kind: "order", text: `${what} and has seen version ${other.seenVersion}, but lacks version ${next} which came before it (place ${place})`, operations };
}

/** Whether the session that wrote what was seen had known of the missing change. */
function linked({ history, order, pastOfThat }: Sources, { row, what, item, itemVersion }: Missed, seen: number, seenVersion: number): FoundAnomaly | undefined {
  const { session, version } = history.columns;
  const later = order.writeOf(seenVersion);
  if (later === none || session[later] === none) return undefined;
  const { write, read } = lastKnown(history, pastOfThat, later, item, itemVersion);
  const link = write === none ? read : write;
  if (link === none) return undefined;
  const whatSeen = seen === row ? "" : ` after ${ownerOf(history, row, seen)} had seen version ${seenVersion}`;
  const shownItem = shown(history.itemName(row, item));
  if (write !== none) {
    const text = `${what}${whatSeen} and sees version ${seenVersion}, whose session had written version ${version[write] ?? 0} of item ${shownItem} before`;
    return { kind: "monotonic writes", text, operations: few(history, write, later, seen, row) };
  }
  const known = versionIn(history, read, item);
  const text = `${what}${whatSeen} and sees version ${seenVersion}, whose session had read item ${shownItem} at version ${known} before`;
  return { kind: "writes follow reads", text, operations: few(history, read, order.writeOf(known), later, seen, row) };
}

function misplacedWrite({ history, order, past }: Sources, row: number, place: number): FoundAnomaly {
  const { version } = history.columns;
  const told = version[row] ?? 0;
  const what = `a write of ${nameOf(history, row)} got the version ${told}`;
  let read = none;
  const write = past.find(row, (one) => {
    if (largestVersion(history, one) < told) return false;
    if (version[one] !== 0) return true;
    if (read === none) read = one;
    return false;
  });
  if (write !== none) return { kind: "monotonic writes", text: `${what} after ${ownerOf(history, row, write)} had written version ${version[write] ?? 0}`, operations: few(history, write, row) };
  if (read !== none) {
    const seen = largestVersion(history, read);
    return { kind: "writes follow reads", text: `${what} after ${ownerOf(history, row, read)} had read version ${seen}`, operations: few(history, order.writeOf(seen), read, row) };
  }
  return { kind: "primary", text: `${what}, although version ${place} had been acknowledged before it was called`, operations: few(history, order.writeOf(place), row) };
}

/** The version of an item that an operation wrote or read; 0 when it did neither. */
function versionIn({ columns }: SessionHistory, row: number, item: number): number {
  const at = columns.placeOf(row, item);
  return at === none ? 0 : (columns.itemVersions[at] ?? 0);
}

function largestVersion({ columns }: SessionHistory, row: number): number {
  return columns.itemVersions.subarray(columns.firstItem[row], columns.firstItem[row + 1]).reduce((most, version) => Math.max(most, version), 0);
}

function nameOf({ operations }: SessionHistory, row: number): string {
  const operation = operations[row];
  if (operation === undefined) return "nobody";
  const session = sessionOf(operation);
  const at = operation.popId === undefined ? "" : ` at PoP ${operation.popId}`;
  return session === undefined ? `process ${operation.process}${at}` : `session ${shown(session)}${at}`;
}

function ownerOf(history: SessionHistory, row: number, other: number): string {
  const { session } = history.columns;
  return session[other] === session[row] ? "it" : `${nameOf(history, other)}, whose bookmark it was handed,`;
}

function few({ operations }: SessionHistory, ...rows: readonly number[]): readonly Operation[] {
  return inOrder(rows.map((row) => operations[row]));
}

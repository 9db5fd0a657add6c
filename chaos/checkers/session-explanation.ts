// Which guarantee of sessions a misplaced answer breaks, and the few operations that show it: what its session, or the one whose
// bookmark it was handed, had done before it is looked through for the one thing that it should have seen.
import type { Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import type { Broken, FoundAnomaly } from "./session-anomaly.js";
import type { SessionHistory, SessionStep } from "./session-history.js";
import type { VersionOrder } from "./session-versions.js";
import { inOrder } from "./timeline.js";

/** Operations of the past that are looked at for one explanation. */
const mostSteps = 5_000;

export function explain(history: SessionHistory, order: VersionOrder, broken: Broken): FoundAnomaly {
  const { step, place, item = "", itemVersion = 0 } = broken;
  const past = pastOf(history, step);
  if (step.version !== undefined) return misplacedWrite(order, step, step.version, place, past);
  const what = `${nameOf(step)} read item ${shown(item)} at version ${itemVersion}`;
  const own = past.find((one) => one.version !== undefined && one.version > itemVersion && one.items.includes(item));
  if (own !== undefined) {
    return { kind: "read your writes", text: `${what} after ${ownerOf(step, own)} had written version ${own.version ?? 0} of it`, operations: shownOperations(own, step) };
  }
  const seen = past.find((one) => one.version === undefined && versionIn(one, item) > itemVersion);
  if (seen !== undefined) {
    return { kind: "monotonic reads", text: `${what} after ${ownerOf(step, seen)} had read it at version ${versionIn(seen, item)}`, operations: shownOperations(order.writes.get(versionIn(seen, item)), seen, step) };
  }
  return missing(history, order, { step, past, what, item, itemVersion, place });
}

interface Missing {
  readonly step: SessionStep;
  readonly past: readonly SessionStep[];
  readonly what: string;
  readonly item: string;
  readonly itemVersion: number;
  readonly place: number;
}

/** A write that came before one that was seen is missing: whose guarantee says so? */
function missing(history: SessionHistory, order: VersionOrder, { step, past, what, item, itemVersion, place }: Missing): FoundAnomaly {
  const next = order.next(item, itemVersion);
  let other: { readonly seen: SessionStep; readonly seenVersion: number } | undefined;
  for (const seen of [step, ...past]) {
    for (const seenVersion of seen.version === undefined ? seen.versions : [seen.version]) {
      if (seenVersion < next) continue;
      other ??= { seen, seenVersion };
      const later = order.writes.get(seenVersion);
      if (later?.session === undefined) continue;
      const before = pastOf(history, later);
      const link = before.find((one) => (one.version ?? 0) > itemVersion && one.items.includes(item)) ?? before.find((one) => one.version === undefined && versionIn(one, item) > itemVersion);
      if (link === undefined) continue;
      const whatSeen = seen === step ? "" : ` after ${ownerOf(step, seen)} had seen version ${seenVersion}`;
      const operations = (...more: readonly (SessionStep | undefined)[]): readonly Operation[] => shownOperations(link, ...more, later, ...(seen === later ? [] : [seen]), step);
      if (link.version !== undefined) {
        return { kind: "monotonic writes", text: `${what}${whatSeen} and sees version ${seenVersion}, whose session had written version ${link.version} of item ${shown(item)} before`, operations: operations() };
      }
      return { kind: "writes follow reads", text: `${what}${whatSeen} and sees version ${seenVersion}, whose session had read item ${shown(item)} at version ${versionIn(link, item)} before`, operations: operations(order.writes.get(versionIn(link, item))) };
    }
  }
  const lacks = order.writes.get(next);
  if (other === undefined) {
    return { kind: "primary", text: `${what} outside of sessions, although version ${next} had been acknowledged`, operations: shownOperations(lacks, step) };
  }
  return { kind: "order", text: `${what} and has seen version ${other.seenVersion}, but lacks version ${next} which came before it (place ${place})`, operations: shownOperations(lacks, order.writes.get(other.seenVersion), other.seen, step) };
}

function misplacedWrite(order: VersionOrder, step: SessionStep, version: number, place: number, past: readonly SessionStep[]): FoundAnomaly {
  const what = `a write of ${nameOf(step)} got the version ${version}`;
  const write = past.find((one) => (one.version ?? 0) >= version);
  if (write !== undefined) return { kind: "monotonic writes", text: `${what} after ${ownerOf(step, write)} had written version ${write.version ?? 0}`, operations: shownOperations(write, step) };
  const read = past.find((one) => one.version === undefined && one.versions.some((seen) => seen >= version));
  if (read !== undefined) {
    const seen = Math.max(...read.versions);
    return { kind: "writes follow reads", text: `${what} after ${ownerOf(step, read)} had read version ${seen}`, operations: shownOperations(order.writes.get(seen), read, step) };
  }
  return { kind: "primary", text: `${what}, although version ${place} had been acknowledged before it was called`, operations: shownOperations(order.writes.get(place), step) };
}

/** What came before an operation in its session, and in those whose bookmarks led to it; the nearest first. */
function pastOf({ steps }: SessionHistory, last: SessionStep): readonly SessionStep[] {
  const index = indexOf(steps);
  const past: SessionStep[] = [];
  const met = new Set<SessionStep>([last]);
  const queue = [last];
  for (let step = queue.shift(); step !== undefined && past.length < mostSteps; step = queue.shift()) {
    const { call } = step;
    const session = step.session === undefined ? [] : (index.bySession.get(step.session) ?? []);
    const handed = step.given === undefined ? [] : (index.byBookmark.get(step.given) ?? []);
    for (const list of [session, handed]) {
      for (let at = list.length - 1; at >= 0 && past.length < mostSteps; at--) {
        const one = list[at];
        if (one === undefined || one.end >= call || met.has(one)) continue;
        met.add(one);
        past.push(one);
        queue.push(one);
      }
    }
  }
  return past;
}

interface Index {
  readonly bySession: ReadonlyMap<string, readonly SessionStep[]>;
  readonly byBookmark: ReadonlyMap<string, readonly SessionStep[]>;
}

const indexes = new WeakMap<readonly SessionStep[], Index>();

/** Made only for a history that has something to explain. */
function indexOf(steps: readonly SessionStep[]): Index {
  const known = indexes.get(steps);
  if (known !== undefined) return known;
  const bySession = new Map<string, SessionStep[]>();
  const byBookmark = new Map<string, SessionStep[]>();
  const add = (map: Map<string, SessionStep[]>, name: string | undefined, step: SessionStep): void => {
    if (name === undefined) return;
    const list = map.get(name);
    if (list === undefined) map.set(name, [step]);
    else list.push(step);
  };
  for (const step of steps) {
    add(bySession, step.session, step);
    add(byBookmark, step.answered, step);
  }
  const index = { bySession, byBookmark };
  indexes.set(steps, index);
  return index;
}

function versionIn({ items, versions }: SessionStep, item: string): number {
  return versions[items.indexOf(item)] ?? 0;
}

function nameOf({ session, operation }: SessionStep): string {
  const at = operation.popId === undefined ? "" : ` at PoP ${operation.popId}`;
  return session === undefined ? `process ${operation.process}${at}` : `session ${shown(session)}${at}`;
}

function ownerOf(step: SessionStep, other: SessionStep): string {
  return other.session === step.session ? "it" : `${nameOf(other)}, whose bookmark it was handed,`;
}

function shownOperations(...steps: readonly (SessionStep | undefined)[]): readonly Operation[] {
  return inOrder(steps.map((step) => step?.operation));
}

// Do sessions see time go one way? The primary numbers its writes, so each read tells a place in their order: not before what its
// session, or the session whose bookmark it was handed, had seen, and a place where all its items had these versions. That is
// sequential consistency given the order of writes; a history that has it keeps all four guarantees. O(n log n).
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import type { Broken, FoundAnomaly, SessionAnomalyKind } from "./session-anomaly.js";
import { explain } from "./session-explanation.js";
import { sessionHistories, type SessionHistory, type SessionStep } from "./session-history.js";
import { versionOrder, type VersionOrder } from "./session-versions.js";
import { timelineOf } from "./timeline.js";

/** One kind of what is wrong, with its smallest example. */
export interface SessionAnomaly extends FoundAnomaly {
  readonly count: number;
}

export interface SessionsAnswer extends CheckerAnswer {
  readonly anomalies: readonly SessionAnomaly[];
  readonly counts: { readonly sessions: number; readonly writes: number; readonly reads: number; readonly handedOver: number };
}

/** What is broken beyond this is counted and not looked into: an example of each kind is all that anybody reads. */
const mostExplained = 2_000;

/**
 * Whether the sessions of each database keep read your writes, monotonic reads, monotonic writes and writes follow reads.
 * @throws EdgemarkError usage.input for an operation of another form
 */
export function checkSessions(operations: readonly Operation[]): SessionsAnswer {
  const counts = { sessions: 0, writes: 0, reads: 0, handedOver: 0 };
  const found = new Map<SessionAnomalyKind, { count: number; example: FoundAnomaly }>();
  const note = (example: FoundAnomaly): void => {
    const known = found.get(example.kind);
    const isSmaller = known === undefined || example.operations.length < known.example.operations.length;
    found.set(example.kind, { count: (known?.count ?? 0) + 1, example: isSmaller ? example : known.example });
  };
  for (const history of sessionHistories(operations, timelineOf(operations))) {
    const order = versionOrder(history);
    for (const impossible of order.impossible) note(impossible);
    const { broken, seen } = judge(history, order);
    counts.sessions += seen.sessions;
    counts.handedOver += seen.handedOver;
    for (const { version } of history.steps) counts[version === undefined ? "reads" : "writes"]++;
    for (const one of broken.slice(0, mostExplained)) note(explain(history, order, one));
  }
  const anomalies = [...found.values()].map(({ count, example }) => ({ ...example, count }));
  const [first] = anomalies;
  if (first !== undefined) return { verdict: "invalid", reason: `${first.kind}: ${first.text}`, violation: first.operations, anomalies, counts };
  if (counts.reads === 0) return { verdict: "unknown", reason: "no read was answered; there is nothing to judge", anomalies, counts };
  return { verdict: "valid", reason: `one order of writes explains every answer of ${counts.sessions} sessions`, anomalies, counts };
}

/** What a session has seen so far. */
interface SessionState {
  /** The place in the order of writes that its next operation may not be before. */
  floor: number;
  /** The operation that ended last: most sessions are one operation after the other. */
  end: number;
  place: number;
  /** Further operations that had not ended when another was called. */
  open: { readonly end: number; readonly place: number }[] | undefined;
}

/** A place that a bookmark stood for, once it had been answered, and further answers that gave it. */
interface Handed {
  readonly end: number;
  readonly place: number;
  readonly others: Handed | undefined;
}

function judge({ steps }: SessionHistory, order: VersionOrder): { readonly broken: readonly Broken[]; readonly seen: { readonly sessions: number; readonly handedOver: number } } {
  const sessions = new Map<string, SessionState>();
  const acknowledgedBefore = acknowledgements(order.writesByEnd);
  const bookmarks = new Map<string, Handed>();
  const broken: Broken[] = [];
  let handedOver = 0;
  for (const step of steps) {
    let state = step.session === undefined ? undefined : sessions.get(step.session);
    if (state === undefined && step.session !== undefined) {
      state = { floor: 0, end: -Infinity, place: 0, open: undefined };
      sessions.set(step.session, state);
      if (step.given !== undefined) handedOver++;
    }
    let floor = state === undefined ? 0 : settle(state, step.call);
    if (step.given !== undefined) floor = Math.max(floor, placeOf(bookmarks.get(step.given), step.call));
    // Outside of sessions it is the primary's answer, which knows everything that was acknowledged; so does any write.
    const acknowledged = step.session === undefined || step.version !== undefined ? acknowledgedBefore(step.call) : 0;
    const place = step.version === undefined ? readPlace(step, Math.max(floor, acknowledged), order, broken) : step.version;
    if (step.version !== undefined && step.version <= Math.max(floor, acknowledged)) broken.push({ step, place: Math.max(floor, acknowledged) });
    const reached = Math.max(place, floor);
    if (state !== undefined) {
      if (state.end >= step.call) (state.open ??= []).push({ end: state.end, place: state.place });
      state.end = step.end;
      state.place = reached;
    }
    if (step.answered !== undefined) hand(bookmarks, step.answered, step.end, reached);
  }
  return { broken, seen: { sessions: sessions.size, handedOver } };
}

/** @returns the largest version whose write had been acknowledged before a moment; to be asked for ever later moments */
function acknowledgements(writesByEnd: readonly SessionStep[]): (call: number) => number {
  let at = 0;
  let most = 0;
  return (call) => {
    for (let write = writesByEnd[at]; write !== undefined && write.end < call; write = writesByEnd[++at]) most = Math.max(most, write.version ?? 0);
    return most;
  };
}

/** The first place where a read fits; what fits nowhere is noted, and then stands where it had to. */
function readPlace(step: SessionStep, floor: number, order: VersionOrder, broken: Broken[]): number {
  let place = floor;
  for (const version of step.versions) if (version > place) place = version;
  for (let index = 0; index < step.items.length; index++) {
    const item = step.items[index] ?? "";
    const version = step.versions[index] ?? 0;
    if (order.next(item, version) > place) continue;
    broken.push({ step, place, item, itemVersion: version });
    break;
  }
  return place;
}

/** Takes what had ended before a call into a session's floor. @returns the floor */
function settle(state: SessionState, call: number): number {
  if (state.end < call && state.place > state.floor) state.floor = state.place;
  if (state.open !== undefined) {
    for (const { end, place } of state.open) if (end < call && place > state.floor) state.floor = place;
    state.open = state.open.filter(({ end }) => end >= call);
    if (state.open.length === 0) state.open = undefined;
  }
  return state.floor;
}

function hand(bookmarks: Map<string, Handed>, bookmark: string, end: number, place: number): void {
  const others = bookmarks.get(bookmark);
  // The same bookmark again says more only when it is from further on, or was there earlier.
  for (let one = others; one !== undefined; one = one.others) if (one.place >= place && one.end <= end) return;
  bookmarks.set(bookmark, { end, place, others });
}

/** What a bookmark promises to whoever is called with it. */
function placeOf(handed: Handed | undefined, call: number): number {
  let most = 0;
  for (let one = handed; one !== undefined; one = one.others) if (one.end < call && one.place > most) most = one.place;
  return most;
}

export function sessionLines({ anomalies, counts }: SessionsAnswer): string[] {
  return [
    `sessions ${counts.sessions}, of which ${counts.handedOver} began with a bookmark; writes ${counts.writes}, reads ${counts.reads}`,
    ...anomalies.map(({ kind, count, text }) => `${kind} (${count}): ${text}`),
  ];
}

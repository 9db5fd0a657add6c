// Do sessions see time go one way? The primary numbers its writes, so each read tells a place in their order: not before what its
// session, or the session whose bookmark it was handed, had seen, and a place where all its items had these versions. That is
// sequential consistency given the order of writes; a history that has it keeps all four guarantees. O(n log n), over columns.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { doubles, integers } from "./column-memory.js";
import { none } from "./columns.js";
import type { Broken, FoundAnomaly, SessionAnomalyKind } from "./session-anomaly.js";
import { explainer } from "./session-explanation.js";
import { sessionHistories, type SessionHistory } from "./session-history.js";
import { Acknowledgements, SessionStates } from "./session-states.js";
import { versionOrder, type VersionOrder } from "./session-versions.js";

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
  const found = new Map<SessionAnomalyKind, { count: number; example: FoundAnomaly }>();
  const note = (example: FoundAnomaly): void => {
    const known = found.get(example.kind);
    const isSmaller = known === undefined || example.operations.length < known.example.operations.length;
    found.set(example.kind, { count: (known?.count ?? 0) + 1, example: isSmaller ? example : known.example });
  };
  const { histories, columns, times } = sessionHistories(operations);
  const items = columns.itemCount;
  const counts = { sessions: columns.sessions, writes: 0, reads: 0, handedOver: 0 };
  const shared = { writtenAt: integers(items), nextVersion: doubles(items) };
  const states = new SessionStates(columns, times);
  let explain: ReturnType<typeof explainer> | undefined;
  for (const history of histories) {
    const order = versionOrder(history, shared);
    for (const impossible of order.impossible) note(impossible);
    const { broken, seen } = judge(history, order, states);
    counts.handedOver += seen.handedOver;
    counts.writes += seen.writes;
    counts.reads += history.rows.length - seen.writes;
    if (broken.length === 0) continue;
    explain ??= explainer(histories, columns, times);
    for (const one of broken.slice(0, mostExplained)) note(explain(history, order, one));
  }
  const anomalies = [...found.values()].map(({ count, example }) => ({ ...example, count }));
  const [first] = anomalies;
  if (first !== undefined) return { verdict: "invalid", reason: `${first.kind}: ${first.text}`, violation: first.operations, anomalies, counts };
  if (counts.reads === 0) return { verdict: "unknown", reason: "no read was answered; there is nothing to judge", anomalies, counts };
  return { verdict: "valid", reason: `one order of writes explains every answer of ${counts.sessions} sessions`, anomalies, counts };
}

interface Judged {
  readonly broken: readonly Broken[];
  readonly seen: { readonly handedOver: number; readonly writes: number };
}

function judge(history: SessionHistory, order: VersionOrder, states: SessionStates): Judged {
  const { rows, columns, times } = history;
  const { session, given, answered, version } = columns;
  const acknowledgements = new Acknowledgements(times.end, version);
  const broken: Broken[] = [];
  const seen = { handedOver: 0, writes: 0 };
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? 0;
    const own = session[row] ?? none;
    const mark = given[row] ?? none;
    const written = version[row] ?? 0;
    const call = times.call[row] ?? 0;
    if (own !== none && mark !== none && states.isFirst(own)) seen.handedOver++;
    let floor = own === none ? 0 : states.floorAt(own, call);
    if (mark !== none) floor = Math.max(floor, states.promisedBy(mark, call));
    // Outside of sessions it is the primary's answer, which knows everything that was acknowledged; so does any write.
    const least = own === none || written > 0 ? Math.max(floor, acknowledgements.before(call)) : floor;
    let place = written;
    if (written === 0) place = readPlace(history, row, least, order, broken);
    else {
      seen.writes++;
      if (written <= least) broken.push({ row, place: least });
      if (order.writeOf(written) === row) acknowledgements.add(row);
    }
    states.reach(row, Math.max(place, floor));
    if (own !== none) states.endOf(own, row, call);
    const now = answered[row] ?? none;
    if (now !== none) states.hand(now, row);
  }
  return { broken, seen };
}

/** The first place where a read fits; what fits nowhere is noted, and then stands where it had to. */
function readPlace({ columns }: SessionHistory, row: number, floor: number, order: VersionOrder, broken: Broken[]): number {
  const { itemVersions, firstItem, items } = columns;
  const [begin, end] = [firstItem[row] ?? 0, firstItem[row + 1] ?? 0];
  const { writtenAt, nextVersion } = order.columns;
  let place = floor;
  for (let at = begin; at < end; at++) place = Math.max(place, itemVersions[at] ?? 0);
  for (let at = begin; at < end; at++) {
    const written = writtenAt[at] ?? none;
    const next = written === none ? order.next(items[at] ?? 0, itemVersions[at] ?? 0) : (nextVersion[written] ?? Infinity);
    if (next > place) continue;
    broken.push({ row, place, item: items[at] ?? 0, itemVersion: itemVersions[at] ?? 0 });
    break;
  }
  return place;
}

export function sessionLines({ anomalies, counts }: SessionsAnswer): string[] {
  return [
    `sessions ${counts.sessions}, of which ${counts.handedOver} began with a bookmark; writes ${counts.writes}, reads ${counts.reads}`,
    ...anomalies.map(({ kind, count, text }) => `${kind} (${count}): ${text}`),
  ];
}

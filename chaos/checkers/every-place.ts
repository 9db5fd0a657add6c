// The slow and obvious judge of sessions that the fast one is tested against: it tries every place of every read in the order of
// the writes. It shares no code with it.
import type { Operation } from "../../contract/history/types.js";

interface Asked {
  readonly session?: string;
  readonly bookmark?: string;
  readonly items?: readonly string[];
}

interface Answered {
  readonly version?: number;
  readonly versions?: Readonly<Record<string, number>>;
  readonly bookmark?: string;
}

interface Event {
  readonly asked: Asked;
  readonly answered: Answered;
  readonly isWrite: boolean;
  readonly call: bigint;
  readonly end: bigint;
}

/** Whether places can be found. Exponential: for about eight operations on one key. */
export function somePlaces(operations: readonly Operation[]): boolean {
  const events = operations
    .filter(({ outcome }) => outcome === "ok")
    .map((one): Event => ({ asked: (one.input ?? {}), answered: one.output as Answered, isWrite: one.action === "write", call: one.callNs, end: one.returnNs ?? 0n }));
  const lost = operations.filter(({ outcome, action }) => outcome === "info" && action === "write");
  const writes = events.filter(({ isWrite }) => isWrite);
  const reads = events.filter(({ isWrite }) => !isWrite);
  const versions = writes.map(({ answered }) => answered.version ?? 0);
  if (new Set(versions).size !== versions.length) return false;

  const seen = reads.flatMap((read) => Object.entries(read.answered.versions ?? {}).map(([item, version]) => ({ read, item, version }))).filter(({ version }) => version > 0);
  for (const { read, item, version } of seen) {
    const write = writes.find(({ answered }) => answered.version === version);
    if (write !== undefined && (write.asked.items?.includes(item) !== true || read.end < write.call)) return false;
  }
  const unknown = [...new Set(seen.map(({ version }) => version))].filter((version) => !versions.includes(version));
  if (!canAssign(unknown, lost)) return false;

  const changes = [
    ...writes.flatMap(({ asked, answered }) => (asked.items ?? []).map((item) => ({ item, version: answered.version ?? 0 }))),
    ...seen.filter(({ version }) => unknown.includes(version)),
  ];
  const stateAt = (place: number, item: string): number => Math.max(0, ...changes.filter((one) => one.item === item && one.version <= place).map(({ version }) => version));
  const places = [0, ...new Set(changes.map(({ version }) => version))];
  return place(events, new Map());

  function canAssign(left: readonly number[], free: readonly Operation[]): boolean {
    const [version, ...rest] = left;
    if (version === undefined) return true;
    const of = seen.filter((one) => one.version === version);
    return free.some(
      (write) =>
        of.every(({ item, read }) => (write.input as Asked).items?.includes(item) === true && write.callNs <= read.end) &&
        canAssign(
          rest,
          free.filter((one) => one !== write),
        ),
    );
  }

  function place(left: readonly Event[], placed: ReadonlyMap<Event, number>): boolean {
    const [event, ...rest] = left;
    if (event === undefined) return isInOrder(placed);
    const choices = event.isWrite ? [event.answered.version ?? 0] : places.filter((at) => Object.entries(event.answered.versions ?? {}).every(([item, version]) => stateAt(at, item) === version));
    return choices.some((at) => place(rest, new Map([...placed, [event, at]])));
  }

  function isInOrder(placed: ReadonlyMap<Event, number>): boolean {
    const at = (event: Event): number => placed.get(event) ?? 0;
    return events.every((event) => {
      const before = events.filter((other) => other.end < event.call && isBefore(other, event));
      return before.every((other) => (event.isWrite ? at(other) < at(event) : at(other) <= at(event)));
    });
  }
}

function isBefore(other: Event, event: Event): boolean {
  if (event.asked.session !== undefined && other.asked.session === event.asked.session) return true;
  if (event.asked.bookmark !== undefined && other.answered.bookmark === event.asked.bookmark) return true;
  // The primary knows every write that was acknowledged.
  return other.isWrite && (event.isWrite || event.asked.session === undefined);
}

// What is wrong with a register, in words, and the few operations that show it.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { none } from "./columns.js";
import { shown } from "./register-history.js";
import type { Zones } from "./register-zones.js";
import { inOrder } from "./timeline.js";

export type Found = Required<Pick<CheckerAnswer, "reason" | "violation">>;

/** @param zone a value that was read and has no write that could have been */
export function explainImpossible(zones: Zones, operations: readonly Operation[], zone: number): Found {
  const read = operations[zones.firstRead[zone] ?? none];
  const write = operations[zones.write[zone] ?? none];
  const failed = operations[zones.failed[zone] ?? none];
  const text = `${shown(read?.output)} was read on key ${shown(read?.key)}`;
  if (write !== undefined) return { reason: `future: ${text} before its write began`, violation: inOrder([write, read]) };
  if (failed !== undefined) return { reason: `failed write: ${text}, whose write had failed`, violation: inOrder([failed, read]) };
  return { reason: `garbage: ${text}, which nobody wrote`, violation: inOrder([read]) };
}

/** Each of two values has an operation that ended before one of the other began. */
export function explainContradiction(zones: Zones, operations: readonly Operation[], [first, second]: readonly [number, number]): Found {
  const [a, b] = [detailsOf(zones, first), detailsOf(zones, second)];
  const rows = [a.write, b.write, ...proof(a, b), ...proof(b, a)];
  const violation = inOrder(rows.map((row) => operations[row]));
  const [old, newer] = a.firstReturn <= b.firstReturn ? [a, b] : [b, a];
  const valueOf = ({ write }: ZoneDetails): string => shown(write === none ? null : operations[write]?.input);
  const key = shown(operations[old.lastCalled]?.key);
  const reason = `stale read: key ${key} answered ${valueOf(old)} after ${valueOf(newer)} had replaced it: of the two values each had to come before the other`;
  return { reason, violation };
}

/** One zone, out of its columns. The initial value was written before everything. */
interface ZoneDetails {
  readonly write: number;
  readonly writeCall: number;
  readonly writeReturn: number;
  readonly firstReturned: number;
  readonly firstReturn: number;
  readonly lastCalled: number;
  readonly lastCall: number;
}

function detailsOf(zones: Zones, zone: number): ZoneDetails {
  const { call, end } = zones;
  const isInitial = zones.initial[zones.key[zone] ?? 0] === zone;
  const beginning = isInitial ? 0 : Infinity;
  const write = zones.write[zone] ?? none;
  const firstReturned = isInitial ? none : (zones.firstReturned[zone] ?? none);
  const lastCalled = zones.lastCalled[zone] ?? none;
  return {
    write,
    writeCall: call[write] ?? beginning,
    writeReturn: end[write] ?? beginning,
    firstReturned,
    firstReturn: end[firstReturned] ?? beginning,
    lastCalled,
    lastCall: call[lastCalled] ?? 0,
  };
}

/** Rows of an operation on one value that ended before one on the other began: writes where they will do, for they are shown anyhow. */
function proof(first: ZoneDetails, then: ZoneDetails): number[] {
  if (first.writeReturn < then.writeCall && then.write !== none) return [first.write, then.write];
  if (first.writeReturn < then.lastCall) return [first.write, then.lastCalled];
  if (then.write !== none && first.firstReturn < then.writeCall) return [first.firstReturned, then.write];
  return [first.firstReturned, then.lastCalled];
}

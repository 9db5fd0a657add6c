// The zones of a register's history (Gibbons and Korach), in columns: for each value of each key the operations that matter. One
// pass over the operations numbers their values; a second, over columns alone, finds each value's zone.
import type { Operation } from "../../contract/history/types.js";
import { none, Numbering, TimeColumns, type Times } from "./columns.js";
import { shown } from "./register-history.js";
import { notOfThisModel } from "./timeline.js";
import { ValueNumbers } from "./value-numbers.js";

const expected = "a register: write(value), read -> value (null: never written)";

/** What an operation says of its value. A read without an answer says nothing. */
const said = { nothing: 0, read: 1, written: 2, failed: 3 } as const;

/** Everything known about the values, row by row; each column names a row of the history, or `none`. */
export interface Zones extends Times {
  /** The key of each zone, by its number. */
  readonly key: Int32Array;
  /** The initial value of each key, by the key's number: a zone without a write. */
  readonly initial: Int32Array;
  readonly write: Int32Array;
  readonly failed: Int32Array;
  /** Of the operations on the value, reads and the write, the one that returned first, and the one called last. */
  readonly firstReturned: Int32Array;
  readonly lastCalled: Int32Array;
  /** The read that returned first. */
  readonly firstRead: Int32Array;
  /** By the number of the key: 1 when a value was written twice, so that a read does not name its write. */
  readonly isAmbiguous: Uint8Array;
  /** Whether any read was answered. */
  readonly hasReads: boolean;
}

/** @throws EdgemarkError usage.input for another action, or an answered read without a value */
export function zonesOf(operations: readonly Operation[]): Zones {
  const rows = operations.length;
  const times = new TimeColumns(rows);
  const keys = new Numbering();
  const values = new ValueNumbers(rows);
  const zone = new Int32Array(rows);
  const saying = new Uint8Array(rows);
  const initial: number[] = [];
  for (let row = 0; row < rows; row++) {
    const operation = operations[row];
    if (operation === undefined) continue;
    const what = sayingOf(operation);
    const key = keys.of(operation.key);
    if (key === initial.length) initial.push(none);
    times.set(row, operation.callNs, operation.returnNs);
    saying[row] = what;
    if (what === said.nothing) continue;
    const value = what === said.read ? operation.output : operation.input;
    const number = values.of(key, value);
    if (value === null) initial[key] = number;
    zone[row] = number;
  }
  return zonesOfColumns({ zone, saying, key: values.keys, initial: Int32Array.from(initial), times: times.finish(operations) });
}

function sayingOf(operation: Operation): number {
  const { action, outcome } = operation;
  const isRead = action === "read";
  if (!isRead && action !== "write") throw notOfThisModel(operation, expected, `came ${shown(action)}`);
  if (isRead && outcome !== "ok") return said.nothing;
  if ((isRead ? operation.output : operation.input) === undefined) throw notOfThisModel(operation, expected, `a ${action} has no value`);
  if (isRead) return said.read;
  return outcome === "fail" ? said.failed : said.written;
}

interface NumberedHistory {
  readonly zone: Int32Array;
  readonly saying: Uint8Array;
  readonly key: Int32Array;
  readonly initial: Int32Array;
  readonly times: Times;
}

function zonesOfColumns({ zone, saying, key, initial, times }: NumberedHistory): Zones {
  const { call, end } = times;
  const column = (): Int32Array => new Int32Array(key.length).fill(none);
  const [write, failed, firstReturned, lastCalled, firstRead] = [column(), column(), column(), column(), column()];
  const isAmbiguous = new Uint8Array(initial.length);
  /** Whether a time is before that of a row; where there is no row yet, it is. */
  const isBefore = (at: number, column: Float64Array, row: number): boolean => row === none || at < (column[row] ?? 0);
  let hasReads = false;
  for (let row = 0; row < zone.length; row++) {
    const what = saying[row];
    if (what === said.nothing) continue;
    const number = zone[row] ?? 0;
    const keyNumber = key[number] ?? 0;
    if (what === said.failed) {
      failed[number] = row;
      continue;
    }
    if (what === said.written) {
      if (write[number] !== none || initial[keyNumber] === number) {
        isAmbiguous[keyNumber] = 1;
        continue;
      }
      write[number] = row;
    } else {
      hasReads = true;
      if (isBefore(end[row] ?? 0, end, firstRead[number] ?? none)) firstRead[number] = row;
    }
    if (isBefore(end[row] ?? 0, end, firstReturned[number] ?? none)) firstReturned[number] = row;
    const latest = lastCalled[number] ?? none;
    if (latest === none || (call[row] ?? 0) > (call[latest] ?? 0)) lastCalled[number] = row;
  }
  return { ...times, key, initial, write, failed, firstReturned, lastCalled, firstRead, isAmbiguous, hasReads };
}

// A counter's history in columns: for each number that a key's counter can have reached, the operations that matter. A counter goes
// up by 1 and cannot come further than its key has operations, so a number is its own place in the columns.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { none, Numbering, TimeColumns, type Times } from "./columns.js";
import { shown } from "./register-history.js";
import { inOrder, notOfThisModel } from "./timeline.js";

export type Found = Required<Pick<CheckerAnswer, "reason" | "violation">>;

const expected = "a counter: increment -> new value, read -> value (0: never incremented)";

/** What an operation says: a read without an answer and an increment that failed say nothing. */
const said = { nothing: 0, read: 1, incremented: 2, perhapsIncremented: 3 } as const;

/** Everything known about the numbers, key by key; each column names a row of the history, or `none`. */
export interface Counts extends Times {
  /** Where the numbers of each key begin, by the number of the key, and where the last key's end: number n has the place begin + n. */
  readonly begin: Int32Array;
  /** The increment that answered the number. */
  readonly increment: Int32Array;
  /** Of the operations that answered the number, the one that returned first, and the one called last. */
  readonly firstReturned: Int32Array;
  readonly lastCalled: Int32Array;
  /** By the number of the key: the calls of increments whose answers were lost. */
  readonly lostCalls: ReadonlyMap<number, readonly number[]>;
  readonly hasAnswers: boolean;
}

/** A history's columns, or the first operation that no counter can have answered. */
export type CountsOrFound = { readonly counts: Counts } | { readonly found: Found };

/** @throws EdgemarkError usage.input for another action, an increment by another number, or an answer without a value */
export function countsOf(operations: readonly Operation[]): CountsOrFound {
  const rows = operations.length;
  const times = new TimeColumns(rows);
  const keys = new Numbering();
  const lengths: number[] = [];
  const key = new Int32Array(rows);
  const saying = new Uint8Array(rows);
  const value = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const operation = operations[row];
    if (operation === undefined) continue;
    const what = sayingOf(operation);
    const keyNumber = keys.of(operation.key);
    if (keyNumber === lengths.length) lengths.push(0);
    lengths[keyNumber] = (lengths[keyNumber] ?? 0) + 1;
    key[row] = keyNumber;
    saying[row] = what;
    times.set(row, operation.callNs, operation.returnNs);
    if (what !== said.read && what !== said.incremented) continue;
    const number = operation.output;
    if (number === undefined) throw notOfThisModel(operation, expected, `an answered ${operation.action} has no value`);
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < (what === said.read ? 0 : 1)) return { found: garbage(operation) };
    value[row] = number;
  }
  return byNumber({ key, saying, value, lengths, times: times.finish(operations) }, operations);
}

function sayingOf(operation: Operation): number {
  const { action, outcome, input } = operation;
  if (action === "read") return outcome === "ok" ? said.read : said.nothing;
  if (action !== "increment") throw notOfThisModel(operation, expected, `came ${shown(action)}`);
  if (input !== undefined && input !== 1) throw notOfThisModel(operation, "increments by 1", `came one by ${shown(input)}`);
  if (outcome === "ok") return said.incremented;
  return outcome === "info" ? said.perhapsIncremented : said.nothing;
}

interface RowColumns {
  readonly key: Int32Array;
  readonly saying: Uint8Array;
  /** What was answered. */
  readonly value: Float64Array;
  /** By the number of the key: how many operations it has. */
  readonly lengths: readonly number[];
  readonly times: Times;
}

function byNumber({ key, saying, value, lengths, times }: RowColumns, operations: readonly Operation[]): CountsOrFound {
  const { call, end } = times;
  const begin = new Int32Array(lengths.length + 1);
  for (const [keyNumber, length] of lengths.entries()) begin[keyNumber + 1] = (begin[keyNumber] ?? 0) + length + 1;
  const column = (): Int32Array => new Int32Array(begin.at(-1) ?? 0).fill(none);
  const [increment, firstReturned, lastCalled] = [column(), column(), column()];
  const lostCalls = new Map<number, number[]>();
  let hasAnswers = false;
  for (let row = 0; row < key.length; row++) {
    const what = saying[row];
    const keyNumber = key[row] ?? 0;
    if (what === said.nothing) continue;
    if (what === said.perhapsIncremented) {
      const calls = lostCalls.get(keyNumber) ?? [];
      lostCalls.set(keyNumber, calls);
      calls.push(call[row] ?? 0);
      continue;
    }
    hasAnswers = true;
    const number = value[row] ?? 0;
    const length = lengths[keyNumber] ?? 0;
    if (number > length) return { found: outOfReach(operations[row], length) };
    const place = (begin[keyNumber] ?? 0) + number;
    if (what === said.incremented) {
      const other = increment[place] ?? none;
      if (other !== none) return { found: duplicate(operations[other], operations[row]) };
      increment[place] = row;
    }
    const first = firstReturned[place] ?? none;
    if (first === none || (end[row] ?? 0) < (end[first] ?? 0)) firstReturned[place] = row;
    const last = lastCalled[place] ?? none;
    if (last === none || (call[row] ?? 0) > (call[last] ?? 0)) lastCalled[place] = row;
  }
  return { counts: { ...times, begin, increment, firstReturned, lastCalled, lostCalls, hasAnswers } };
}

function garbage(operation: Operation): Found {
  const { action, key, output } = operation;
  return { reason: `garbage: ${action} on key ${shown(key)} answered ${shown(output)}, which no counter can be`, violation: [operation] };
}

function outOfReach(operation: Operation | undefined, length: number): Found {
  const answered = `${operation?.action} on key ${shown(operation?.key)} answered ${shown(operation?.output)}`;
  return { reason: `skipped: ${answered}, but the key has ${length} operations, too few to come so far`, violation: inOrder([operation]) };
}

function duplicate(first: Operation | undefined, second: Operation | undefined): Found {
  const reason = `duplicate increment: two increments of key ${shown(second?.key)} answered ${shown(second?.output)}: one of them was lost`;
  return { reason, violation: inOrder([first, second]) };
}

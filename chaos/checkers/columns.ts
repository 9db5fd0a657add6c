// A history in columns: what checkers compare millions of times lies in typed arrays, row by row in the order of the history. An
// operation is an object with its times and values scattered over the heap, so one pass over the objects fills the columns,
// and everything after it reads memory in a line. Rows name operations: what a person reads is taken from the history itself.
import type { Operation } from "../../contract/history/types.js";
import { timelineOf } from "./timeline.js";

/** No row, no value: in columns of indexes. */
export const none = -1;

/** The times of a history, in the order of its rows. Only their order means something. */
export interface Times {
  /** From 1; 0 is free for what was before every operation. */
  readonly call: Float64Array;
  /** Infinity where the answer was lost. */
  readonly end: Float64Array;
}

/** The largest of 64 bits stands for a return that never came. */
const never = 2n ** 64n - 1n;
/** Whether the low bytes of a number come first, as on nearly every machine. */
export const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
const lowHalf = isLittleEndian ? 0 : 1;

/**
 * Collects the times of a history, and turns them into numbers that compare exactly like the recorded nanoseconds. A bigint is
 * stored as it is, 64 bits, and becomes a double where doubles lie in a line: converting each alone costs several times as much.
 */
export class TimeColumns {
  readonly #calls: BigUint64Array;
  readonly #ends: BigUint64Array;
  #hasOthers = false;

  /** @param rows the length of the history */
  constructor(rows: number) {
    this.#calls = new BigUint64Array(rows);
    this.#ends = new BigUint64Array(rows);
  }

  set(row: number, callNs: bigint, returnNs: bigint | null): void {
    // No operation returns before its call: of its times the first and the last are enough.
    if (callNs < 0n || (returnNs ?? callNs) >= never) this.#hasOthers = true;
    this.#calls[row] = callNs;
    this.#ends[row] = returnNs ?? never;
  }

  /**
   * Ends the collection; the columns take the place of what was collected.
   * @param operations the history, for times further apart than doubles can count
   */
  finish(operations: readonly Operation[]): Times {
    const [calls, ends] = [new Uint32Array(this.#calls.buffer), new Uint32Array(this.#ends.buffer)];
    const originHigh = Math.min(smallestHigh(calls), smallestHigh(ends));
    const times = { call: new Float64Array(this.#calls.buffer), end: new Float64Array(this.#ends.buffer) };
    const isExact = !this.#hasOthers && toDoubles(calls, times.call, originHigh) && toDoubles(ends, times.end, originHigh);
    if (!isExact) {
      const time = timelineOf(operations);
      const first = operations.reduce((least, { callNs, returnNs }) => Math.min(least, time(callNs), time(returnNs)), Infinity);
      for (const [row, { callNs, returnNs }] of operations.entries()) {
        times.call[row] = time(callNs) - first + 1;
        times.end[row] = time(returnNs) - first + 1;
      }
    }
    return times;
  }
}

function smallestHigh(halves: Uint32Array): number {
  let least = 0xffff_ffff;
  for (let at = 1 - lowHalf; at < halves.length; at += 2) {
    const high = halves[at] ?? least;
    if (high < least) least = high;
  }
  return least;
}

/** @returns false when a time is further from the origin than a double counts exactly; then the column means nothing */
function toDoubles(halves: Uint32Array, column: Float64Array, originHigh: number): boolean {
  for (let row = 0; row < column.length; row++) {
    const high = halves[2 * row + 1 - lowHalf] ?? 0;
    const low = halves[2 * row + lowHalf] ?? 0;
    if (high === 0xffff_ffff && low === 0xffff_ffff) column[row] = Infinity;
    else if (high - originHigh >= 2 ** 21 - 1) return false;
    else column[row] = (high - originHigh) * 2 ** 32 + low + 1;
  }
  return true;
}

/** Numbers strings from 0 in the order in which they come: keys, sessions, items. The same as the one before is mostly met again. */
export class Numbering {
  readonly #numbers = new Map<string, number>();
  #latest: string | undefined;
  #latestNumber = none;

  /** @returns the string's number, a new one when it is met for the first time */
  of(name: string): number {
    if (name === this.#latest) return this.#latestNumber;
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(name, number);
    }
    this.#latest = name;
    this.#latestNumber = number;
    return number;
  }

  /** How many different strings came. */
  get size(): number {
    return this.#numbers.size;
  }
}

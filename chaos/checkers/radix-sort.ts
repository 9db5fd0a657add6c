// Sorts rows of columns by number and by time, digit by digit from the lowest: no comparison is called, and the work grows with the
// rows alone. Digits that all rows have in common, as the upper ones of times mostly are, are looked at once.
import { isLittleEndian } from "./columns.js";

/** From so many rows on a digit is two bytes, below it is one: few rows should not wait for the counting of many digits. */
const longRows = 20_000;

/**
 * Sorts rows by columns, the last of them first: `sortRows(rows, time, key)` sorts by key, and within a key by time. What is equal
 * stays in its order.
 * @param columns each as long as the greatest row; 0 or more, Infinity too
 * @returns the rows, sorted; perhaps in the place of those that were given
 */
export function sortRows(rows: Int32Array, ...columns: readonly (Float64Array | Int32Array)[]): Int32Array {
  const isLong = rows.length >= longRows;
  const counts = new Int32Array(isLong ? 2 ** 16 : 2 ** 8);
  let from = rows;
  let to: Int32Array = new Int32Array(rows.length);
  for (const column of columns) {
    // The bytes of a double without a sign are in the order of its size, like those of an integer.
    const digits = isLong ? new Uint16Array(column.buffer, column.byteOffset, column.byteLength / 2) : new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    const width = digits.length / column.length;
    for (let place = 0; place < width; place++) {
      const offset = isLittleEndian ? place : width - 1 - place;
      if (!beginnings(from, digits, width, offset, counts)) continue;
      for (let at = 0; at < from.length; at++) {
        const row = from[at] ?? 0;
        const digit = digits[row * width + offset] ?? 0;
        const target = counts[digit] ?? 0;
        counts[digit] = target + 1;
        to[target] = row;
      }
      [from, to] = [to, from];
    }
  }
  return from;
}

/** Where the rows of each digit begin. @returns false when all rows have the same digit */
function beginnings(rows: Int32Array, digits: Uint8Array | Uint16Array, width: number, offset: number, counts: Int32Array): boolean {
  counts.fill(0);
  for (let at = 0; at < rows.length; at++) {
    const digit = digits[(rows[at] ?? 0) * width + offset] ?? 0;
    counts[digit] = (counts[digit] ?? 0) + 1;
  }
  let begin = 0;
  for (let digit = 0; digit < counts.length; digit++) {
    const count = counts[digit] ?? 0;
    if (count === rows.length) return false;
    counts[digit] = begin;
    begin += count;
  }
  return true;
}

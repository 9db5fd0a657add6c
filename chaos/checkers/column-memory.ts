// Memory for the large columns of one judgement. What lies in an ArrayBuffer counts as pressure on the heap: some dozen megabytes of it
// make the garbage collector mark a whole history of a million operations in the middle of judging it. Shared memory does not count,
// and is given back in the same way.

/** @returns zeros */
export function integers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
}

/** @returns zeros */
export function doubles(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

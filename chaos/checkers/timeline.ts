// What every checker of orders needs first: times as plain numbers that compare exactly like the recorded nanoseconds,
// and values as something a Map can hold.
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";

/** Turns a recorded time into a number; null, the return of a lost answer, becomes Infinity. Only the order of the numbers means something. */
export type Timeline = (ns: bigint | null) => number;

/** @returns a function that keeps the order of all times of these operations, exactly */
export function timelineOf(operations: readonly Operation[]): Timeline {
  let first: bigint | undefined;
  let last = 0n;
  for (const { callNs, returnNs } of operations) {
    if (first === undefined || callNs < first) first = callNs;
    const end = returnNs ?? callNs;
    if (end > last) last = end;
  }
  const origin = first ?? 0n;
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  if (origin >= 0n && last <= safe) return (ns) => (ns === null ? Infinity : Number(ns));
  if (last - origin <= safe) return (ns) => (ns === null ? Infinity : Number(ns - origin));
  // Further apart than a double can count: rounding would make one operation overlap the next, so places take the times' part.
  const times = new Set(operations.flatMap(({ callNs, returnNs }) => (returnNs === null ? [callNs] : [callNs, returnNs])));
  const places = new Map([...times].sort((a, b) => (a < b ? -1 : 1)).map((ns, place) => [ns, place]));
  return (ns) => (ns === null ? Infinity : (places.get(ns) ?? Infinity));
}

/**
 * A value as a Map key: equal JSON, whatever the order of its fields, is the same key.
 * @throws EdgemarkError usage.input for a value nested too deeply to compare
 */
export function identity(value: unknown): unknown {
  // The mark keeps a string that looks like JSON apart from the JSON.
  if (typeof value === "string") return value.startsWith("\u0001") ? `\u0001"${value}` : value;
  if (typeof value !== "object" || value === null) return value;
  try {
    return `\u0001${JSON.stringify(value, sortedFields)}`;
  } catch (cause) {
    throw new EdgemarkError("usage.input", "expected values that can be compared; one is nested too deeply; record shorter values", { cause });
  }
}

function sortedFields(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The error for a history that the chosen model cannot read. @param what what came */
export function notOfThisModel(operation: Operation, expected: string, what: string): EdgemarkError {
  const key = JSON.stringify(operation.key).slice(0, 60);
  return new EdgemarkError("usage.input", `expected ${expected}; on key ${key} ${what}; choose the model of this history`);
}

/** In the order of the calls, each once. */
export function inOrder(operations: readonly (Operation | undefined)[]): Operation[] {
  const known = [...new Set(operations)].filter((one) => one !== undefined);
  return known.sort((a, b) => (a.callNs < b.callNs ? -1 : a.callNs > b.callNs ? 1 : 0));
}

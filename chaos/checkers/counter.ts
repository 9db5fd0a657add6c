// Is a counter linearizable? An increment answers the new value, so the answers are the order: going through them from the lowest is
// the whole judgement. Lost increments may fill the numbers that nobody was answered, each one number, once it had begun.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { none } from "./columns.js";
import { countsOf, type Counts, type Found } from "./counter-columns.js";
import { shown } from "./register-history.js";
import { inOrder } from "./timeline.js";

/**
 * Whether each key is a linearizable counter that begins at 0 and goes up by 1. Linear in the length of the history.
 * @throws EdgemarkError usage.input for another action, an increment by another number, or an answer without a value
 */
export function checkCounter(operations: readonly Operation[]): CheckerAnswer {
  const answer = countsOf(operations);
  if ("found" in answer) return { verdict: "invalid", ...answer.found };
  const { counts } = answer;
  const keys = counts.begin.length - 1;
  for (let key = 0; key < keys; key++) {
    const found = wentBack(counts, key, operations) ?? skipped(counts, key, operations);
    if (found !== undefined) return { verdict: "invalid", ...found };
  }
  if (!counts.hasAnswers) return { verdict: "unknown", reason: "no operation was answered; there is nothing to judge" };
  return { verdict: "valid", reason: `some order explains every operation on each of ${keys} keys` };
}

/** Something answered a lower number than had been answered before it began. */
function wentBack({ begin, increment, firstReturned, lastCalled, call, end }: Counts, key: number, operations: readonly Operation[]): Found | undefined {
  const from = begin[key] ?? 0;
  const to = begin[key + 1] ?? 0;
  /** Of the numbers below, the operation called last. */
  let latest = none;
  let latestCall = 0;
  for (let place = from; place < to; place++) {
    const first = firstReturned[place] ?? none;
    if (first === none) continue;
    const firstReturn = end[first] ?? 0;
    const row = increment[place] ?? none;
    if (row !== none && firstReturn < (call[row] ?? 0)) {
      const reason = `future: ${place - from} was read on key ${shown(operations[first]?.key)} before the increment to it began`;
      return { reason, violation: inOrder([operations[first], operations[row]]) };
    }
    if (firstReturn < latestCall) return explainWentBack(operations[latest], operations[first], place - from);
    const last = lastCalled[place] ?? none;
    if (latest !== none && (call[last] ?? 0) <= latestCall) continue;
    latest = last;
    latestCall = call[last] ?? 0;
  }
  return undefined;
}

function explainWentBack(low: Operation | undefined, high: Operation | undefined, value: number): Found {
  const kind = low?.action === "read" ? "stale read" : "went back";
  const reason = `${kind}: ${low?.action} on key ${shown(low?.key)} answered ${shown(low?.output)} although ${value} had been answered before it began`;
  return { reason, violation: inOrder([low, high]) };
}

/** Numbers that no increment answered must be as many lost increments, each begun before anything at or above its number had returned. */
function skipped(counts: Counts, key: number, operations: readonly Operation[]): Found | undefined {
  const { begin, increment, firstReturned, end } = counts;
  const from = begin[key] ?? 0;
  const to = begin[key + 1] ?? 0;
  const firstMissing = firstGap(counts, from, to);
  if (firstMissing === to) return undefined;

  const calls = [...(counts.lostCalls.get(key) ?? [])].sort((a, b) => a - b);
  const earliest = earliestFrom(counts, from, to);
  let answered = firstMissing - from - 1;
  for (let place = firstMissing; place < to; place++) {
    if (increment[place] !== none) answered++;
    const missing = place - from - answered;
    if (missing === 0 || firstReturned[place] === none) continue;
    const witness = earliest[place - from] ?? none;
    const firstReturn = end[witness] ?? Infinity;
    const latestNeeded = calls[missing - 1];
    if (latestNeeded !== undefined && latestNeeded <= firstReturn) continue;
    const { action, output, key: name } = operations[witness] ?? {};
    const lost = calls.filter((call) => call <= firstReturn).length;
    const reason =
      `skipped: ${action} on key ${shown(name)} answered ${shown(output)}, but ${missing} of the numbers up to ${place - from} ` +
      `were answered to no increment, and ${lost} increments with lost answers had begun`;
    return { reason, violation: inOrder([operations[witness]]) };
  }
  return undefined;
}

/** @returns the place of the first number above 0 that no increment answered */
function firstGap({ increment }: Counts, from: number, to: number): number {
  let place = from + 1;
  while (place < to && increment[place] !== none) place++;
  return place;
}

/** From the top: whatever returned first at or above each number. */
function earliestFrom({ firstReturned, end }: Counts, from: number, to: number): Int32Array {
  const earliest = new Int32Array(to - from);
  let witness = none;
  for (let place = to - 1; place >= from; place--) {
    const first = firstReturned[place] ?? none;
    if (first !== none && (witness === none || (end[first] ?? 0) < (end[witness] ?? 0))) witness = first;
    earliest[place - from] = witness;
  }
  return earliest;
}

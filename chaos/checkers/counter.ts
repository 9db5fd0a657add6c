// Is a counter linearizable? An increment answers the new value, so the answers are the order: sorting them is the whole
// judgement. Lost increments may fill the numbers that nobody was answered, each one number, once it had begun.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import { inOrder, notOfThisModel, timelineOf, type Timeline } from "./timeline.js";

/** The operations that saw one number: the increment that made it, and the reads. */
interface Count {
  readonly value: number;
  increment: Operation | undefined;
  incrementCall: number;
  firstReturn: number;
  firstReturned: Operation;
  lastCall: number;
  lastCalled: Operation;
}

interface Counter {
  readonly counts: Map<number, Count>;
  /** Calls of lost increments. */
  readonly lostCalls: number[];
}

type Found = Required<Pick<CheckerAnswer, "reason" | "violation">>;

const expected = "a counter: increment -> new value, read -> value (0: never incremented)";

/**
 * Whether each key is a linearizable counter that begins at 0 and goes up by 1. O(n log n).
 * @throws EdgemarkError usage.input for another action, an increment by another number, or an answer without a value
 */
export function checkCounter(operations: readonly Operation[]): CheckerAnswer {
  const keys = new Map<string, Counter>();
  const time = timelineOf(operations);
  let answers = 0;
  for (const operation of operations) {
    const isIncrement = operation.action === "increment";
    if (!isIncrement && operation.action !== "read") throw notOfThisModel(operation, expected, `came ${shown(operation.action)}`);
    if (isIncrement && operation.input !== undefined && operation.input !== 1) {
      throw notOfThisModel(operation, "increments by 1", `came one by ${shown(operation.input)}`);
    }
    let counter = keys.get(operation.key);
    if (counter === undefined) {
      counter = { counts: new Map(), lostCalls: [] };
      keys.set(operation.key, counter);
    }
    if (operation.outcome === "info" && isIncrement) counter.lostCalls.push(time(operation.callNs));
    if (operation.outcome !== "ok") continue;
    answers++;
    const found = add(counter, operation, isIncrement, time);
    if (found !== undefined) return { verdict: "invalid", ...found };
  }
  for (const counter of keys.values()) {
    const found = judge(counter, time);
    if (found !== undefined) return { verdict: "invalid", ...found };
  }
  if (answers === 0) return { verdict: "unknown", reason: "no operation was answered; there is nothing to judge" };
  return { verdict: "valid", reason: `some order explains every operation on each of ${keys.size} keys` };
}

function add({ counts }: Counter, operation: Operation, isIncrement: boolean, time: Timeline): Found | undefined {
  const value = operation.output;
  if (value === undefined) throw notOfThisModel(operation, expected, `an answered ${operation.action} has no value`);
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < (isIncrement ? 1 : 0)) {
    return { reason: `garbage: ${operation.action} on key ${shown(operation.key)} answered ${shown(value)}, which no counter can be`, violation: [operation] };
  }
  const [call, end] = [time(operation.callNs), time(operation.returnNs)];
  let count = counts.get(value);
  if (count === undefined) {
    count = { value, increment: undefined, incrementCall: -Infinity, firstReturn: end, firstReturned: operation, lastCall: call, lastCalled: operation };
    counts.set(value, count);
  }
  if (isIncrement) {
    if (count.increment !== undefined) {
      const reason = `duplicate increment: two increments of key ${shown(operation.key)} answered ${value}: one of them was lost`;
      return { reason, violation: inOrder([count.increment, operation]) };
    }
    count.increment = operation;
    count.incrementCall = call;
  }
  if (end < count.firstReturn) {
    count.firstReturn = end;
    count.firstReturned = operation;
  }
  if (call > count.lastCall) {
    count.lastCall = call;
    count.lastCalled = operation;
  }
  return undefined;
}

function judge({ counts, lostCalls }: Counter, time: Timeline): Found | undefined {
  const sorted = [...counts.values()].sort((a, b) => a.value - b.value);
  return wentBack(sorted) ?? skipped(sorted, lostCalls, time);
}

/** Something answered a lower number than had been answered before it began. */
function wentBack(sorted: readonly Count[]): Found | undefined {
  let latest: Count | undefined;
  for (const count of sorted) {
    if (count.firstReturn < count.incrementCall) {
      const reason = `future: ${count.value} was read on key ${shown(count.firstReturned.key)} before the increment to it began`;
      return { reason, violation: inOrder([count.firstReturned, count.increment]) };
    }
    if (latest !== undefined && count.firstReturn < latest.lastCall) {
      const { action, key } = latest.lastCalled;
      const kind = action === "read" ? "stale read" : "went back";
      const reason = `${kind}: ${action} on key ${shown(key)} answered ${latest.value} although ${count.value} had been answered before it began`;
      return { reason, violation: inOrder([latest.lastCalled, count.firstReturned]) };
    }
    if (latest === undefined || count.lastCall > latest.lastCall) latest = count;
  }
  return undefined;
}

/** Numbers that no increment answered must be as many lost increments, each begun before anything at or above its number had returned. */
function skipped(sorted: readonly Count[], lostCalls: readonly number[], time: Timeline): Found | undefined {
  const calls = [...lostCalls].sort((a, b) => a - b);
  // From the top: whatever returned first at or above a number.
  const earliest: Operation[] = [];
  let first: Count | undefined;
  for (const count of [...sorted].reverse()) {
    if (first === undefined || count.firstReturn < first.firstReturn) first = count;
    earliest.push(first.firstReturned);
  }
  earliest.reverse();
  let answered = 0;
  for (const [index, { value, increment }] of sorted.entries()) {
    if (increment !== undefined) answered++;
    const missing = value - answered;
    if (missing === 0) continue;
    const witness = earliest[index];
    if (witness === undefined) continue;
    const latestNeeded = calls[missing - 1];
    if (latestNeeded !== undefined && latestNeeded <= time(witness.returnNs)) continue;
    const lost = calls.filter((call) => call <= time(witness.returnNs)).length;
    const reason =
      `skipped: ${witness.action} on key ${shown(witness.key)} answered ${shown(witness.output)}, but ${missing} of the numbers up to ${value} ` +
      `were answered to no increment, and ${lost} increments with lost answers had begun`;
    return { reason, violation: inOrder([witness]) };
  }
  return undefined;
}

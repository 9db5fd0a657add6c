// Is a history linearizable by any sequential model? Keys are independent (linearizability composes), so each is searched
// alone, and the first that no order explains is shrunk to what shows it. A search out of budget is unknown, never valid.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import { searchOrder, type Budget, type SearchResult } from "./search.js";
import type { SequentialModel } from "./sequential-model.js";
import { inOrder, notOfThisModel, timelineOf, type Timeline } from "./timeline.js";

export interface SearchOptions {
  /** Ways of happening that may be looked at, about a million a second; default 10,000,000. */
  readonly maxSteps?: number;
  /** Asked now and then; true ends the search. For a limit in time: the caller has the clock. */
  readonly isOver?: () => boolean;
}

const defaultMaxSteps = 10_000_000;
/** First a narrow search: an order it finds is one, and on busy keys it finds it long before a complete search ends. */
const narrowWays = 256;
/** A complete search that needs more at once is out of budget; about 100 MB. */
const mostWays = 400_000;
/** For making a violation smaller; what remains is shown as it is. */
const shrinkingSteps = 500_000;

/**
 * Whether every key is linearizable by a model.
 * @returns unknown when the budget was used up, or nothing was answered
 * @throws EdgemarkError usage.input for an operation that the model does not have
 */
export function checkLinearizability<State>(operations: readonly Operation[], model: SequentialModel<State>, options: SearchOptions = {}): CheckerAnswer {
  const budget: Budget = { stepsLeft: options.maxSteps ?? defaultMaxSteps, ...(options.isOver === undefined ? {} : { isOver: options.isOver }) };
  const time = timelineOf(operations);
  const keys = new Map<string, Operation[]>();
  for (const operation of operations) {
    const problem = model.reject(operation);
    if (problem !== undefined) throw notOfThisModel(operation, model.operations, problem);
    const key = keys.get(operation.key);
    if (key === undefined) keys.set(operation.key, [operation]);
    else key.push(operation);
  }
  const unknown: string[] = [];
  for (const [key, all] of keys) {
    for (const part of model.partition?.(all) ?? [all]) {
      const result = search(part, model, time, budget);
      if (result.found === "none") return violationOf(part, model, time, result.at);
      if (result.found === "unknown" && unknown.at(-1) !== key) unknown.push(key);
    }
  }
  if (unknown.length > 0) {
    return { verdict: "unknown", reason: `out of budget on ${unknown.length} of ${keys.size} keys, first ${shown(unknown[0])}; allow more steps, or record fewer clients on one key` };
  }
  if (!operations.some(({ outcome, output }) => outcome === "ok" && output !== undefined)) {
    return { verdict: "unknown", reason: "no operation was answered with a value; there is nothing to judge" };
  }
  return { verdict: "valid", reason: `some order explains every operation on each of ${keys.size} keys` };
}

function search<State>(operations: readonly Operation[], model: SequentialModel<State>, time: Timeline, budget: Budget): SearchResult {
  const narrow = searchOrder({ model, operations, time, budget, maxWays: narrowWays });
  if (narrow.found !== "unknown") return narrow;
  return searchOrder({ model, operations, time, budget, maxWays: mostWays });
}

function violationOf<State>(operations: readonly Operation[], model: SequentialModel<State>, time: Timeline, at: Operation): CheckerAnswer {
  const end = time(at.returnNs);
  const prefix = operations.filter(({ callNs }) => time(callNs) <= end);
  const violation = shrink(prefix, model, time);
  const { action, key, input, output, process } = at;
  const asked = input === undefined ? "" : ` ${shown(input)}`;
  const answer = output === undefined ? "" : ` -> ${shown(output)}`;
  return {
    verdict: "invalid",
    reason: `contradiction: ${action}${asked}${answer} of process ${process} on key ${shown(key)}: no order of the operations explains it; ${violation.length} show it`,
    violation: inOrder(violation),
  };
}

/**
 * Leaves out what is not needed for the contradiction. An operation that is left out is not forgotten but allowed to have
 * happened at any time or never: without that, leaving out a write would turn its honest read into a violation.
 */
function shrink<State>(operations: readonly Operation[], model: SequentialModel<State>, time: Timeline): readonly Operation[] {
  const budget: Budget = { stepsLeft: shrinkingSteps };
  let kept = operations.filter(({ outcome }) => outcome !== "fail");
  const fails = (rest: readonly Operation[]): boolean => {
    const left = new Set(rest);
    const optional = operations.filter((one) => !left.has(one));
    // One try may not use up all.
    const own: Budget = { stepsLeft: Math.min(budget.stepsLeft, shrinkingSteps / 20) };
    const allowed = own.stepsLeft;
    const result = searchOrder({ model, operations: rest, optional, time, budget: own, maxWays: mostWays });
    budget.stepsLeft -= allowed - own.stepsLeft + 10 * rest.length;
    return result.found === "none";
  };
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length && budget.stepsLeft > 0; ) {
      const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fails(rest)) kept = rest;
      else from += size;
    }
  }
  return kept;
}

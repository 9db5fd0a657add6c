// What a transaction reads must be what it read of the same list before, and what it appended since.
import type { Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import type { ListAnomaly } from "./transaction-anomaly.js";
import { stepsOf, type TransactionHistory } from "./transaction-history.js";
import { differsAt } from "./transaction-orders.js";

/** @returns what is wrong with transactions that read a list again, or after they had appended to it */
export function rereads({ rereading, operations }: TransactionHistory): ListAnomaly[] {
  return rereading.flatMap((row) => {
    const operation = operations[row];
    const found = operation === undefined ? undefined : contradiction(operation);
    return found === undefined ? [] : [found];
  });
}

function contradiction(operation: Operation): ListAnomaly | undefined {
  const known = new Map<string, { elements: readonly unknown[] | undefined; own: unknown[] }>();
  for (const { list, value, elements } of stepsOf(operation)) {
    let state = known.get(list);
    if (state === undefined) {
      state = { elements: undefined, own: [] };
      known.set(list, state);
    }
    if (elements === undefined) {
      state.own.push(value);
      continue;
    }
    const start = state.elements ?? elements.slice(0, Math.max(0, elements.length - state.own.length));
    const expected = state.own.length === 0 ? start : [...start, ...state.own];
    if (expected.length !== elements.length || differsAt(elements, expected) !== -1) {
      const text = `a transaction read list ${shown(list)} as ${shown(elements)} where its own steps make it ${shown(expected)}`;
      return { kind: "internal", text, operations: [operation] };
    }
    state.elements = elements;
    state.own = [];
  }
  return undefined;
}

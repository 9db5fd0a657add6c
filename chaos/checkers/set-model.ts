// A set of values. Elements do not influence each other: where nobody reads a whole set, each element is judged alone.
import type { Operation } from "../../contract/history/types.js";
import type { SequentialModel } from "./sequential-model.js";
import { identity } from "./timeline.js";

/** Element identities as strings, sorted. */
type State = readonly string[];

export const setModel: SequentialModel<State> = {
  operations: "add(value), remove(value) -> whether it changed the set (optional), contains(value) -> true or false, read -> list of values",
  init: [],
  step(state, operation) {
    if (operation.action === "read") return isSame(state, elementsOf(operation)) ? state : undefined;
    const element = elementOf(operation);
    const has = state.includes(element);
    if (operation.action === "contains") return operation.output === has ? state : undefined;
    const isChange = has !== (operation.action === "add");
    if (operation.outcome === "ok" && typeof operation.output === "boolean" && operation.output !== isChange) return undefined;
    if (!isChange) return state;
    return has ? state.filter((one) => one !== element) : [...state, element].sort();
  },
  identify: (state) => JSON.stringify(state),
  isRead: ({ action, outcome, output }) => action === "read" || action === "contains" || (outcome === "ok" && output === false),
  reject({ action, outcome, input, output }) {
    const isAnswered = outcome === "ok";
    if (action === "read") return isAnswered && !Array.isArray(output) ? "an answered read has no list" : undefined;
    if (action !== "add" && action !== "remove" && action !== "contains") return `came ${JSON.stringify(action)}`;
    if (input === undefined) return `${action} has no value`;
    return isAnswered && action === "contains" && typeof output !== "boolean" ? "an answered contains has neither true nor false" : undefined;
  },
  partition(operations) {
    if (operations.some(({ action, outcome }) => action === "read" && outcome === "ok")) return [operations];
    const parts = new Map<string, Operation[]>();
    for (const operation of operations) {
      if (operation.action === "read") continue;
      const part = parts.get(elementOf(operation));
      if (part === undefined) parts.set(elementOf(operation), [operation]);
      else part.push(operation);
    }
    return [...parts.values()];
  },
  orderMatters(first, then) {
    if (first.action === "read" && then.action === "read") return false;
    // A change that contradicts the read cannot come just before it; the read can come just before that change.
    if (then.action === "read") return first.action !== "contains" && hasAfter(first) === holds(then, first);
    if (first.action === "read") return then.action !== "contains" && hasAfter(then) !== holds(first, then);
    return elementOf(first) === elementOf(then);
  },
};

function hasAfter({ action }: Operation): boolean {
  return action === "add";
}

function holds(read: Operation, change: Operation): boolean {
  return elementsOf(read).includes(elementOf(change));
}

function elementOf({ input }: Operation): string {
  return `${typeof input} ${String(identity(input))}`;
}

const elements = new WeakMap<Operation, State>();

function elementsOf(read: Operation): State {
  const known = elements.get(read);
  if (known !== undefined) return known;
  const list: readonly unknown[] = Array.isArray(read.output) ? read.output : [];
  const sorted = list.map((value) => `${typeof value} ${String(identity(value))}`).sort();
  elements.set(read, sorted);
  return sorted;
}

function isSame(a: State, b: State): boolean {
  return a.length === b.length && a.every((element, index) => element === b[index]);
}

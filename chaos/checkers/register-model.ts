// A register whose values may repeat, and one with compare-and-swap: one model, because the second contains the first.
import type { Operation } from "../../contract/history/types.js";
import type { SequentialModel } from "./sequential-model.js";
import { identity } from "./timeline.js";

/** The identity of the value. */
type State = unknown;

export const registerModel: SequentialModel<State> = {
  operations: "write(value), read -> value (null: never written)",
  init: null,
  step: stepRegister,
  identify: (state) => `${typeof state} ${String(state)}`,
  isRead: ({ action }) => action === "read",
  reject: rejectRegister,
};

export const casModel: SequentialModel<State> = {
  ...registerModel,
  operations: "cas([from, to]) -> true or false, write(value), read -> value (null: never written)",
  step(state, operation) {
    if (operation.action !== "cas") return stepRegister(state, operation);
    const [from, to] = swapOf(operation) ?? [];
    const isEqual = state === identity(from);
    if (operation.outcome === "ok" && operation.output === false) return isEqual ? undefined : state;
    return isEqual ? identity(to) : undefined;
  },
  isRead: ({ action, outcome, output }) => action === "read" || (action === "cas" && outcome === "ok" && output === false),
  reject(operation) {
    if (operation.action !== "cas") return rejectRegister(operation);
    if (swapOf(operation) === undefined) return "a cas has no input [from, to]";
    return operation.outcome === "ok" && typeof operation.output !== "boolean" ? "an answered cas has neither true nor false" : undefined;
  },
};

/** @returns undefined when it cannot have answered so */
function stepRegister(state: State, { action, input, output }: Operation): State {
  if (action === "write") return identity(input);
  return state === identity(output) ? state : undefined;
}

function rejectRegister({ action, outcome, input, output }: Operation): string | undefined {
  if (action === "write") return input === undefined ? "a write has no value" : undefined;
  if (action !== "read") return `came ${JSON.stringify(action)}`;
  return outcome === "ok" && output === undefined ? "an answered read has no value" : undefined;
}

/** [from, to], or {from, to}. */
function swapOf({ input }: Operation): readonly [from: unknown, to: unknown] | undefined {
  if (Array.isArray(input)) return input.length === 2 ? [input[0], input[1]] : undefined;
  if (typeof input !== "object" || input === null || !("from" in input) || !("to" in input)) return undefined;
  return [input.from, input.to];
}

// The slow and obvious judge of linearizability that the fast checkers are tested against: it tries every permutation of
// every choice of lost operations. It shares no code with them; states are plain values and the objects are written anew.
import type { Operation } from "../../contract/history/types.js";

/** Plays one operation on a state. @returns the state after it, "no" when it cannot have answered so */
export type Play = (state: unknown, operation: Operation) => unknown;

const no = "no";

/** Whether some order explains operations on one key. Exponential: for at most about ten. */
export function someOrder(operations: readonly Operation[], initial: unknown, play: Play): boolean {
  const happened = operations.filter(({ outcome }) => outcome === "ok");
  const perhaps = operations.filter(({ outcome, action }) => outcome === "info" && action !== "read" && action !== "contains");
  for (let choice = 0; choice < 2 ** perhaps.length; choice++) {
    const chosen = [...happened, ...perhaps.filter((_, index) => Math.floor(choice / 2 ** index) % 2 === 1)];
    if (permute(chosen, initial)) return true;
  }
  return false;

  function permute(rest: readonly Operation[], state: unknown): boolean {
    if (rest.length === 0) return true;
    return rest.some((first) => {
      if (rest.some((other) => other.returnNs !== null && other.returnNs < first.callNs)) return false;
      const next = play(state, first);
      return next !== no && permute(rest.filter((one) => one !== first), next);
    });
  }
}

export const playRegister: Play = (state, { action, input, output, outcome }) => {
  if (action === "write") return input;
  if (action === "read") return output === state ? state : no;
  const [from, to] = Array.isArray(input) ? Array.from<unknown>(input) : [];
  if (outcome === "ok" && output === false) return state === from ? no : state;
  return state === from ? to : no;
};

export const playCounter: Play = (state, { action, output, outcome }) => {
  const now = Number(state) + (action === "increment" ? 1 : 0);
  return outcome === "info" || output === now ? now : no;
};

/** The state is the elements, sorted, in one string: each is one letter. */
export const playSet: Play = (state, { action, input, output, outcome }) => {
  const now = String(state);
  const element = String(input);
  if (action === "read") return Array.isArray(output) && output.map(String).sort().join("") === now ? now : no;
  if (action === "contains") return output === now.includes(element) ? now : no;
  const next = action === "add" ? now.includes(element) ? now : [...Array.from(now), element].sort().join("") : now.replace(element, "");
  return outcome === "ok" && output !== undefined && output !== (next !== now) ? no : next;
};

/** The state is the elements in their order, in one string: each is one letter. */
export const playAppend: Play = (state, { action, input, output }) => {
  if (action === "append") return `${String(state)}${String(input)}`;
  return Array.isArray(output) && output.join("") === state ? state : no;
};

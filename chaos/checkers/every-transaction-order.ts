// The slow and obvious judge of transactions that the fast one is tested against: it carries them out one after the other, in every
// order. It shares no code with it.
import type { Operation } from "../../contract/history/types.js";

type Step = readonly [action: string, list: string, value: unknown];

/** Whether some order explains transactions on one key. Exponential: for at most about six. */
export function someSerialOrder(operations: readonly Operation[], order: "any" | "process" | "realtime"): boolean {
  const happened = operations.filter(({ outcome }) => outcome === "ok");
  const perhaps = operations.filter(({ outcome }) => outcome === "info");
  for (let choice = 0; choice < 2 ** perhaps.length; choice++) {
    const chosen = [...happened, ...perhaps.filter((_, index) => Math.floor(choice / 2 ** index) % 2 === 1)];
    if (permute(chosen, {})) return true;
  }
  return false;

  function permute(rest: readonly Operation[], state: Readonly<Record<string, readonly unknown[]>>): boolean {
    if (rest.length === 0) return true;
    return rest.some((first) => {
      if (order !== "any" && rest.some((other) => mustPrecede(other, first))) return false;
      const next = carryOut(state, first);
      return next !== undefined && permute(rest.filter((one) => one !== first), next);
    });
  }

  function mustPrecede(other: Operation, first: Operation): boolean {
    if (other.returnNs === null) return false;
    // A process does one thing after the other, however coarse its clock is.
    return other.process === first.process ? other.returnNs <= first.callNs && other.callNs < first.callNs : order === "realtime" && other.returnNs < first.callNs;
  }
}

function carryOut(state: Readonly<Record<string, readonly unknown[]>>, { outcome, input, output }: Operation): Readonly<Record<string, readonly unknown[]>> | undefined {
  let now = state;
  for (const [action, list, value] of (outcome === "ok" ? output : input) as readonly Step[]) {
    const elements = now[list] ?? [];
    if (action === "append") now = { ...now, [list]: [...elements, value] };
    else if (outcome === "ok" && JSON.stringify(elements) !== JSON.stringify(value)) return undefined;
  }
  return now;
}

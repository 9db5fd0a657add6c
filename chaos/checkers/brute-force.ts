// The slow and obvious checker that the fast one is tested against: it tries every order. It shares no code with it.
import type { Operation } from "../../contract/history/types.js";

/**
 * Whether some order explains a history of one key with reads at most `windowNs` old. Exponential: for a dozen operations.
 * @param windowNs by how much each read's call is moved back
 */
export function someOrderExplains(operations: readonly Operation[], windowNs: number): boolean {
  const todo = operations
    .filter(({ action, outcome }) => (action === "read" ? outcome === "ok" : outcome !== "fail"))
    .map((operation) => ({
      isRead: operation.action === "read",
      mustHappen: operation.outcome === "ok",
      value: operation.action === "read" ? operation.output : operation.action === "delete" ? null : operation.input,
      from: Number(operation.callNs) - (operation.action === "read" ? windowNs : 0),
      to: operation.returnNs === null ? Infinity : Number(operation.returnNs),
    }));
  type Step = (typeof todo)[number];

  function extend(rest: readonly Step[], current: unknown): boolean {
    if (rest.every((step) => !step.mustHappen)) return true;
    const earliestReturn = Math.min(...rest.map((step) => step.to));
    return rest.some((step, index) => {
      // It may come next only if nothing that is left had returned before it was called.
      if (step.from > earliestReturn) return false;
      if (step.isRead && step.value !== current) return false;
      const without = [...rest.slice(0, index), ...rest.slice(index + 1)];
      return extend(without, step.isRead ? current : step.value);
    });
  }
  return extend(todo, null);
}

// Is a set linearizable? Elements do not influence each other, so each is judged alone first, a read of the whole set being
// a look at every element: that is quick, and shows a violation in a few operations. Then the reads are judged as a whole.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { checkLinearizability, type SearchOptions } from "./linearizability.js";
import { setModel } from "./set-model.js";
import { identity, inOrder } from "./timeline.js";

/** @throws EdgemarkError usage.input for an operation that no set has */
export function checkSet(operations: readonly Operation[], options: SearchOptions = {}): CheckerAnswer {
  const isWhole = ({ action, outcome, output }: Operation): boolean => action === "read" && outcome === "ok" && Array.isArray(output);
  if (!operations.some(isWhole)) return checkLinearizability(operations, setModel, options);
  const { looks, readOf } = elementwise(operations, isWhole);
  const alone = checkLinearizability(looks, setModel, options);
  if (alone.verdict !== "invalid") return checkLinearizability(operations, setModel, options);
  const violation = (alone.violation ?? []).map((one) => readOf.get(one) ?? one);
  return { ...alone, violation: inOrder(violation) };
}

/** The same history with every read of the whole set as a look at each element that its key ever had. */
function elementwise(operations: readonly Operation[], isWhole: (operation: Operation) => boolean) {
  const elements = new Map<string, Map<unknown, unknown>>();
  const note = (key: string, value: unknown): void => {
    const known = elements.get(key) ?? new Map<unknown, unknown>();
    elements.set(key, known.set(identity(value), value));
  };
  for (const { action, key, input, output } of operations) {
    if (action !== "read") note(key, input);
    else if (Array.isArray(output)) for (const value of output) note(key, value);
  }
  const readOf = new Map<Operation, Operation>();
  const looks = operations.flatMap((operation) => {
    if (!isWhole(operation) || !Array.isArray(operation.output)) return operation.action === "read" ? [] : [operation];
    const has = new Set(operation.output.map(identity));
    return [...(elements.get(operation.key) ?? [])].map(([name, input]) => {
      const look: Operation = { ...operation, action: "contains", input, output: has.has(name) };
      readOf.set(look, operation);
      return look;
    });
  });
  return { looks, readOf };
}

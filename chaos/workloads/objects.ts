// What the workloads of one object a key have in common: their program, and keys that are changed before a history of one
// becomes too long to judge.
import { pick } from "../random.js";
import type { Turn, WorkloadFixture } from "./workload.js";

export const objectsFixture: WorkloadFixture = {
  name: "chaos-objects",
  program: new URL("./objects.worker.js", import.meta.url),
  bindings: [{ kind: "durable_object", name: "OBJECTS", className: "Objects", sqlite: true }],
};

export const objectsNeeds = ["workers", "durable-objects"] as const;
export const objectsClass = "Objects";

/** Objects in use at a time: several homes, and still several clients on each. */
const keysAtATime = ["a", "b", "c"];

/**
 * The object of this turn.
 * @param operationsPerKey after about so many operations the key is left for a new one
 */
export function keyOf({ issued, prefix, random }: Turn, operationsPerKey: number): string {
  const generation = Math.floor(issued / (operationsPerKey * keysAtATime.length));
  return `${prefix}-${generation}-${pick(keysAtATime, random)}`;
}

// What the workloads on a D1 database have in common: their program, and groups of rows that are left for new ones before a
// history becomes too long to judge.
import type { Turn, WorkloadFixture } from "./workload.js";

export const databasesFixture: WorkloadFixture = {
  name: "chaos-databases",
  program: new URL("./databases.worker.js", import.meta.url),
  bindings: [
    { kind: "d1", name: "DB", database: "edgemark-chaos" },
    // What looks at faults asks objects.
    { kind: "durable_object", name: "OBJECTS", className: "Objects", sqlite: true },
  ],
};

export const databasesNeeds = ["workers", "d1", "durable-objects"] as const;

/** The group of rows of this turn. */
export function groupOf({ issued, prefix }: Turn, operationsPerGroup: number): string {
  return `${prefix}-${Math.floor(issued / operationsPerGroup)}`;
}

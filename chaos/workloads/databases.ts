// What the workloads on a D1 database have in common: their program, and groups of rows that are left for new ones before a
// history becomes too long to judge.
import type { Home, Turn, WorkloadFixture } from "./workload.js";

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

/** The PoP of the primary: the one in whose region a query outside of sessions was served. */
export const primaryHome: Home = {
  what: "the database's primary",
  request: { path: "/primary" },
  popId(answer, pops) {
    const region = regionIn(answer);
    const found = pops.filter((pop) => pop.region.toLowerCase() === region?.toLowerCase());
    return found.length === 1 ? found[0]?.id : undefined;
  },
};

function regionIn(answer: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(answer);
    const region: unknown = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "region") : undefined;
    return typeof region === "string" ? region : undefined;
  } catch {
    return undefined;
  }
}

// What every check of the D1 suite has in common.
import type { Check } from "../check.js";
import { d1Fixture } from "./client.js";

type D1Check = Omit<Check, "level" | "needs" | "fixture"> & Partial<Pick<Check, "level" | "needs" | "fixture">>;

/** A check of D1: level storage, a fixture with two databases, unless it says otherwise. */
export function d1Check(check: D1Check): Check {
  return { level: "storage", fixture: d1Fixture, ...check, needs: ["workers", "d1", ...(check.needs ?? [])] };
}

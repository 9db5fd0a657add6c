// What every check of the Durable Objects suite has in common.
import type { Check } from "../check.js";

type ObjectCheck = Omit<Check, "level" | "needs"> & Partial<Pick<Check, "level" | "needs">>;

/** A check of Durable Objects: level storage unless it says otherwise. */
export function doCheck(check: ObjectCheck): Check {
  return { level: "storage", ...check, needs: ["workers", "durable-objects", ...(check.needs ?? [])] };
}

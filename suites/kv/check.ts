// What every check of the KV suite has in common.
import type { Check } from "../check.js";
import { kvFixture } from "./client.js";

type KvCheck = Omit<Check, "level" | "needs" | "fixture"> & Partial<Pick<Check, "level" | "needs">>;

/** A check of KV: level storage, one namespace fixture, unless it says otherwise. */
export function kvCheck(check: KvCheck): Check {
  return { level: "storage", fixture: kvFixture, ...check, needs: ["workers", "kv", ...(check.needs ?? [])] };
}

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "object-owner-record-stale",
  defect: "The bucket answers every read of an owner record with the first one that was written.",
  file: "reference-impl/bucket/store.ts",
  find: "const item = this.log.index.get(objectKey(key));",
  replace: [
    "const firsts = ((globalThis as { firsts?: Map<string, Item> }).firsts ??= new Map<string, Item>());",
    "    const now = this.log.index.get(objectKey(key));",
    '    const item = key.endsWith("/own.json") ? (firsts.get(key) ?? now) : now;',
    "    if (item !== undefined) firsts.set(key, item);",
  ].join("\n"),
  caughtBy: ["do.serialization.owner.kill"],
} satisfies Mutant;

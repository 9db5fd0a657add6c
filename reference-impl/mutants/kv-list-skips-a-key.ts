// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-list-skips-a-key",
  defect: "The cursor of a list points past a key that no page has shown.",
  file: "reference-impl/pop/kv/listing.ts",
  find: "return { keys, lookedUntil: keys.at(-1)?.name ?? null };",
  replace: "return { keys, lookedUntil: reached[limit]?.name ?? null };",
  caughtBy: ["kv.list.cursor", "kv.list.tombstones"],
} satisfies Mutant;

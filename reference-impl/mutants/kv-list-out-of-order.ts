// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "kv-list-out-of-order",
  defect: "A list is ordered by UTF-16 units, as JavaScript compares strings, and not by UTF-8 bytes.",
  file: "reference-impl/pop/kv/listing.ts",
  find: "reached.sort((a, b) => compareUtf8(a.name, b.name));",
  replace: "reached.sort((a, b) => (a.name < b.name ? -1 : 1));",
  caughtBy: ["kv.list.order"],
} satisfies Mutant;

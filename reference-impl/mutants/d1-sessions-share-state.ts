// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-sessions-share-state",
  defect: "Sessions at a PoP share their bookmark: a query counts with that of the query before it.",
  file: "reference-impl/pop/d1/d1.worker.ts",
  find: "    const minimum = minimumOf(token);",
  replace: "    const state = globalThis as { previous?: Bookmark | null };\n    const own = minimumOf(token);\n    const minimum = state.previous ?? own;\n    state.previous = own;",
  caughtBy: ["d1.bookmark.apart"],
} satisfies Mutant;

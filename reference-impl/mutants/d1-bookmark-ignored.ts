// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-bookmark-ignored",
  defect: "A session's bookmark is ignored: the PoP's replica answers, however far behind it is.",
  file: "reference-impl/pop/d1/d1.worker.ts",
  find: "const answer = await askReplica(database, queries, form, minimum);",
  replace: "const answer = await askReplica(database, queries, form, null);",
  caughtBy: ["d1.bookmark.fresh"],
} satisfies Mutant;

// A defect for proving that a check can fail.
import type { Mutant } from "./mutant.js";

export const mutant = {
  id: "d1-sessions-without-bookmarks",
  defect: "A PoP's replica answers a session's reads whatever the session has seen.",
  file: "reference-impl/pop/d1/d1.worker.ts",
  find: "const answer = await askReplica(database, queries, form, minimum);",
  replace: "const answer = await askReplica(database, queries, form, null);",
  caughtBy: ["d1.sessions.quiet", "d1.sessions.lag", "d1.sessions.stopped", "d1.sessions.replica.kill", "d1.sessions.primary.kill", "d1.sessions.partition"],
  isSlow: true,
} satisfies Mutant;

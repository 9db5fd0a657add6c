// The checks of D1 that the quick profile takes: those that cost a few milliseconds and have been seen to fail, by a mutant of
// the reference or by a sabotage of this folder. The others run in full.

/** Ids; the others are in the profiles full and nightly. */
export const quickChecks: ReadonlySet<string> = new Set([
  "d1.batch.dirty",
  "d1.batch.rollback.constraint",
  "d1.batch.skew",
  "d1.bookmark.apart",
  "d1.bookmark.fresh",
  "d1.bookmark.order",
  "d1.bookmark.refused.another",
  "d1.replica.copy.log",
  "d1.replica.copy.random",
  "d1.replica.copy.schema",
  "d1.replica.first-primary",
  "d1.replica.no-session",
  "d1.replica.own-writes",
  "d1.replica.stale",
]);

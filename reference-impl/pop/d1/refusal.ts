// What D1 says no to, in its own words: the text reaches the worker behind "D1_ERROR: ".

/** A call that is refused. Thrown at a PoP; between objects it travels as a plain Error with the same message. */
export class Refusal extends Error {}

/** The engine's own limits come from the engine; these are the documented ones that it does not have. */
export const limits = {
  /** A string or blob. */
  valueBytes: 2_000_000,
} as const;

export const refusals = {
  empty: "No SQL statements detected.",
  tooBig: "string or blob too big: SQLITE_TOOBIG",
  bookmarkForm: "Invalid bookmark: expected one that getBookmark() or Time Travel gave",
  bookmarkOfAnother: "Invalid bookmark: it belongs to another database, or to this one before it was reset",
  bookmarkAhead: "Invalid bookmark: it is ahead of the database",
  bookmarkGone: "Invalid bookmark: the database's history does not reach back so far",
  timeAhead: "Invalid timestamp: it is still to come",
  timeGone: "Invalid timestamp: the database's history does not reach back so far",
  tooManyRestores: "Too many restores: a database can be restored 10 times in 10 minutes",
  answerLost: "Network connection lost. The call was carried out; its answer is lost",
  restored: "D1 DB reset because it was restored to an earlier point",
} as const;

// The documented figures of Durable Object storage that the engine leaves to its host, each where it is written.
// https://developers.cloudflare.com/durable-objects/platform/limits/ and the API pages of storage.

export const limits = {
  /** "Supports up to 128 keys at a time", of get, put and delete. */
  keysPerCall: 128,
  /** Storage of the older kind: "Key size 2 KiB", counted in UTF-8, "Value size 128 KiB". */
  olderKeyBytes: 2 * 1024,
  olderValueBytes: 128 * 1024,
  /** On SQLite: "Key and value combined cannot exceed 2 MB"; the same for a string, a BLOB or a row of SQL. */
  valueBytes: 2_000_000,
  /** "Maximum number of arguments per SQL function: 32". */
  functionArguments: 32,
} as const;

/** SQLite's own words for a value that is too large. */
export const tooBig = "string or blob too big: SQLITE_TOOBIG";

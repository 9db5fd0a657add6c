// The documented figures of KV, each where it is written. One table, so that validation, cache and shards cannot disagree.
// https://developers.cloudflare.com/kv/platform/limits/ and the API pages for reading, writing and listing.

const mebibyte = 1024 * 1024;

export const limits = {
  /** "Key size 512 bytes", counted in UTF-8. */
  keyBytes: 512,
  /** "Value size 25 MiB". */
  valueBytes: 25 * mebibyte,
  /** "Key metadata 1024 bytes", counted in the UTF-8 of its JSON. */
  metadataBytes: 1024,
  /** Both forms: nearer than 60 seconds is not supported. */
  expirationSeconds: 60,
  cacheTtlSeconds: { minimum: 30, standard: 60 },
  /** "The maximum and the default is 1000." */
  listKeys: 1000,
  bulkKeys: 100,
  bulkBytes: 25 * mebibyte,
  /** "1 write per second" to the same key. A rate of requests and no timer, so the time scale does not touch it. */
  writeIntervalMs: 1000,
} as const;

/** Sizes that are this implementation's own choice. */
export const sizes = {
  /** A larger value goes to the bucket: a commit ships whole pages, and a row must stay well below SQLite's 2 MB. */
  inlineBytes: 128 * 1024,
  /** Larger values lie in the bucket in parts of this size, so that no PoP holds one whole. */
  partBytes: 4 * mebibyte,
  /** A larger value is read from the bucket each time, as one would push out a PoP's whole working set. */
  cacheableBytes: mebibyte,
  cacheBytes: 24 * mebibyte,
  cacheEntries: 20_000,
  /** Rows one list call walks in a shard before it answers with what it has (possibly nothing). */
  listWalkRows: 10_000,
} as const;

// What goes between a PoP and a shard.
import type { WriteRequest } from "./rows.js";

/** What a shard answers to a read. */
export interface StoredReading {
  /** null when there is no value, and when it is in the bucket. */
  readonly value: Uint8Array | null;
  /** Name of the value in the bucket, null when it is inline or there is none. */
  readonly blob: string | null;
  readonly sizeBytes: number;
  readonly metadata: string | null;
  readonly deadlineMs: number;
  readonly asOf: number;
}

export interface StoredWrite extends WriteRequest {
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly blob: string | null;
  readonly sizeBytes: number;
  readonly metadata: string | null;
  readonly expiration: number | null;
  readonly deadlineMs: number;
}

/** `stored`: the key has this value now. `superseded`: it was applied, and overwritten since. */
export type WriteOutcome = { readonly outcome: "stored" | "superseded" | "too-many" | "lost-blob"; readonly asOf: number };

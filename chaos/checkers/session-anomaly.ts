// What can be wrong with the sessions of a history, named.
import type { Operation } from "../../contract/history/types.js";

/**
 * The four guarantees by their names. order: a write is missing that came before one that was seen, and no session links the two.
 * primary: outside of sessions, or as a write, an answer that does not know what had been acknowledged. two writes: one version
 * told twice. garbage: a version that nobody wrote. future: read before its write was called.
 */
export type SessionAnomalyKind = "read your writes" | "monotonic reads" | "monotonic writes" | "writes follow reads" | "order" | "primary" | "two writes" | "garbage" | "future";

/** One thing that is wrong, in words and in the few operations that show it. */
export interface FoundAnomaly {
  readonly kind: SessionAnomalyKind;
  readonly text: string;
  readonly operations: readonly Operation[];
}

/** An answer that fits no place. */
export interface Broken {
  readonly row: number;
  /** The place that it had to be at or, for a write, after. */
  readonly place: number;
  /** Of a read: the item that was too old there. */
  readonly item?: number;
  readonly itemVersion?: number;
}

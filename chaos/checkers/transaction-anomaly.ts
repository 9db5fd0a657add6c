// What lists alone can show to be wrong with transactions, named.
import type { Operation } from "../../contract/history/types.js";

/** What can be wrong without a cycle. */
export type ListAnomalyKind = "garbage" | "duplicate" | "incompatible-order" | "internal" | "G1a" | "G1b" | "lost-update";

export interface ListAnomaly {
  readonly kind: ListAnomalyKind;
  readonly text: string;
  readonly operations: readonly Operation[];
}

// What is wrong with a history, named: each anomaly says what was read, where, and shows the few operations that prove it.
import type { Operation } from "../../contract/history/types.js";
import type { Disagreement } from "./convergence.js";
import { popOf } from "./read-lag.js";
import { shown, type ImpossibleRead, type RegisterHistory } from "./register-history.js";
import { smallestViolation } from "./violation.js";

/**
 * garbage: a value nobody wrote. failed-write: the value of a write that certainly did not happen. future: read before its write began.
 * stale, negative, resurrected: a read older than the window, of a value, of an absence after a create, of a value after its delete.
 * divergence: PoPs that disagree after the quiet. conflict: reads that only together contradict every order.
 */
export type AnomalyKind = "garbage" | "failed-write" | "future" | "stale" | "negative" | "resurrected" | "divergence" | "conflict";

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly key: string;
  readonly text: string;
  /** How many reads show the same kind between the same PoPs; the worst is shown. */
  readonly reads: number;
  readonly readerPopId?: string;
  readonly writerPopId?: string;
  readonly staleMs?: number;
  readonly operations: readonly Operation[];
}

/** One anomaly per kind and reading PoP. */
export function impossibleReads(key: string, impossible: readonly ImpossibleRead[]): Anomaly[] {
  const first = new Map<string, Anomaly>();
  for (const { kind, read, write } of impossible) {
    const name = `${kind} ${popOf(read)}`;
    const known = first.get(name);
    const value = shown(read.operation.output);
    const words = {
      "garbage": `PoP ${popOf(read)} returned ${value} for key ${shown(key)}, which nobody wrote`,
      "failed-write": `PoP ${popOf(read)} returned ${value} for key ${shown(key)}, whose write had failed`,
      "future": `PoP ${popOf(read)} returned ${value} for key ${shown(key)} before its write began`,
    };
    first.set(name, {
      kind,
      key,
      text: words[kind],
      reads: (known?.reads ?? 0) + 1,
      readerPopId: popOf(read),
      operations: known?.operations ?? [...(write === undefined ? [] : [write.operation]), read.operation],
    });
  }
  return [...first.values()];
}

export function divergence({ key, finalReads }: Disagreement): Anomaly {
  const answers = finalReads.map((read) => `${read.popId ?? "unnamed"} ${shown(read.output)}`).join(", ");
  return {
    kind: "divergence",
    key,
    text: `after the last write and the whole window, PoPs still disagree on key ${shown(key)}: ${answers}`,
    reads: finalReads.length,
    operations: finalReads,
  };
}

/** For a key that the promise does not explain although each read alone could be. */
export function conflict(history: RegisterHistory, promisedNs: number): Anomaly {
  const operations = smallestViolation(history, promisedNs);
  return {
    kind: "conflict",
    key: history.key,
    text: `no order of these ${operations.length} operations on key ${shown(history.key)} explains them within ${promisedNs / 1e6} ms`,
    reads: operations.filter(({ action }) => action === "read").length,
    operations,
  };
}

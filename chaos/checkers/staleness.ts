// Bounded staleness of a key-value store read at several PoPs: the smallest window that explains a history, where it
// comes from, and what no window explains. Pure; a target stronger than required simply has a window near zero.
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { conflict, divergence, impossibleReads, type Anomaly } from "./anomaly.js";
import { judgeConvergence, type Convergence } from "./convergence.js";
import { LagTally, type LagFigures } from "./lag-tally.js";
import { visitReadLags } from "./read-lag.js";
import { registerHistories, type RegisterHistory } from "./register-history.js";
import { explains, prepareKey, smallestWindowNs, type PreparedKey } from "./register-window.js";

export interface StalenessOptions {
  /** The window that is promised, in ns. Left out: only what no window explains is invalid. */
  readonly windowNs?: bigint | number;
}

export interface StalenessAnswer extends CheckerAnswer, LagFigures {
  /** The smallest window that explains every read that any window explains, ms; null when there is nothing to judge or the search ran out of budget. */
  readonly windowMs: number | null;
  readonly counts: { readonly keys: number; readonly reads: number; readonly writes: number };
  /** Null when no window was promised. */
  readonly convergence: Convergence | null;
  /** Every kind of anomaly once per key kind and PoP pair, worst first. */
  readonly anomalies: readonly Anomaly[];
}

/**
 * Judges the history of a store whose values are unique per key, with absence before the first write.
 * Actions: write (input), delete, read (output, null for absent). Lost answers stay open; failed writes never happened.
 * @throws EdgemarkError usage.input for operations of another kind of history
 */
export function checkStaleness(operations: readonly Operation[], options: StalenessOptions = {}): StalenessAnswer {
  const promisedNs = options.windowNs === undefined ? undefined : Number(options.windowNs);
  const histories = registerHistories(operations);
  const clear = histories.filter(({ ambiguous }) => ambiguous === undefined);
  const tally = new LagTally(promisedNs);
  for (const history of clear) visitReadLags(history, (lag) => tally.add(history.key, lag));

  const window = smallestWindow(clear, Math.max(0, tally.largestNs), promisedNs);
  const convergence = promisedNs === undefined ? null : judgeConvergence(clear, promisedNs);
  const anomalies = [
    ...clear.flatMap(({ key, impossible }) => impossibleReads(key, impossible)),
    ...tally.anomalies(),
    ...(convergence?.disagreements ?? []).map(divergence),
  ];
  if (promisedNs !== undefined) {
    const explained = new Set(anomalies.map(({ key }) => key));
    for (const history of window.keysBeyond) {
      // A read alone, or PoPs that disagree, say it better than a contradiction of several reads.
      if (!explained.has(history.key) && !tally.isBeyond(history.key)) anomalies.push(conflict(history, promisedNs));
    }
  }
  const figures = tally.figures();
  const counts = { keys: histories.length, reads: figures.readCount, writes: operations.filter((one) => one.action !== "read").length };
  const windowMs = window.smallestNs === undefined || counts.reads === 0 ? null : window.smallestNs / 1e6;
  return {
    ...verdict({ anomalies, windowMs, promisedNs, reads: counts.reads, ambiguous: histories.find(({ ambiguous }) => ambiguous)?.ambiguous }),
    windowMs,
    counts,
    convergence,
    anomalies,
    ...figures,
  };
}

interface Judged {
  readonly anomalies: readonly Anomaly[];
  readonly windowMs: number | null;
  readonly promisedNs: number | undefined;
  readonly reads: number;
  readonly ambiguous: string | undefined;
}

function verdict({ anomalies, windowMs, promisedNs, reads, ambiguous }: Judged): CheckerAnswer {
  const [worst] = anomalies;
  if (worst !== undefined) {
    const others = anomalies.length === 1 ? "" : ` (and ${anomalies.length - 1} more anomalies)`;
    return { verdict: "invalid", reason: `${worst.kind}: ${worst.text}${others}`, violation: worst.operations };
  }
  if (ambiguous !== undefined) return { verdict: "unknown", reason: `${ambiguous}; reads can only be judged when values are unique` };
  if (reads === 0) return { verdict: "unknown", reason: "no read was answered; there is nothing to judge" };
  if (windowMs === null) return { verdict: "unknown", reason: "too many lost deletes on one key to search every order" };
  const promised = promisedNs === undefined ? "" : `, within the ${promisedNs / 1e6} ms promised`;
  return { verdict: "valid", reason: `every read is explained by a window of ${windowMs.toFixed(3)} ms${promised}` };
}

function smallestWindow(histories: readonly RegisterHistory[], provenNs: number, promisedNs: number | undefined) {
  let smallestNs: number | undefined = provenNs;
  const keysBeyond: RegisterHistory[] = [];
  for (const history of histories) {
    const key: PreparedKey = prepareKey(history);
    if (promisedNs !== undefined && explains(key, promisedNs) === "unexplained") keysBeyond.push(history);
    // Keys are independent: a key that the largest window so far explains cannot raise it.
    if (smallestNs !== undefined) smallestNs = smallestWindowNs(key, smallestNs);
  }
  return { smallestNs, keysBeyond };
}

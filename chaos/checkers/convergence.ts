// Last write wins: once writing has stopped for longer than the window, every PoP must return the same value. Which
// value that may be is the window search's question; here the PoPs that disagree are named.
import type { Operation } from "../../contract/history/types.js";
import { popOf } from "./read-lag.js";
import type { RegisterHistory, TimedOperation } from "./register-history.js";

export interface Disagreement {
  readonly key: string;
  /** The final read at each PoP. */
  readonly finalReads: readonly Operation[];
}

export interface Convergence {
  /** Keys that at least two PoPs read after the quiet. */
  readonly keysJudged: number;
  /** Keys with a lost write, which may still land: not judged. */
  readonly keysOpen: number;
  /** Keys that fewer than two PoPs read after the quiet: not judged. */
  readonly keysNotRead: number;
  readonly disagreements: readonly Disagreement[];
}

/** @param windowNs how long after the last write's return a PoP may still answer otherwise */
export function judgeConvergence(histories: readonly RegisterHistory[], windowNs: number): Convergence {
  let keysJudged = 0;
  let keysOpen = 0;
  let keysNotRead = 0;
  const disagreements: Disagreement[] = [];
  for (const history of histories) {
    if (history.hasOpenWrites) {
      keysOpen++;
      continue;
    }
    const finalReads = finalReadByPop(history, windowNs);
    if (finalReads.length < 2) {
      keysNotRead++;
      continue;
    }
    keysJudged++;
    const values = new Set(finalReads.map(({ operation }) => JSON.stringify(operation.output)));
    if (values.size > 1) disagreements.push({ key: history.key, finalReads: finalReads.map(({ operation }) => operation) });
  }
  return { keysJudged, keysOpen, keysNotRead, disagreements };
}

function finalReadByPop(history: RegisterHistory, windowNs: number): TimedOperation[] {
  let lastReturnNs = -Infinity;
  for (const { write } of history.values) lastReturnNs = Math.max(lastReturnNs, write.returnNs);
  for (const { returnNs } of history.deletes) lastReturnNs = Math.max(lastReturnNs, returnNs);
  const latest = new Map<string, TimedOperation>();
  const consider = (read: TimedOperation): void => {
    if (read.callNs <= lastReturnNs + windowNs) return;
    const known = latest.get(popOf(read));
    if (known === undefined || read.callNs > known.callNs) latest.set(popOf(read), read);
  };
  for (const { reads } of history.values) reads.forEach(consider);
  history.nullReads.forEach(consider);
  return [...latest.values()];
}

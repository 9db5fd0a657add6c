// Decides whether one key's history is explained by reads that are at most a window old: whether writes, deletes and
// reads can be put in one order in which every write takes effect between its call and its return and every read
// returns the value that was current at some moment between (its call - window) and its return. That is linearizability
// of the history with the reads' calls moved back by the window (Golab, Li, Shah: delta-atomicity).
//
// The search walks along the returns, as in Lowe's just-in-time linearization: an operation takes effect no earlier
// than a return forces it. Three facts keep it small. A value that is read must stay current until its last read has
// begun, so which value may be overwritten when is known. A pending write whose reads have all begun can be
// applied for free whenever another write is, just before it. Of the pending deletes, those that must return
// first are always the right ones to use first. So only the number of deletes used is a choice; without deletes the walk has a single state.
import type { RegisterHistory, TimedOperation } from "./register-history.js";

export type WindowAnswer = "explained" | "unexplained" | "out-of-budget";

/** Beyond this many states at once the answer is out-of-budget: more than ten lost deletes open on one key. */
const maxStates = 4_096;

interface Write {
  readonly callNs: number;
  readonly deadlineNs: number;
  /** Latest call of a read, before the window moves it; -Infinity for deletes and unread values. */
  readonly lastReadCallNs: number;
  readonly isDelete: boolean;
}

type Step =
  | { readonly atNs: number; readonly kind: "value" | "delete"; readonly write: number }
  | { readonly atNs: number; readonly kind: "null-read"; readonly callNs: number };

/** A key made ready, so that several windows can be tried cheaply. */
export interface PreparedKey {
  readonly writes: readonly Write[];
  /** Indexes of writes in the order of their calls. */
  readonly byCall: readonly number[];
  readonly steps: readonly Step[];
  /** A window that explains everything that any window explains. */
  readonly widestNs: number;
}

/** What is known after a prefix of the returns: one way in which it can have happened. */
interface State {
  /** Index of the current write, -1 for absent. */
  readonly current: number;
  /** When the key was last seen absent before the current value. */
  readonly lastAbsentNs: number;
  /** Writes that took effect before their deadline; a write past its deadline always has. */
  readonly applied: ReadonlySet<number>;
}

const nothing: ReadonlySet<number> = new Set();

/** Sorts a key's operations once for any number of windows. */
export function prepareKey(history: Pick<RegisterHistory, "values" | "deletes" | "nullReads">): PreparedKey {
  const writes: Write[] = [];
  const steps: Step[] = [];
  const add = (write: Write): void => {
    if (write.deadlineNs !== Infinity) {
      steps.push({ atNs: write.deadlineNs, kind: write.isDelete ? "delete" : "value", write: writes.length });
    }
    writes.push(write);
  };
  for (const value of history.values) {
    add({ callNs: value.write.callNs, deadlineNs: value.deadlineNs, lastReadCallNs: value.lastReadCallNs, isDelete: false });
  }
  for (const timed of history.deletes) {
    add({ callNs: timed.callNs, deadlineNs: timed.returnNs, lastReadCallNs: -Infinity, isDelete: true });
  }
  for (const read of narrowest(history.nullReads)) steps.push({ atNs: read.returnNs, kind: "null-read", callNs: read.callNs });
  steps.sort((a, b) => a.atNs - b.atNs);
  const byCall = writes.map((_, index) => index).sort((a, b) => callOf(writes, a) - callOf(writes, b));
  return { writes, byCall, steps, widestNs: widest(history) };
}

/** A read of null is implied by another that lies within it; only the narrowest count. */
function narrowest(reads: readonly TimedOperation[]): TimedOperation[] {
  const kept: TimedOperation[] = [];
  const byReturn = [...reads].sort((a, b) => a.returnNs - b.returnNs || b.callNs - a.callNs);
  let latestCallNs = -Infinity;
  for (const read of byReturn) {
    if (read.callNs <= latestCallNs) continue;
    latestCallNs = read.callNs;
    kept.push(read);
  }
  return kept;
}

/** With every read's call before the first call, nothing has to stay current. */
function widest(history: Pick<RegisterHistory, "values" | "nullReads">): number {
  let latestCallNs = 0;
  for (const { lastReadCallNs } of history.values) latestCallNs = Math.max(latestCallNs, lastReadCallNs);
  for (const { callNs } of history.nullReads) latestCallNs = Math.max(latestCallNs, callNs);
  return latestCallNs + 1;
}

function callOf(writes: readonly Write[], index: number): number {
  return writes[index]?.callNs ?? 0;
}

/**
 * Whether reads at most `windowNs` old explain a key.
 * @param windowNs from 0
 */
export function explains(key: PreparedKey, windowNs: number): WindowAnswer {
  const { writes, byCall } = key;
  let states: State[] = [{ current: -1, lastAbsentNs: -Infinity, applied: nothing }];
  let nextCall = 0;
  let pending: number[] = [];

  const holdUntil = (index: number): number => {
    const write = writes[index];
    return write === undefined ? -Infinity : write.lastReadCallNs - windowNs;
  };
  for (const step of key.steps) {
    const nowNs = step.atNs;
    for (let index = byCall[nextCall]; index !== undefined && callOf(writes, index) <= nowNs; index = byCall[++nextCall]) pending.push(index);
    const next: State[] = [];
    for (const state of states) next.push(...advance(state, step));
    if (next.length === 0) return "unexplained";
    if (next.length > maxStates) return "out-of-budget";
    states = next.length === 1 ? next : dominant(next);
    if (step.kind !== "null-read") pending = pending.filter((index) => index !== step.write);
  }
  return "explained";

  function advance(state: State, step: Step): State[] {
    const nowNs = step.atNs;
    if (step.kind === "null-read") {
      if (state.current === -1 || state.lastAbsentNs >= step.callNs - windowNs) return [state];
      const first = unusedDeletes(state)[0];
      if (first === undefined || holdUntil(state.current) > nowNs) return [];
      return [{ ...state, current: -1, applied: withFree(state, nowNs, [first]) }];
    }
    if (state.applied.has(step.write)) return [{ ...state, applied: without(state.applied, step.write) }];
    if (step.kind === "delete") {
      // holdUntil of absence is -Infinity: deleting what is absent is free, and takes the free writes along.
      if (holdUntil(state.current) > nowNs) return [];
      return [{ ...state, current: -1, applied: without(withFree(state, nowNs, []), step.write) }];
    }
    if (holdUntil(state.current) > nowNs) return [];
    const deletes = unusedDeletes(state);
    const outcomes: State[] = [];
    for (let used = 0; used <= deletes.length; used++) {
      const wasAbsent = state.current === -1 || used > 0;
      outcomes.push({
        current: step.write,
        lastAbsentNs: wasAbsent ? nowNs : state.lastAbsentNs,
        applied: without(withFree(state, nowNs, deletes.slice(0, used)), step.write),
      });
    }
    return outcomes;
  }

  /** Deletes that have been called and not used, those that must return first in front. */
  function unusedDeletes(state: State): number[] {
    return pending
      .filter((index) => writes[index]?.isDelete === true && !state.applied.has(index))
      .sort((a, b) => (writes[a]?.deadlineNs ?? 0) - (writes[b]?.deadlineNs ?? 0) || a - b);
  }

  function withFree(state: State, nowNs: number, deletes: readonly number[]): ReadonlySet<number> {
    let applied: Set<number> | undefined;
    for (const index of pending) {
      if (state.applied.has(index) || writes[index]?.isDelete !== false || holdUntil(index) > nowNs) continue;
      applied ??= new Set(state.applied);
      applied.add(index);
    }
    for (const index of deletes) {
      applied ??= new Set(state.applied);
      applied.add(index);
    }
    return applied ?? state.applied;
  }
}

function without(applied: ReadonlySet<number>, index: number): ReadonlySet<number> {
  if (!applied.has(index)) return applied;
  const rest = new Set(applied);
  rest.delete(index);
  return rest;
}

/** Of states that differ only in when the key was last absent, the latest can do all that the others can. */
function dominant(states: readonly State[]): State[] {
  const best = new Map<string, State>();
  for (const state of states) {
    const name = `${state.current}|${[...state.applied].sort((a, b) => a - b).join(",")}`;
    const known = best.get(name);
    if (known === undefined || state.lastAbsentNs > known.lastAbsentNs) best.set(name, state);
  }
  return [...best.values()];
}

/**
 * The smallest window that explains a key, to the nanosecond.
 * @param fromNs a window known to be no larger than the answer
 * @returns undefined when the search is out of budget
 */
export function smallestWindowNs(key: PreparedKey, fromNs: number): number | undefined {
  const first = explains(key, fromNs);
  if (first !== "unexplained") return first === "explained" ? fromNs : undefined;
  // Galloping: the answer is mostly within microseconds of the bound that single reads prove.
  let below = fromNs;
  let above = fromNs;
  for (let stepNs = 1_000; ; stepNs *= 4) {
    above = Math.min(fromNs + stepNs, Math.max(fromNs, key.widestNs));
    const answer = explains(key, above);
    if (answer === "out-of-budget") return undefined;
    if (answer === "explained") break;
    if (above >= key.widestNs) return undefined;
    below = above;
  }
  while (above - below > 1) {
    const middle = Math.floor((above + below) / 2);
    const answer = explains(key, middle);
    if (answer === "out-of-budget") return undefined;
    if (answer === "explained") above = middle;
    else below = middle;
  }
  return above;
}


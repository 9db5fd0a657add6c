// Searches for an order that explains operations on one object: the search of Wing and Gong in the just-in-time form of
// Lowe. It walks along the returns; what has not returned takes effect only when that helps the operation that must. Ways
// that agree on the state and on what has taken effect early (a bit set) are one way, so each return costs its distinct
// ways, and memory is bounded by the widest return, not by the history. Lost answers are counted by kind: of two ways in the same
// state the one that has used fewer of them can do all that the other can.
import type { Operation } from "../../contract/history/types.js";
import type { SequentialModel } from "./sequential-model.js";
import { identity, type Timeline } from "./timeline.js";

/** What a search may still cost; shared by all searches of one judgement. */
export interface Budget {
  stepsLeft: number;
  /** Looked at now and then; true ends the search. */
  readonly isOver?: () => boolean;
}

export interface SearchInput<State> {
  readonly model: SequentialModel<State>;
  readonly operations: readonly Operation[];
  /** Operations that may have happened at any time, or never. */
  readonly optional?: readonly Operation[];
  readonly time: Timeline;
  readonly budget: Budget;
  /** At most so many ways are kept at a return, those that used least. */
  readonly maxWays: number;
}

/** unexplained: `at` is the first return that no order explains. unknown: the budget was used up, or ways were dropped. */
export type SearchResult = { readonly found: "order" } | { readonly found: "unknown" } | { readonly found: "none"; readonly at: Operation };

/** One way in which a prefix can have happened. */
interface Way {
  /** Slots of open operations that have taken effect. */
  readonly applied: bigint;
  readonly state: number;
  /** How many lost operations of each kind were used. */
  readonly used: readonly number[];
}

interface Open {
  readonly kind: number;
  readonly bit: bigint;
  readonly isRead: boolean;
}

const impossible = -1;

/** Whether some order of the operations explains every answer. Failed operations are left out, lost ones may be. */
export function searchOrder<State>({ model, operations, optional = [], time, budget, maxWays }: SearchInput<State>): SearchResult {
  const kinds = kindsOf(model);
  const states = statesOf(model, kinds.samples);
  const answered = operations.filter(({ outcome }) => outcome === "ok");
  const lost = operations.filter((operation) => operation.outcome === "info" && !model.isRead(operation));
  const available: number[] = [];
  for (const operation of optional) {
    if (operation.outcome === "fail" || model.isRead(operation)) continue;
    const kind = kinds.of({ ...operation, outcome: "info", output: undefined });
    available[kind] = (available[kind] ?? 0) + 1;
  }
  const calls = [...answered, ...lost].map((operation) => ({ operation, at: time(operation.callNs) })).sort((a, b) => a.at - b.at);
  const returns = answered.map((operation) => ({ operation, at: time(operation.returnNs) })).sort((a, b) => a.at - b.at);

  const open = new Map<Operation, Open>();
  const freeBits: bigint[] = [];
  let nextBit = 1n;
  let nextCall = 0;
  let ways: Way[] = [{ applied: 0n, state: states.initial, used: [] }];
  let hasDropped = false;
  let looks = 0;

  for (const { operation, at } of returns) {
    for (let call = calls[nextCall]; call !== undefined && call.at <= at; call = calls[++nextCall]) begin(call.operation);
    const must = open.get(operation);
    if (must === undefined) continue;
    const next = advance(must);
    if (next === undefined) return { found: "unknown" };
    if (next.length === 0) return hasDropped ? { found: "unknown" } : { found: "none", at: operation };
    ways = next.length > maxWays ? next.sort((a, b) => effort(a) - effort(b)).slice(0, maxWays) : next;
    hasDropped ||= next.length > maxWays;
    open.delete(operation);
    freeBits.push(must.bit);
  }
  return { found: "order" };

  function begin(operation: Operation): void {
    const kind = kinds.of(operation);
    if (operation.outcome === "info") {
      available[kind] = (available[kind] ?? 0) + 1;
      return;
    }
    let bit = freeBits.pop();
    if (bit === undefined) {
      bit = nextBit;
      nextBit <<= 1n;
    }
    open.set(operation, { kind, bit, isRead: model.isRead(operation) });
  }

  /** All ways in which the operation that returns now can have taken effect by now; undefined when out of budget. */
  function advance(must: Open): Way[] | undefined {
    const reads = [...open.values()].filter(({ isRead }) => isRead);
    const { changes, lostKinds } = candidates(must);
    const before = new Ways(budget);
    const after = new Ways(budget);
    const todo: Way[] = [];
    const reach = (applied: bigint, state: number, used: readonly number[]): void => {
      budget.stepsLeft--;
      let all = applied;
      // A read that fits now may as well happen now: it changes nothing.
      for (const read of reads) if ((all & read.bit) === 0n && states.after(state, read.kind) !== impossible) all |= read.bit;
      if ((all & must.bit) !== 0n) after.add({ applied: all & ~must.bit, state, used });
      else {
        const way = { applied: all, state, used };
        if (before.add(way)) todo.push(way);
      }
    };
    for (const way of ways) reach(way.applied, way.state, way.used);
    for (let way = todo.pop(); way !== undefined; way = todo.pop()) {
      if (budget.stepsLeft < 0 || (++looks % 256 === 0 && budget.isOver?.() === true)) return undefined;
      for (const change of changes) {
        if ((way.applied & change.bit) !== 0n) continue;
        const state = states.after(way.state, change.kind);
        if (state !== impossible) reach(way.applied | change.bit, state, way.used);
      }
      for (const kind of lostKinds) {
        const used = way.used[kind] ?? 0;
        if (used >= (available[kind] ?? 0)) continue;
        const state = states.after(way.state, kind);
        if (state !== impossible && state !== way.state && isUseful(way, state)) reach(way.applied, state, withOneMore(way.used, kind));
      }
    }
    return after.all();
  }

  /** Whether some next operation notices that a lost one moved the state; otherwise that may as well not have happened. */
  function isUseful({ applied, state, used }: Way, moved: number): boolean {
    const notices = (kind: number): boolean => {
      const after = states.after(moved, kind);
      return after !== impossible && after !== states.after(state, kind);
    };
    for (const { bit, kind } of open.values()) if ((applied & bit) === 0n && notices(kind)) return true;
    return available.some((count, kind) => (used[kind] ?? 0) < count && notices(kind));
  }

  /** What can help the operation that must happen: what matters to it, what matters to that, and so on. */
  function candidates(must: Open): { changes: Open[]; lostKinds: number[] } {
    const changes = [...open.values()].filter(({ isRead }) => !isRead);
    const lostKinds = Object.keys(available).map(Number);
    if (model.orderMatters === undefined) return { changes, lostKinds };
    const relevant = new Set([must.kind]);
    const others = new Set([...[...open.values()].map(({ kind }) => kind), ...lostKinds]);
    for (const then of relevant) {
      for (const first of others) if (!relevant.has(first) && kinds.orderMatters(first, then)) relevant.add(first);
    }
    return { changes: changes.filter(({ kind }) => relevant.has(kind)), lostKinds: lostKinds.filter((kind) => relevant.has(kind)) };
  }
}

/** Distinct ways; of those that differ in lost operations only, those that no other undercuts. */
class Ways {
  readonly #known = new Map<string, Way[]>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** @returns false when a known way can do all that this one can */
  add(way: Way): boolean {
    const name = `${way.applied} ${way.state}`;
    const alike = this.#known.get(name);
    if (alike === undefined) {
      this.#known.set(name, [way]);
      return true;
    }
    this.#budget.stepsLeft -= alike.length;
    if (alike.some(({ used }) => isWithin(used, way.used))) return false;
    this.#known.set(name, [...alike.filter(({ used }) => !isWithin(way.used, used)), way]);
    return true;
  }

  all(): Way[] {
    return [...this.#known.values()].flat();
  }
}

function isWithin(few: readonly number[], many: readonly number[]): boolean {
  for (let kind = 0; kind < few.length; kind++) if ((few[kind] ?? 0) > (many[kind] ?? 0)) return false;
  return true;
}

function withOneMore(used: readonly number[], kind: number): number[] {
  const more = Array.from({ length: Math.max(used.length, kind + 1) }, (_, index) => used[index] ?? 0);
  more[kind] = (more[kind] ?? 0) + 1;
  return more;
}

/** Ways that have used less are kept: they have more left to do. */
function effort({ applied, used }: Way): number {
  let count = used.reduce((sum, one) => sum + one, 0);
  for (let rest = applied; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

/** Numbers kinds of operations: the same action, input and answer are the same to a model. */
function kindsOf<State>(model: SequentialModel<State>) {
  const numbers = new Map<unknown, number>();
  const samples: Operation[] = [];
  const matters = new Map<string, boolean>();
  return {
    samples,
    of(operation: Operation): number {
      const { action, input, output, outcome } = operation;
      const name = identity([outcome === "info", action, input ?? null, outcome === "info" ? null : (output ?? null)]);
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, samples.length);
      return samples.push(operation) - 1;
    },
    orderMatters(first: number, then: number): boolean {
      const name = `${first} ${then}`;
      const known = matters.get(name);
      if (known !== undefined) return known;
      const [a, b] = [samples[first], samples[then]];
      const answer = a === undefined || b === undefined || (model.orderMatters?.(a, b) ?? true);
      matters.set(name, answer);
      return answer;
    },
  };
}

/** Numbers states, and remembers which follows which. */
function statesOf<State>(model: SequentialModel<State>, samples: readonly Operation[]) {
  const numbers = new Map<string, number>();
  const states: State[] = [];
  const following: number[][] = [];
  const numberOf = (state: State): number => {
    const name = model.identify(state);
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, states.length);
    following.push([]);
    return states.push(state) - 1;
  };
  return {
    initial: numberOf(model.init),
    after(state: number, kind: number): number {
      const row = following[state] ?? [];
      const known = row[kind];
      if (known !== undefined) return known;
      const from = states[state];
      const operation = samples[kind];
      if (operation === undefined || state >= states.length) return impossible;
      const to = model.step(from as State, operation);
      const number = to === undefined ? impossible : numberOf(to);
      row[kind] = number;
      return number;
    },
  };
}

// What lists alone tell of transactions: values that cannot be there, orders that contradict each other, reads of what was aborted
// or only half done, updates that were lost; and the dependencies between transactions, from which cycles are sought.
import type { Operation } from "../../contract/history/types.js";
import { differsAt, longestOf } from "./lists.js";
import { shown } from "./register-history.js";
import type { DependencyKind } from "./transaction-graph.js";
import type { Append, List, Read, Transaction, TransactionHistory } from "./transaction-history.js";
import { inOrder } from "./timeline.js";

/** What can be wrong without a cycle. */
export type ListAnomalyKind = "garbage" | "duplicate" | "incompatible-order" | "internal" | "G1a" | "G1b" | "lost-update";

export interface ListAnomaly {
  readonly kind: ListAnomalyKind;
  readonly text: string;
  readonly operations: readonly Operation[];
}

export type AddDependency = (from: Transaction, to: Transaction, kind: DependencyKind) => void;

/** Dependencies on appends that nobody read, of one list: beyond this the later ones are left out, which only makes cycles fewer. */
const mostUnread = 1_000_000;

/** @returns what is wrong; and calls `add` for each dependency between two transactions */
export function judgeLists({ lists, transactions }: TransactionHistory, add: AddDependency): ListAnomaly[] {
  const found: ListAnomaly[] = [];
  const orders = lists.map((list) => orderOf(list, found));
  for (const transaction of transactions) if (transaction.operation.outcome === "ok") internal(transaction, found);
  for (const order of orders) {
    if (order === undefined) continue;
    halfDone(order, found);
    lostUpdates(order, found);
    depend(order, add);
  }
  return found;
}

/** The appends of a list in their order. */
interface ListOrder {
  readonly list: List;
  readonly longest: Read | undefined;
  /** Undefined where nobody known appended what was read. */
  readonly appends: readonly (Append | undefined)[];
  /** Appends that certainly happened and that nobody read: they came after all others. */
  readonly unread: readonly Append[];
}

/** @returns undefined when the reads have no one order */
function orderOf(list: List, found: ListAnomaly[]): ListOrder | undefined {
  const longest = longestOf(list.reads);
  const before = found.length;
  if (longest !== undefined) impossible(longest, found);
  for (const read of longest === undefined ? [] : list.reads) {
    if (longest === undefined || read === longest) continue;
    const at = differsAt(read, longest);
    if (at === -1) continue;
    impossible(read, found);
    const text = `list ${shown(list.name)} had ${shown(read.elements[at])} in place ${at + 1} in one read and ${shown(longest.elements[at])} in another`;
    found.push({ kind: "incompatible-order", text, operations: inOrder([read.transaction.operation, longest.transaction.operation]) });
  }
  const elements = longest?.elements ?? [];
  if (found.slice(before).some(({ kind }) => kind === "incompatible-order" || kind === "duplicate")) return undefined;
  const appends = elements.map((element) => list.appends.get(element));
  for (const append of appends) if (append?.transaction.operation.outcome === "info") append.transaction.isCommitted = true;
  const read = new Set(elements);
  return {
    list,
    longest,
    appends: appends.map((append) => (append?.transaction.isCommitted === true ? append : undefined)),
    // Asked late: what was lost and then read elsewhere has happened here too.
    get unread() {
      return [...list.appends].filter(([element, { transaction }]) => transaction.isCommitted && !read.has(element)).map(([, append]) => append);
    },
  };
}

/** An element that nobody appended, that is there twice, or whose transaction was aborted. */
function impossible({ list, elements, transaction }: Read, found: ListAnomaly[]): void {
  const seen = new Set<unknown>();
  for (const element of elements) {
    const append = list.appends.get(element);
    const text = `${shown(append?.value ?? element)} was read in list ${shown(list.name)}`;
    if (append === undefined) found.push({ kind: "garbage", text: `${text}, which nobody appended`, operations: [transaction.operation] });
    else if (seen.has(element)) found.push({ kind: "duplicate", text: `${text} twice, and was appended once`, operations: inOrder([append.transaction.operation, transaction.operation]) });
    else if (append.transaction.operation.outcome === "fail") found.push({ kind: "G1a", text: `aborted read: ${text}, whose transaction had failed`, operations: inOrder([append.transaction.operation, transaction.operation]) });
    seen.add(element);
  }
}

/** What a transaction reads must be what it read of the same list before, and what it appended since. */
function internal({ steps, operation }: Transaction, found: ListAnomaly[]): void {
  if (steps.length < 2) return;
  const known = new Map<List, { elements: readonly unknown[] | undefined; own: unknown[] }>();
  for (const { list, value, elements } of steps) {
    let state = known.get(list);
    if (state === undefined) {
      state = { elements: undefined, own: [] };
      known.set(list, state);
    }
    if (elements === undefined) {
      state.own.push(value);
      continue;
    }
    const start = state.elements ?? elements.slice(0, Math.max(0, elements.length - state.own.length));
    const expected = state.own.length === 0 ? start : [...start, ...state.own];
    if (expected.length !== elements.length || differsAt({ elements }, { elements: expected }) !== -1) {
      found.push({ kind: "internal", text: `a transaction read list ${shown(list.name)} as ${shown(elements)} where its own steps make it ${shown(expected)}`, operations: [operation] });
      return;
    }
    state.elements = elements;
    state.own = [];
  }
}

/** Reads that end in the middle of somebody else's appends. */
function halfDone({ list, appends }: ListOrder, found: ListAnomaly[]): void {
  for (const { elements, transaction } of list.reads) {
    const last = appends[elements.length - 1];
    if (last === undefined || last.isLast || last.transaction === transaction) continue;
    found.push({
      kind: "G1b",
      text: `intermediate read: list ${shown(list.name)} was read up to ${shown(last.value)}, after which the same transaction appended more to it`,
      operations: inOrder([last.transaction.operation, transaction.operation]),
    });
  }
}

/** Two transactions that read the same version of a list and both appended to it. */
function lostUpdates({ list }: ListOrder, found: ListAnomaly[]): void {
  const byLength = new Map<number, Transaction>();
  const appending = new Set([...list.appends.values()].map(({ transaction }) => transaction));
  for (const { elements, own, transaction } of list.reads) {
    if (own > 0 || !appending.has(transaction)) continue;
    const other = byLength.get(elements.length);
    if (other === undefined) byLength.set(elements.length, transaction);
    else if (other !== transaction) {
      found.push({ kind: "lost-update", text: `two transactions read list ${shown(list.name)} with ${elements.length} elements, and both appended to it`, operations: inOrder([other.operation, transaction.operation]) });
    }
  }
}

function depend(order: ListOrder, add: AddDependency): void {
  const { list, appends, unread } = order;
  // The next transaction that appended at a place or after it.
  const next: (Append | undefined)[] = [];
  for (let index = appends.length - 1; index >= 0; index--) next[index] = appends[index] ?? next[index + 1];
  let last: Append | undefined;
  for (const append of appends) {
    if (append === undefined) continue;
    if (last !== undefined && last.transaction !== append.transaction) add(last.transaction, append.transaction, "ww");
    last = append;
  }
  if (last !== undefined) for (const append of unread) if (append.transaction !== last.transaction) add(last.transaction, append.transaction, "ww");
  let count = 0;
  for (const { elements, transaction } of list.reads) {
    const seen = appends[elements.length - 1];
    if (seen !== undefined && seen.transaction !== transaction) add(seen.transaction, transaction, "wr");
    const after = next[elements.length];
    if (after !== undefined) {
      if (after.transaction !== transaction) add(transaction, after.transaction, "rw");
    } else if (count < mostUnread) {
      count += unread.length;
      for (const append of unread) if (append.transaction !== transaction) add(transaction, append.transaction, "rw");
    }
  }
}

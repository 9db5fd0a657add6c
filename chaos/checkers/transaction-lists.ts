// What lists alone tell of transactions: values that cannot be there, orders that contradict each other, reads of what was aborted
// or only half done, updates that were lost; and the dependencies between transactions, from which cycles are sought.
import type { Operation } from "../../contract/history/types.js";
import { none } from "./columns.js";
import { grouped, type Groups } from "./growing-column.js";
import { shown } from "./register-history.js";
import type { ListAnomaly } from "./transaction-anomaly.js";
import type { EdgeList } from "./transaction-graph.js";
import type { TransactionHistory } from "./transaction-history.js";
import { rereads } from "./transaction-internal.js";
import { ListOrders } from "./transaction-orders.js";
import { inOrder } from "./timeline.js";

/** Dependencies on appends that nobody read, of one list: beyond this the later ones are left out, which only makes cycles fewer. */
const mostUnread = 1_000_000;

/** @returns what is wrong; and adds each dependency between two transactions to `edges` */
export function judgeLists(history: TransactionHistory, edges: EdgeList): ListAnomaly[] {
  const found: ListAnomaly[] = [];
  const { lists, reads, appends } = history;
  const readsOf = grouped(reads.list, lists.length);
  const appendsOf = grouped(appends.list, lists.length);
  // All orders first: what was lost and then read in one list has happened in the others too.
  const orders = new ListOrders(history);
  for (let list = 0; list < lists.length; list++) orders.find(list, readsOf, found);
  found.push(...rereads(history));
  const judge = new ListJudge(history, orders, readsOf, appendsOf);
  for (let list = 0; list < lists.length; list++) {
    if (!orders.has(list)) continue;
    judge.halfDone(list, found);
    judge.lostUpdates(list, found);
    judge.depend(list, edges);
  }
  return found;
}

/** Goes through one list after the other; its memory is theirs together. */
class ListJudge {
  /** By transaction: 1 + the last list that it was seen to append to. */
  readonly #appending: Int32Array;
  /** By length: the first transaction that read so much of the list, and which list that was, from 1. */
  readonly #firstReader: Int32Array;
  readonly #firstReaderOf: Int32Array;
  /** By place: the append there, or the first known one after it. */
  readonly #after: Int32Array;

  constructor(
    private readonly history: TransactionHistory,
    private readonly orders: ListOrders,
    private readonly readsOf: Groups,
    private readonly appendsOf: Groups,
  ) {
    this.#appending = new Int32Array(history.operations.length);
    this.#firstReader = new Int32Array(orders.longest + 1);
    this.#firstReaderOf = new Int32Array(orders.longest + 1);
    this.#after = new Int32Array(orders.longest + 1);
  }

  /** Reads that end in the middle of somebody else's appends. */
  halfDone(list: number, found: ListAnomaly[]): void {
    const { reads, appends } = this.history;
    const { begins, places } = this.readsOf;
    for (let at = begins[list] ?? 0; at < (begins[list + 1] ?? 0); at++) {
      const read = places[at] ?? 0;
      const elements = reads.elements[read] ?? [];
      const last = this.orders.at(list, elements.length - 1);
      if (last === none || appends.isFollowed[last] === 0) continue;
      const [writer = 0, reader = 0] = [appends.transaction[last], reads.transaction[read]];
      if (writer === reader) continue;
      const text = `intermediate read: list ${this.#name(list)} was read up to ${shown(elements.at(-1))}, after which the same transaction appended more to it`;
      found.push({ kind: "G1b", text, operations: this.#few(writer, reader) });
    }
  }

  /** Two transactions that read the same version of a list and both appended to it. */
  lostUpdates(list: number, found: ListAnomaly[]): void {
    const { reads, appends } = this.history;
    const mark = list + 1;
    for (let at = this.appendsOf.begins[list] ?? 0; at < (this.appendsOf.begins[list + 1] ?? 0); at++) this.#appending[appends.transaction[this.appendsOf.places[at] ?? 0] ?? 0] = mark;
    const { begins, places } = this.readsOf;
    for (let at = begins[list] ?? 0; at < (begins[list + 1] ?? 0); at++) {
      const read = places[at] ?? 0;
      const reader = reads.transaction[read] ?? 0;
      if (reads.own[read] !== 0 || this.#appending[reader] !== mark) continue;
      const length = reads.elements[read]?.length ?? 0;
      const other = this.#firstReader[length] ?? 0;
      if (this.#firstReaderOf[length] !== mark) {
        this.#firstReaderOf[length] = mark;
        this.#firstReader[length] = reader;
      } else if (other !== reader) {
        found.push({ kind: "lost-update", text: `two transactions read list ${this.#name(list)} with ${length} elements, and both appended to it`, operations: this.#few(other, reader) });
      }
    }
  }

  depend(list: number, edges: EdgeList): void {
    const { reads, appends } = this.history;
    const { orders } = this;
    const length = orders.lengthOf(list);
    const by = appends.transaction;
    this.#after[length] = none;
    for (let place = length - 1; place >= 0; place--) {
      const append = orders.at(list, place);
      this.#after[place] = append === none ? (this.#after[place + 1] ?? none) : append;
    }
    let last = none;
    for (let place = 0; place < length; place++) {
      const append = orders.at(list, place);
      if (append === none) continue;
      const writer = by[append] ?? 0;
      if (last !== none && last !== writer) edges.add(last, writer, "ww");
      last = writer;
    }
    const unread = this.#unread(list);
    if (last !== none) for (const append of unread) if (by[append] !== last) edges.add(last, by[append] ?? 0, "ww");
    let count = 0;
    const { begins, places } = this.readsOf;
    for (let at = begins[list] ?? 0; at < (begins[list + 1] ?? 0); at++) {
      const read = places[at] ?? 0;
      const reader = reads.transaction[read] ?? 0;
      const size = reads.elements[read]?.length ?? 0;
      const seen = orders.at(list, size - 1);
      if (seen !== none && by[seen] !== reader) edges.add(by[seen] ?? 0, reader, "wr");
      const after = this.#after[size] ?? none;
      if (after !== none) {
        if (by[after] !== reader) edges.add(reader, by[after] ?? 0, "rw");
      } else if (count < mostUnread) {
        count += unread.length;
        for (const append of unread) if (by[append] !== reader) edges.add(reader, by[append] ?? 0, "rw");
      }
    }
  }

  /** Appends that certainly happened and that nobody read: they came after all others. */
  #unread(list: number): readonly number[] {
    const { appends, isCommitted } = this.history;
    const { begins, places } = this.appendsOf;
    const unread: number[] = [];
    for (let at = begins[list] ?? 0; at < (begins[list + 1] ?? 0); at++) {
      const append = places[at] ?? 0;
      if (isCommitted[appends.transaction[append] ?? 0] === 1 && !this.orders.isRead(append)) unread.push(append);
    }
    return unread;
  }

  #name(list: number): string {
    return shown(this.history.lists[list]);
  }

  #few(...transactions: readonly number[]): readonly Operation[] {
    return inOrder(transactions.map((one) => this.history.operations[one]));
  }
}


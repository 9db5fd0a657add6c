// The order of each list's appends: the longest read shows it, and every other read is its beginning, or something is wrong.
import { none } from "./columns.js";
import { GrowingColumn, type Groups } from "./growing-column.js";
import { shown } from "./register-history.js";
import type { ListAnomaly } from "./transaction-anomaly.js";
import type { TransactionHistory } from "./transaction-history.js";
import { identity, inOrder } from "./timeline.js";

export class ListOrders {
  /** The appends of one list after the other; none where nobody known appended what was read, or one that failed. */
  readonly #appends = new GrowingColumn();
  readonly #begins: Int32Array;
  readonly #lengths: Int32Array;
  readonly #isRead: Uint8Array;
  /** By append: 1 + the last read that was looked through and had it. */
  readonly #seenIn: Int32Array;
  #longest = 0;

  constructor(private readonly history: TransactionHistory) {
    this.#begins = new Int32Array(history.lists.length);
    this.#lengths = new Int32Array(history.lists.length).fill(none);
    this.#isRead = new Uint8Array(history.appends.numbers.size);
    this.#seenIn = new Int32Array(history.appends.numbers.size);
  }

  /** The length of the longest list. */
  get longest(): number {
    return this.#longest;
  }

  /** Whether the reads of a list have one order. */
  has(list: number): boolean {
    return this.#lengths[list] !== none;
  }

  lengthOf(list: number): number {
    return this.#lengths[list] ?? 0;
  }

  /** @returns the append in a place of a list, none where there is none that happened */
  at(list: number, place: number): number {
    return place < 0 ? none : this.#appends.at((this.#begins[list] ?? 0) + place);
  }

  /** Whether somebody read an append, in a list that has an order. */
  isRead(append: number): boolean {
    return this.#isRead[append] === 1;
  }

  /** Finds the order of a list. What was lost and is read in it has happened. */
  find(list: number, { begins, places }: Groups, found: ListAnomaly[]): void {
    const { reads, appends, operations, isCommitted } = this.history;
    const [begin, end] = [begins[list] ?? 0, begins[list + 1] ?? 0];
    let longest = none;
    let length = 0;
    for (let at = begin; at < end; at++) {
      const read = places[at] ?? 0;
      const size = reads.elements[read]?.length ?? 0;
      if (longest !== none && size <= length) continue;
      longest = read;
      length = size;
    }
    const order = reads.elements[longest] ?? [];
    let isOne = longest === none || this.#look(longest, list, found);
    for (let at = begin; at < end; at++) {
      const read = places[at] ?? 0;
      const elements = reads.elements[read] ?? [];
      const differs = read === longest ? none : differsAt(elements, order);
      if (differs === none) continue;
      this.#look(read, list, found);
      isOne = false;
      const text = `list ${shown(this.history.lists[list])} had ${shown(elements[differs])} in place ${differs + 1} in one read and ${shown(order[differs])} in another`;
      found.push({ kind: "incompatible-order", text, operations: inOrder([operations[reads.transaction[read] ?? 0], operations[reads.transaction[longest] ?? 0]]) });
    }
    if (!isOne) return;
    this.#begins[list] = this.#appends.length;
    this.#lengths[list] = length;
    this.#longest = Math.max(this.#longest, length);
    for (let at = 0; at < length; at++) {
      const append = appends.numbers.find(list, order[at]);
      if (append !== none) {
        const writer = appends.transaction[append] ?? 0;
        this.#isRead[append] = 1;
        if (isCommitted[writer] === 0 && operations[writer]?.outcome === "info") isCommitted[writer] = 1;
        this.#appends.add(isCommitted[writer] === 1 ? append : none);
      } else this.#appends.add(none);
    }
  }

  /** An element that nobody appended, that is there twice, or whose transaction was aborted. @returns whether none is there twice */
  #look(read: number, list: number, found: ListAnomaly[]): boolean {
    const { reads, appends, operations, isCommitted } = this.history;
    const elements = reads.elements[read] ?? [];
    const reader = operations[reads.transaction[read] ?? 0];
    let isOnce = true;
    const text = (element: unknown): string => `${shown(element)} was read in list ${shown(this.history.lists[list])}`;
    for (let at = 0; at < elements.length; at++) {
      const append = appends.numbers.find(list, elements[at]);
      if (append === none) {
        found.push({ kind: "garbage", text: `${text(elements[at])}, which nobody appended`, operations: inOrder([reader]) });
        continue;
      }
      const writer = appends.transaction[append] ?? 0;
      if (this.#seenIn[append] === read + 1) {
        isOnce = false;
        found.push({ kind: "duplicate", text: `${text(elements[at])} twice, and was appended once`, operations: inOrder([operations[writer], reader]) });
      } else if (isCommitted[writer] === 0 && operations[writer]?.outcome === "fail") {
        found.push({ kind: "G1a", text: `aborted read: ${text(elements[at])}, whose transaction had failed`, operations: inOrder([operations[writer], reader]) });
      }
      this.#seenIn[append] = read + 1;
    }
    return isOnce;
  }
}

/** @returns the first place in which a list is not the beginning of another, -1 when it is */
export function differsAt(elements: readonly unknown[], other: readonly unknown[]): number {
  for (let at = 0; at < elements.length; at++) if (elements[at] !== other[at] && !isSame(elements[at], other[at])) return at;
  return none;
}

/** Values of equal JSON are the same value. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === "object" && typeof other === "object" && identity(one) === identity(other));
}

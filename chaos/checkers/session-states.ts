// What sessions have seen, and what bookmarks promise, while a history is gone through in the order of its calls. Operations that
// belong to one session, or that answered one bookmark, are linked by their rows, so nothing is made for an operation.
import { doubles, integers } from "./column-memory.js";
import { none, type Times } from "./columns.js";
import type { SessionColumns } from "./session-columns.js";

export class SessionStates {
  /** The place in the order of writes that an operation showed. */
  readonly #reached: Float64Array;
  /** Of operations of one session that had not ended when the next was called; of answers of one bookmark. */
  readonly #otherOpen: Int32Array;
  readonly #otherAnswer: Int32Array;
  /** By bookmark: its latest answer. */
  readonly #answers: Int32Array;
  readonly #ends: Float64Array;
  /** By session: the place that its next operation may not be before; the latest operation; others that had not ended by then. */
  readonly #floor: Float64Array;
  readonly #latest: Int32Array;
  readonly #open: Int32Array;

  constructor({ session: { length: rows }, sessions, bookmarks }: SessionColumns, { end }: Times) {
    this.#ends = end;
    this.#reached = doubles(rows);
    this.#otherOpen = integers(rows);
    this.#otherAnswer = integers(rows);
    this.#answers = integers(bookmarks.size).fill(none);
    this.#floor = doubles(sessions);
    this.#latest = integers(sessions).fill(none);
    this.#open = integers(sessions).fill(none);
  }

  isFirst(session: number): boolean {
    return this.#latest[session] === none;
  }

  /** @returns the place that an operation which is called now may not be before: that of all that had ended */
  floorAt(session: number, call: number): number {
    const latest = this.#latest[session] ?? none;
    let floor = this.#floor[session] ?? 0;
    if (latest !== none && (this.#ends[latest] ?? 0) < call) floor = Math.max(floor, this.#reached[latest] ?? 0);
    let open = this.#open[session] ?? none;
    if (open !== none) {
      let left = none;
      while (open !== none) {
        const other = this.#otherOpen[open] ?? none;
        if ((this.#ends[open] ?? 0) < call) floor = Math.max(floor, this.#reached[open] ?? 0);
        else {
          this.#otherOpen[open] = left;
          left = open;
        }
        open = other;
      }
      this.#open[session] = left;
    }
    this.#floor[session] = floor;
    return floor;
  }

  reach(row: number, place: number): void {
    this.#reached[row] = place;
  }

  /** An operation takes its place in its session. */
  endOf(session: number, row: number, call: number): void {
    const latest = this.#latest[session] ?? none;
    if (latest !== none && (this.#ends[latest] ?? 0) >= call) {
      this.#otherOpen[latest] = this.#open[session] ?? none;
      this.#open[session] = latest;
    }
    this.#latest[session] = row;
  }

  /** An operation answered a bookmark. */
  hand(bookmark: number, row: number): void {
    const latest = this.#answers[bookmark] ?? none;
    const [place, end] = [this.#reached[row] ?? 0, this.#ends[row] ?? 0];
    // The same bookmark again says more only when it is from further on, or was there earlier.
    for (let one = latest; one !== none; one = this.#otherAnswer[one] ?? none) if ((this.#reached[one] ?? 0) >= place && (this.#ends[one] ?? 0) <= end) return;
    this.#otherAnswer[row] = latest;
    this.#answers[bookmark] = row;
  }

  /** @returns the place that a bookmark promises to whoever is called with it now */
  promisedBy(bookmark: number, call: number): number {
    let most = 0;
    for (let one = this.#answers[bookmark] ?? none; one !== none; one = this.#otherAnswer[one] ?? none) {
      if ((this.#ends[one] ?? 0) < call) most = Math.max(most, this.#reached[one] ?? 0);
    }
    return most;
  }
}

/** The largest version whose write had been acknowledged: those that have not ended wait in a heap, the earliest end first. */
export class Acknowledgements {
  readonly #waiting: number[] = [];
  #most = 0;

  constructor(
    private readonly ends: Float64Array,
    private readonly versions: Float64Array,
  ) {}

  /** @returns the largest version whose write had ended before a call; to be asked for ever later calls */
  before(call: number): number {
    while (this.#waiting.length > 0) {
      const row = this.#waiting[0] ?? 0;
      if (this.#end(row) >= call) break;
      this.#most = Math.max(this.#most, this.versions[row] ?? 0);
      this.#leave();
    }
    return this.#most;
  }

  add(row: number): void {
    const waiting = this.#waiting;
    const end = this.#end(row);
    let at = waiting.push(row) - 1;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      const other = waiting[above] ?? row;
      if (this.#end(other) <= end) break;
      waiting[at] = other;
      at = above;
    }
    waiting[at] = row;
  }

  #leave(): void {
    const waiting = this.#waiting;
    const last = waiting.pop();
    if (last === undefined || waiting.length === 0) return;
    const end = this.#end(last);
    let at = 0;
    for (let below = 1; below < waiting.length; below = 2 * at + 1) {
      const left = waiting[below] ?? last;
      const right = below + 1 < waiting.length ? (waiting[below + 1] ?? last) : left;
      const isRight = this.#end(right) < this.#end(left);
      const next = isRight ? right : left;
      if (this.#end(next) >= end) break;
      waiting[at] = next;
      at = isRight ? below + 1 : below;
    }
    waiting[at] = last;
  }

  #end(row: number): number {
    return this.ends[row] ?? 0;
  }
}

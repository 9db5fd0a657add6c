// Numbers the appends of a history by their list and value: a read names an append by its value, so each is looked up. Whole numbers,
// as values mostly are, are found in a table of integers, where those that follow on one another lie near one another; all
// others are left to Map.
import { integers } from "./column-memory.js";
import { none } from "./columns.js";
import { GrowingColumn } from "./growing-column.js";
import { identity } from "./timeline.js";

export class AppendNumbers {
  /** Number + 1 of the append in this place; 0: nothing. A power of two long, and at most half full. */
  #places = integers(64);
  readonly #lists = new GrowingColumn();
  readonly #values = new GrowingColumn();
  readonly #others = new Map<number, Map<unknown, number>>();

  /** How many appends there are. */
  get size(): number {
    return this.#lists.length;
  }

  /** The list of each append. */
  get lists(): Int32Array {
    return this.#lists.taken();
  }

  /**
   * @returns the number of a new append; none when the list has that value
   * @throws EdgemarkError usage.input for a value nested too deeply to compare
   */
  add(list: number, value: unknown): number {
    const number = this.size;
    if (!isInteger(value)) {
      const others = this.#others.get(list) ?? new Map<unknown, number>();
      this.#others.set(list, others);
      const name = identity(value);
      if (others.has(name)) return none;
      others.set(name, number);
      this.#lists.add(list);
      this.#values.add(0);
      return number;
    }
    const place = this.#placeOf(list, value);
    if (this.#places[place] !== 0) return none;
    this.#places[place] = number + 1;
    this.#lists.add(list);
    this.#values.add(value);
    if (2 * this.size > this.#places.length) this.#grow();
    return number;
  }

  /** @returns the number of the append of a value to a list, none when nobody appended it */
  find(list: number, value: unknown): number {
    if (isInteger(value)) return (this.#places[this.#placeOf(list, value)] ?? 0) - 1;
    return this.#others.get(list)?.get(identity(value)) ?? none;
  }

  /** Where an integer is, or would be. */
  #placeOf(list: number, value: number): number {
    const last = this.#places.length - 1;
    const hash = (Math.imul(list, 0x9e37_79b1) + value) | 0;
    // Values side by side make long runs of full places; steps that differ leave them soon.
    const step = (Math.imul(hash, 0x85eb_ca6b) >>> 15) | 1;
    for (let place = hash & last; ; place = (place + step) & last) {
      const number = (this.#places[place] ?? 0) - 1;
      if (number < 0 || (this.#values.at(number) === value && this.#lists.at(number) === list)) return place;
    }
  }

  #grow(): void {
    const before = this.#places;
    this.#places = integers(2 * before.length);
    for (const entry of before) {
      if (entry !== 0) this.#places[this.#placeOf(this.#lists.at(entry - 1), this.#values.at(entry - 1))] = entry;
    }
  }
}

function isInteger(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}

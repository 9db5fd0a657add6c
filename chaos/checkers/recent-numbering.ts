// Numbers strings, as Numbering does, and keeps some by a hint of the caller: what a process did last, an item by its last letters.
// A string that is met again is mostly found by one comparison, without a look into a map.
import { none, Numbering } from "./columns.js";

const slots = 256;

export class RecentNumbering {
  readonly #all = new Numbering();
  readonly #names: (string | undefined)[] = new Array<undefined>(slots).fill(undefined);
  readonly #numbers: number[] = new Array<number>(slots).fill(none);

  /** How many different strings came. */
  get size(): number {
    return this.#all.size;
  }

  /**
   * @param hint mostly the same for the same string
   * @returns the string's number, a new one when it is met for the first time
   */
  of(name: string, hint: number): number {
    const slot = hint & (slots - 1);
    if (this.#names[slot] === name) return this.#numbers[slot] ?? none;
    const number = this.#all.of(name);
    this.#names[slot] = name;
    this.#numbers[slot] = number;
    return number;
  }
}

/** @returns a hint from the last two letters of a name */
export function endOf(name: string): number {
  const { length } = name;
  return length < 2 ? length : name.charCodeAt(length - 2) * 10 + name.charCodeAt(length - 1);
}

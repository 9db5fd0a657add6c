// Numbers the values of many keys: a read names its write by its value, so a checker looks up every operation's value. Short strings
// and whole numbers, as values mostly are, are found in a table of integers that is as large as the history can need; values that
// follow on one another lie near one another there, and so do the operations that have them. All others are left to Map.
import { identity } from "./timeline.js";

/** A longer string is left to Map: its hash is made faster there. */
const longestHashed = 40;
/** Values that share so many places are strangers to this hash; Map has a better one. */
const mostProbes = 64;

export class ValueNumbers {
  /** Number + 1 of the value in this place; 0: nothing. */
  readonly #places: Int32Array;
  readonly #hashes: Int32Array;
  /** The key and the value of each number; of those that Map knows, undefined. */
  readonly #keys: Int32Array;
  readonly #values: unknown[] = [];
  readonly #others = new Map<number, Map<unknown, number>>();

  /** @param most how many different values may come */
  constructor(most: number) {
    this.#places = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.#hashes = new Int32Array(most);
    this.#keys = new Int32Array(most);
  }

  /** The key of each number. */
  get keys(): Int32Array {
    return this.#keys.subarray(0, this.size);
  }

  get size(): number {
    return this.#values.length;
  }

  /**
   * @returns the number of a value of a key, a new one when it is met for the first time; values of equal JSON are the same value
   * @throws EdgemarkError usage.input for a value nested too deeply to compare
   */
  of(key: number, value: unknown): number {
    const isHashed = typeof value === "string" ? value.length <= longestHashed : typeof value === "number" && (value | 0) === value;
    if (!isHashed) return this.#other(key, value);
    const hash = (Math.imul(key, 0x9e37_79b1) + hashOf(value)) | 0;
    const last = this.#places.length - 1;
    // Values side by side make long runs of full places; steps that differ leave them soon.
    const step = (Math.imul(hash, 0x85eb_ca6b) >>> 15) | 1;
    let place = hash & last;
    for (let probe = 0; probe < mostProbes; probe++) {
      const number = (this.#places[place] ?? 0) - 1;
      if (number < 0) return (this.#places[place] = this.#add(key, value, hash)) - 1;
      if (this.#hashes[number] === hash && this.#keys[number] === key && this.#values[number] === value) return number;
      place = (place + step) & last;
    }
    return this.#other(key, value);
  }

  #other(key: number, value: unknown): number {
    let numbers = this.#others.get(key);
    if (numbers === undefined) {
      numbers = new Map();
      this.#others.set(key, numbers);
    }
    const name = identity(value);
    let number = numbers.get(name);
    if (number === undefined) {
      number = this.#add(key, undefined, 0) - 1;
      numbers.set(name, number);
    }
    return number;
  }

  /** @returns how many values there are now */
  #add(key: number, value: unknown, hash: number): number {
    const number = this.#values.push(value) - 1;
    this.#hashes[number] = hash;
    this.#keys[number] = key;
    return number + 1;
  }
}

/** Of a string the polynomial of its characters: one that differs in its last digit alone is a neighbour. */
function hashOf(value: unknown): number {
  if (typeof value !== "string") return Number(value);
  let hash = value.length;
  for (let at = 0; at < value.length; at++) hash = (Math.imul(hash, 131) + value.charCodeAt(at)) | 0;
  return hash;
}

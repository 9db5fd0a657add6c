// A column of integers whose length nobody knows before: it doubles when it is full.
import { integers } from "./column-memory.js";

export class GrowingColumn {
  #values = integers(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = integers(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  at(place: number): number {
    return this.#values[place] ?? 0;
  }

  /** @returns what was added, in its order; more may be added only when this is no longer read */
  taken(): Int32Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** Places sorted into groups: those of group g are `places` from begins[g] to begins[g + 1], in their order. */
export interface Groups {
  readonly begins: Int32Array;
  readonly places: Int32Array;
}

/**
 * @param groupOf the group of each place; below 0: of none
 * @param groups how many there are
 */
export function grouped(groupOf: Int32Array, groups: number): Groups {
  const begins = integers(groups + 1);
  for (let place = 0; place < groupOf.length; place++) {
    const group = groupOf[place] ?? 0;
    if (group >= 0) begins[group + 1] = (begins[group + 1] ?? 0) + 1;
  }
  for (let group = 0; group < groups; group++) begins[group + 1] = (begins[group + 1] ?? 0) + (begins[group] ?? 0);
  const free = begins.slice();
  const places = integers(begins[groups] ?? 0);
  for (let place = 0; place < groupOf.length; place++) {
    const group = groupOf[place] ?? 0;
    if (group < 0) continue;
    const at = free[group] ?? 0;
    places[at] = place;
    free[group] = at + 1;
  }
  return { begins, places };
}

// Which version of an item comes next: asked of every item that is read, and mostly answered by the write that the read names. Only
// what no acknowledged write tells is looked up in the versions of each item.
import { doubles, integers } from "./column-memory.js";
import { none } from "./columns.js";
import { GrowingColumn, grouped } from "./growing-column.js";
import type { SessionHistory } from "./session-history.js";

/** The rows of acknowledged writes by their versions. These are mostly 1 to n: then a column holds them, several times as fast as a map. */
export class ByVersion {
  readonly #near: Int32Array;
  readonly #far = new Map<number, number>();

  constructor(count: number) {
    this.#near = integers(count + 1).fill(none);
  }

  get(version: number): number {
    return version < this.#near.length ? (this.#near[version] ?? none) : (this.#far.get(version) ?? none);
  }

  set(version: number, row: number): void {
    if (version < this.#near.length) this.#near[version] = row;
    else this.#far.set(version, row);
  }

  /** @returns the rows in the order of their versions, with none between them */
  inOrder(): Int32Array {
    if (this.#far.size === 0) return this.#near;
    const far = [...this.#far].sort(([a], [b]) => a - b);
    const all = integers(this.#near.length + far.length);
    all.set(this.#near);
    for (const [at, [, row]] of far.entries()) all[this.#near.length + at] = row;
    return all;
  }
}

/** A change that only reads tell of. */
export interface ChangedItem {
  readonly item: number;
  readonly version: number;
}

/** The versions of each item, one item after the other: those of item i from begins[i] to begins[i + 1]. */
interface SortedVersions {
  readonly begins: Int32Array;
  readonly versions: Float64Array;
}

export class ItemVersions {
  /** The rows of writes by their versions, with none between them. */
  readonly #writes: Int32Array;
  readonly #unclaimed: readonly ChangedItem[];
  /** The first version of each item. */
  readonly #first: Float64Array;
  #sorted: SortedVersions | undefined;

  constructor(
    private readonly history: SessionHistory,
    writes: ByVersion,
    unclaimed: readonly ChangedItem[],
  ) {
    this.#writes = writes.inOrder();
    this.#unclaimed = [...unclaimed].sort((a, b) => b.version - a.version);
    this.#first = doubles(history.items).fill(Infinity);
  }

  /** Goes from the last write to the first. @param nextVersion is filled for the items of all writes */
  fillNext(nextVersion: Float64Array): void {
    const { version, firstItem, items } = this.history.columns;
    const upcoming = this.#first;
    let unclaimed = 0;
    for (let at = this.#writes.length - 1; at >= 0; at--) {
      const row = this.#writes[at] ?? 0;
      if (row < 0) continue;
      const written = version[row] ?? 0;
      for (let change = this.#unclaimed[unclaimed]; change !== undefined && change.version > written; change = this.#unclaimed[++unclaimed]) upcoming[change.item] = change.version;
      const [begin, end] = [firstItem[row] ?? 0, firstItem[row + 1] ?? 0];
      for (let place = begin; place < end; place++) nextVersion[place] = upcoming[items[place] ?? 0] ?? Infinity;
      for (let place = begin; place < end; place++) upcoming[items[place] ?? 0] = written;
    }
    for (const change of this.#unclaimed.slice(unclaimed)) upcoming[change.item] = change.version;
  }

  /** @returns the next version of an item after a version, Infinity when there is none; once `fillNext` was called */
  next(item: number, version: number): number {
    if (version === 0) return this.#first[item] ?? Infinity;
    this.#sorted ??= this.#sort();
    const { begins, versions } = this.#sorted;
    let low = begins[item] ?? 0;
    let high = begins[item + 1] ?? 0;
    const end = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((versions[middle] ?? Infinity) > version) high = middle;
      else low = middle + 1;
    }
    return low < end ? (versions[low] ?? Infinity) : Infinity;
  }

  /** Made only for a history in which somebody asks: by item, its versions in their order. */
  #sort(): SortedVersions {
    const { version, firstItem, items } = this.history.columns;
    const changed = new GrowingColumn();
    const writers = new GrowingColumn();
    for (const row of this.#writes) {
      if (row < 0) continue;
      for (let place = firstItem[row] ?? 0; place < (firstItem[row + 1] ?? 0); place++) {
        changed.add(items[place] ?? 0);
        writers.add(row);
      }
    }
    const acknowledged = changed.length;
    for (const { item } of this.#unclaimed) changed.add(item);
    const { begins, places } = grouped(changed.taken(), this.history.items);
    const versions = doubles(places.length);
    for (let at = 0; at < places.length; at++) {
      const place = places[at] ?? 0;
      versions[at] = place < acknowledged ? (version[writers.at(place)] ?? 0) : (this.#unclaimed[place - acknowledged]?.version ?? 0);
    }
    if (this.#unclaimed.length > 0) for (let item = 0; item < this.history.items; item++) versions.subarray(begins[item], begins[item + 1]).sort();
    return { begins, versions };
  }
}

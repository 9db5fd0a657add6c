// A set of keys in S3's order (UTF-8 bytes), for listings. Blocks of bounded size keep an insert cheap when a
// cluster has written a hundred thousand log objects, where one sorted array would be copied for each.

const blockKeys = 512;

/** S3's order: by UTF-8 bytes, which differs from JavaScript's order for characters beyond the basic plane. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

// Surrogates (the halves of what UTF-8 writes in four bytes) sort after every single unit.
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

export class SortedKeys {
  readonly #blocks: string[][] = [];

  add(key: string): void {
    const blockAt = Math.max(0, this.#blockOf(key));
    const block = this.#blocks[blockAt];
    if (block === undefined) {
      this.#blocks.push([key]);
      return;
    }
    const at = lowerBound(block, key);
    if (block[at] === key) return;
    block.splice(at, 0, key);
    if (block.length > blockKeys) this.#blocks.splice(blockAt + 1, 0, block.splice(blockKeys / 2));
  }

  delete(key: string): void {
    const blockAt = this.#blockOf(key);
    const block = this.#blocks[blockAt];
    if (block === undefined) return;
    const at = lowerBound(block, key);
    if (block[at] !== key) return;
    block.splice(at, 1);
    if (block.length === 0) this.#blocks.splice(blockAt, 1);
  }

  /** Keys in order, from the first one that is not before `start`. The set may not change while it is walked. */
  *from(start: string): Generator<string, void, undefined> {
    let blockAt = Math.max(0, this.#blockOf(start));
    let at = lowerBound(this.#blocks[blockAt] ?? [], start);
    for (; blockAt < this.#blocks.length; blockAt++) {
      const block = this.#blocks[blockAt] ?? [];
      for (; at < block.length; at++) yield block[at] ?? "";
      at = 0;
    }
  }

  // The last block whose first key is not after the key; -1 when all are.
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.#blocks[middle]?.[0] ?? "", key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function lowerBound(block: readonly string[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(block[middle] ?? "", key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The answered operations of sessions in columns: a row for each operation of the history, and the items that it wrote or read one
// after the other in columns of their own.
import { doubles, integers } from "./column-memory.js";
import { none } from "./columns.js";
import { ValueNumbers } from "./value-numbers.js";

/** The columns of all databases of a history together. Rows of operations that were not answered mean nothing. */
export class SessionColumns {
  /** none: outside of sessions, which only the primary may answer. */
  readonly session: Int32Array;
  /** How many sessions there are; they are numbered from 0. */
  sessions = 0;
  /** The bookmark that an operation was asked with, and the one that it answered; or none. */
  readonly given: Int32Array;
  readonly answered: Int32Array;
  readonly bookmarks: ValueNumbers;
  /** By session, while operations are taken in: the bookmark that it was answered last, and its text: mostly what it is called with next. */
  readonly latestBookmark: number[] = [];
  readonly latestText: (string | undefined)[] = [];
  /** The place of a write in the order of the primary; 0 for a read. */
  readonly version: Float64Array;
  /** The items of a row: from firstItem[row] to firstItem[row + 1]. */
  readonly firstItem: Int32Array;
  #items: Int32Array;
  #itemVersions: Float64Array;
  #itemCount = 0;

  /** @param rows the length of the history */
  constructor(rows: number) {
    this.session = integers(rows);
    this.given = integers(rows);
    this.answered = integers(rows);
    this.bookmarks = new ValueNumbers(2 * rows);
    this.version = doubles(rows);
    this.firstItem = integers(rows + 1);
    this.#items = integers(2 * rows);
    this.#itemVersions = doubles(2 * rows);
  }

  /** The items that were written or read, of all rows. */
  get items(): Int32Array {
    return this.#items;
  }

  /** By which write each of them was last changed; of a write its own version. */
  get itemVersions(): Float64Array {
    return this.#itemVersions;
  }

  get itemCount(): number {
    return this.#itemCount;
  }

  addItem(item: number, version: number): void {
    const at = this.#itemCount++;
    if (at === this.#items.length) {
      const [items, versions] = [this.#items, this.#itemVersions];
      this.#items = integers(2 * at + 2);
      this.#items.set(items);
      this.#itemVersions = doubles(2 * at + 2);
      this.#itemVersions.set(versions);
    }
    this.#items[at] = item;
    this.#itemVersions[at] = version;
  }

  /** All items of a row have been added. */
  endRow(row: number): void {
    this.firstItem[row + 1] = this.#itemCount;
  }

  /** @returns where an item of a row is, none when the row has none such */
  placeOf(row: number, item: number): number {
    const end = this.firstItem[row + 1] ?? 0;
    for (let at = this.firstItem[row] ?? 0; at < end; at++) if (this.#items[at] === item) return at;
    return none;
  }
}

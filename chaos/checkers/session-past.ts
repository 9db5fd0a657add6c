// What came before an operation in its session, and in those whose bookmarks led to it: looked through only for what is explained.
import { integers } from "./column-memory.js";
import { none, type Times } from "./columns.js";
import { grouped, type Groups } from "./growing-column.js";
import type { SessionColumns } from "./session-columns.js";
import type { SessionHistory } from "./session-history.js";

/** Operations of the past that are looked at for one explanation. */
const mostSteps = 5_000;

/** The operations of all databases by their sessions, and by the bookmarks that they answered. */
interface PastIndex {
  /** Those of each database in the order of their calls; groups hold places in it. */
  readonly rows: Int32Array;
  readonly bySession: Groups;
  readonly byBookmark: Groups;
}

/** Made only when something is to be explained. */
function indexOf(histories: readonly SessionHistory[], columns: SessionColumns): PastIndex {
  const rows = integers(histories.reduce((sum, history) => sum + history.rows.length, 0));
  let filled = 0;
  for (const history of histories) {
    rows.set(history.rows, filled);
    filled += history.rows.length;
  }
  const inOrder = (column: Int32Array): Int32Array => {
    const ordered = integers(rows.length);
    for (let at = 0; at < rows.length; at++) ordered[at] = column[rows[at] ?? 0] ?? none;
    return ordered;
  };
  return { rows, bySession: grouped(inOrder(columns.session), columns.sessions), byBookmark: grouped(inOrder(columns.answered), columns.bookmarks.size) };
}

/** @returns two that can be asked at once: what came before something, and before something in its past */
export function pastsOf(histories: readonly SessionHistory[], columns: SessionColumns, times: Times): readonly [Past, Past] {
  const index = indexOf(histories, columns);
  return [new Past(columns, times, index), new Past(columns, times, index)];
}

/** Goes back from one operation after another; keeps its memory in between. */
export class Past {
  readonly #met: Int32Array;
  readonly #queue = new Int32Array(mostSteps);
  #search = 0;

  constructor(
    private readonly columns: SessionColumns,
    private readonly times: Times,
    private readonly index: PastIndex,
  ) {
    this.#met = integers(columns.session.length);
  }

  /**
   * Looks at what came before an operation, the nearest first.
   * @param isSought ends the search
   * @returns the row that was sought, or none
   */
  find(last: number, isSought: (row: number) => boolean): number {
    const { columns, times } = this;
    const { rows, bySession, byBookmark } = this.index;
    const search = ++this.#search;
    this.#met[last] = search;
    let count = 0;
    const take = (groups: Groups, group: number, call: number): number => {
      if (group === none) return none;
      const begin = groups.begins[group] ?? 0;
      for (let at = this.#firstCalled(groups, group, call) - 1; at >= begin && count < mostSteps; at--) {
        const row = rows[groups.places[at] ?? 0] ?? 0;
        if ((times.end[row] ?? 0) >= call || this.#met[row] === search) continue;
        this.#met[row] = search;
        this.#queue[count++] = row;
        if (isSought(row)) return row;
      }
      return none;
    };
    let row = last;
    for (let next = 0; next <= count && count < mostSteps; next++) {
      const call = times.call[row] ?? 0;
      for (const [groups, group] of [[bySession, columns.session[row] ?? none], [byBookmark, columns.given[row] ?? none]] as const) {
        const found = take(groups, group, call);
        if (found !== none) return found;
      }
      row = this.#queue[next] ?? 0;
    }
    return none;
  }

  /** Where in a group those begin that were called at a moment or later: they have not ended before it. */
  #firstCalled({ begins, places }: Groups, group: number, call: number): number {
    const calls = this.times.call;
    let low = begins[group] ?? 0;
    let high = begins[group + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((calls[this.index.rows[places[middle] ?? 0] ?? 0] ?? 0) >= call) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

// A simulated database of lists that several clients read and append to in transactions which take effect at one moment each:
// histories that are valid by construction, for the benchmark and the tests of the checker, and on request with rare defects.
import type { Operation } from "../../contract/history/types.js";

export interface SimulatedTransactionsOptions {
  readonly clients: number;
  readonly transactions: number;
  /** After so many appends a list is left for a new one. */
  readonly appendsPerList: number;
  /** Lists in use at a time. */
  readonly lists: number;
  /**
   * stale-snapshot: all reads of a transaction see what was so many transactions ago, and its appends happen now. stale-read: the
   * same of a transaction that only reads. half: a reader sees the first of two appends of a transaction.
   */
  readonly defect?: { readonly kind: "stale-snapshot" | "stale-read" | "half"; readonly ratio: number };
  readonly random: () => number;
}

/** @returns transactions in the order of their calls, and how many of them are defective */
export function simulateTransactions(options: SimulatedTransactionsOptions): { readonly operations: readonly Operation[]; readonly planted: number } {
  const { random, clients, defect } = options;
  const free = Array.from({ length: clients }, () => Math.floor(random() * 1_000));
  const moments = Array.from({ length: options.transactions }, (_, index) => {
    const process = index % clients;
    const call = (free[process] ?? 0) + 1 + Math.floor(random() * 1_000);
    const at = call + Math.floor(random() * 1_000);
    const end = at + 1 + Math.floor(random() * 1_000);
    free[process] = end;
    return { process, call, at, end };
  }).sort((a, b) => a.at - b.at);
  const state = new Map<string, number[]>();
  const names = Array.from({ length: options.lists }, (_, index) => `l${index}`);
  let created = options.lists;
  let value = 0;
  let planted = 0;
  const operations = moments.map(({ process, call, end }): Operation => {
    const isReader = random() < 0.5;
    const isDefective = defect !== undefined && random() < defect.ratio && isReader === (defect.kind !== "stale-snapshot");
    const input: unknown[] = [];
    const output: unknown[] = [];
    const chosen = new Set([Math.floor(random() * names.length), Math.floor(random() * names.length)]);
    let isShown = false;
    for (const place of chosen) {
      const name = names[place] ?? "";
      const elements = state.get(name) ?? [];
      const shown = isDefective && elements.length > 4 ? elements.slice(0, defect.kind === "half" ? -1 : -4) : elements.slice();
      if (shown.length < elements.length) isShown = true;
      input.push(["r", name, null]);
      output.push(["r", name, shown]);
      if (isReader) continue;
      for (let count = 0; count < 2; count++) {
        elements.push(++value);
        input.push(["append", name, value]);
        output.push(["append", name, value]);
      }
      state.set(name, elements);
      if (elements.length < options.appendsPerList) continue;
      state.delete(name);
      names[place] = `l${created++}`;
    }
    if (isShown) planted++;
    return { process, outcome: "ok", action: "transaction", key: "database", input, output, callNs: BigInt(call), returnNs: BigInt(end) };
  });
  return { operations: operations.sort((a, b) => (a.callNs < b.callNs ? -1 : a.callNs > b.callNs ? 1 : 0)), planted };
}

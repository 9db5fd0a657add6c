// Are transactions isolated? They append unique values to lists and read whole lists, so that what each read tells who came before
// whom. A cycle of that has no order that explains it; which level of isolation it breaks, its edges tell. About linear.
import { EdgemarkError } from "../../contract/errors.js";
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { GrowingColumn } from "./growing-column.js";
import { sortRows } from "./radix-sort.js";
import { findCycles, type CycleKind } from "./transaction-cycles.js";
import type { ListAnomalyKind } from "./transaction-anomaly.js";
import { EdgeList, graphOf, type RealTime } from "./transaction-graph.js";
import { transactionHistories, type TransactionHistory } from "./transaction-history.js";
import { judgeLists } from "./transaction-lists.js";
import { wordsOf } from "./transaction-words.js";
import { inOrder } from "./timeline.js";

/** Weakest first; each includes those before it. */
export const isolationLevels = ["read-uncommitted", "read-committed", "snapshot-isolation", "serializable", "strong-session-serializable", "strict-serializable"] as const;
export type IsolationLevel = (typeof isolationLevels)[number];

export type TransactionAnomalyKind = ListAnomalyKind | CycleKind;

/** One kind of what is wrong, with its smallest example. */
export interface TransactionAnomaly {
  readonly kind: TransactionAnomalyKind;
  /** The weakest level that excludes it. */
  readonly breaks: IsolationLevel;
  readonly count: number;
  readonly text: string;
  readonly operations: readonly Operation[];
}

export interface TransactionsAnswer extends CheckerAnswer {
  readonly level: IsolationLevel;
  /** Also those that the level allows. */
  readonly anomalies: readonly TransactionAnomaly[];
  readonly counts: { readonly committed: number; readonly failed: number; readonly unknown: number; readonly lists: number; readonly reads: number };
}

const listLevels = {
  "garbage": "read-uncommitted",
  "duplicate": "read-uncommitted",
  "incompatible-order": "read-uncommitted",
  "G1a": "read-committed",
  "G1b": "read-committed",
  "internal": "snapshot-isolation",
  "lost-update": "snapshot-isolation",
} as const satisfies Record<ListAnomalyKind, IsolationLevel>;

const cycleLevels = { "G0": "read-uncommitted", "G1c": "read-committed", "G-single": "snapshot-isolation", "G2": "serializable" } as const;

function levelOf(kind: TransactionAnomalyKind): IsolationLevel {
  if (kind in listLevels) return listLevels[kind as ListAnomalyKind];
  if (kind.endsWith("-realtime")) return "strict-serializable";
  return kind.endsWith("-process") ? "strong-session-serializable" : cycleLevels[kind as keyof typeof cycleLevels];
}

/** @throws EdgemarkError usage.flag for a name that no level has */
export function isolationLevelOf(name: string): IsolationLevel {
  const found = isolationLevels.find((level) => level === name);
  if (found === undefined) throw new EdgemarkError("usage.flag", `expected a level of isolation; "${name}" is none; choose ${isolationLevels.join(", ")}`);
  return found;
}

/**
 * Whether transactions of list-append are as isolated as they should be. Keys of the history are judged apart.
 * @param level default strict-serializable: one order explains all, and agrees with real time
 * @throws EdgemarkError usage.input for an operation of another form
 */
export function checkTransactions(operations: readonly Operation[], level: IsolationLevel = "strict-serializable"): TransactionsAnswer {
  const found = new Map<TransactionAnomalyKind, TransactionAnomaly>();
  const note = (kind: TransactionAnomalyKind, count: number, text: () => string, shownOperations: readonly Operation[]): void => {
    const known = found.get(kind);
    const isSmaller = known === undefined || shownOperations.length < known.operations.length;
    const example = isSmaller ? { text: text(), operations: shownOperations } : { text: known.text, operations: known.operations };
    found.set(kind, { kind, breaks: levelOf(kind), count: count + (known?.count ?? 0), ...example });
  };
  const counts = { committed: 0, failed: 0, unknown: 0, lists: 0, reads: 0 };
  const rank = isolationLevels.indexOf(level);
  const extra = { isProcess: rank >= isolationLevels.indexOf("strong-session-serializable"), isRealtime: level === "strict-serializable" };
  for (const history of transactionHistories(operations)) {
    const edges = new EdgeList();
    for (const { kind, text, operations: few } of judgeLists(history, edges)) note(kind, 1, () => text, few);
    const committed = committedOf(history);
    if (extra.isProcess) processOrder(history, committed, edges);
    const graph = graphOf(history.operations.length, edges, extra.isRealtime ? realTimeOf(history, committed) : undefined);
    for (const cycle of findCycles(graph, extra)) note(cycle.kind, cycle.count, () => wordsOf(cycle, history), cycle.nodes.flatMap((node) => history.operations[node] ?? []));
    counts.committed += committed.length;
    for (const [row, { outcome }] of history.operations.entries()) if (history.isCommitted[row] === 0) counts[outcome === "fail" ? "failed" : "unknown"]++;
    counts.lists += history.lists.length;
    counts.reads += history.reads.elements.length;
  }
  const anomalies = [...found.values()].map((one) => ({ ...one, operations: inOrder(one.operations) })).sort((a, b) => weight(a.kind) - weight(b.kind));
  const broken = anomalies.find(({ breaks }) => isolationLevels.indexOf(breaks) <= rank);
  const common = { level, anomalies, counts };
  if (broken !== undefined) return { verdict: "invalid", reason: `${broken.kind}: ${broken.text}; breaks ${broken.breaks}`, violation: broken.operations, ...common };
  if (counts.reads === 0) return { verdict: "unknown", reason: "no read was answered; there is nothing to judge", ...common };
  return { verdict: "valid", reason: `${counts.committed} transactions are ${level}`, ...common };
}

/** The worst first: what breaks the weakest level; then as they are named above. */
const kindsByWeight = ["garbage", "duplicate", "incompatible-order", "G0", "G1a", "G1b", "G1c", "internal", "lost-update", "G-single", "G2"];

function weight(kind: TransactionAnomalyKind): number {
  const plain = kind.replace(/-(process|realtime)$/, "");
  return isolationLevels.indexOf(levelOf(kind)) * kindsByWeight.length + kindsByWeight.indexOf(plain);
}

function committedOf({ operations, isCommitted }: TransactionHistory): Int32Array {
  const committed = new GrowingColumn();
  for (let row = 0; row < operations.length; row++) if (isCommitted[row] === 1) committed.add(row);
  return committed.taken();
}

/** Each client's transactions, one after the other. */
function processOrder({ operations, times }: TransactionHistory, committed: Int32Array, edges: EdgeList): void {
  const last = new Map<number, number>();
  for (const row of sortRows(committed.slice(), times.call)) {
    const process = operations[row]?.process ?? 0;
    const before = last.get(process);
    if (before !== undefined && (times.end[before] ?? 0) <= (times.call[row] ?? 0)) edges.add(before, row, "process");
    last.set(process, row);
  }
}

function realTimeOf({ times }: TransactionHistory, committed: Int32Array): RealTime {
  const ended = committed.filter((row) => times.end[row] !== Infinity);
  return { byEnd: sortRows(ended, times.end), byCall: sortRows(committed.slice(), times.call), times };
}

export function transactionLines({ level, anomalies, counts }: TransactionsAnswer): string[] {
  return [
    `judged as ${level}; transactions committed ${counts.committed}, failed ${counts.failed}, unknown ${counts.unknown}; lists ${counts.lists}, reads ${counts.reads}`,
    ...anomalies.map(({ kind, count, text, breaks }) => `${kind} (${count}), breaks ${breaks}: ${text}`),
  ];
}

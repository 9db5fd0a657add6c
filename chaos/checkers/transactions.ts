// Are transactions isolated? They append unique values to lists and read whole lists, so that what each read tells who came before
// whom. A cycle of that has no order that explains it; which level of isolation it breaks, its edges tell. About linear.
import { EdgemarkError } from "../../contract/errors.js";
import type { CheckerAnswer, Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import { findCycles, type Cycle, type CycleKind } from "./transaction-cycles.js";
import { GraphBuilder, type DependencyKind } from "./transaction-graph.js";
import { transactionHistories, type Transaction, type TransactionHistory } from "./transaction-history.js";
import { judgeLists, type ListAnomalyKind } from "./transaction-lists.js";
import { inOrder, timelineOf } from "./timeline.js";

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
  for (const history of transactionHistories(operations, timelineOf(operations))) {
    const graph = new GraphBuilder(history.transactions.length);
    const anomalies = judgeLists(history, (from, to, kind: DependencyKind) => graph.add(from.index, to.index, kind));
    for (const { kind, text, operations: few } of anomalies) note(kind, 1, () => text, few);
    const committed = history.transactions.filter(({ isCommitted }) => isCommitted);
    if (extra.isProcess) processOrder(committed, graph);
    const cycles = findCycles(graph.build(extra.isRealtime ? committed.map(({ index, call, end }) => ({ node: index, call, end })) : []), extra);
    for (const cycle of cycles) note(cycle.kind, cycle.count, () => wordsOf(cycle, history), cycle.nodes.flatMap((node) => history.transactions[node]?.operation ?? []));
    counts.committed += committed.length;
    for (const { operation, isCommitted } of history.transactions) if (!isCommitted) counts[operation.outcome === "fail" ? "failed" : "unknown"]++;
    counts.lists += history.lists.length;
    for (const { reads } of history.lists) counts.reads += reads.length;
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

/** Each client's transactions, one after the other. */
function processOrder(committed: readonly Transaction[], graph: GraphBuilder): void {
  const last = new Map<number, Transaction>();
  for (const transaction of [...committed].sort((a, b) => a.call - b.call)) {
    const before = last.get(transaction.operation.process);
    if (before !== undefined && before.end <= transaction.call) graph.add(before.index, transaction.index, "process");
    last.set(transaction.operation.process, transaction);
  }
}

/** A cycle in words: T1 and T2 are in the order of the cycle. */
function wordsOf({ nodes, edges }: Cycle, { transactions }: TransactionHistory): string {
  const name = (place: number): string => `T${(place % nodes.length) + 1}`;
  return edges
    .map((edge, place) => {
      const [from, to] = [transactions[nodes[place] ?? 0], transactions[nodes[(place + 1) % nodes.length] ?? 0]];
      const detail = from === undefined || to === undefined ? "" : detailOf(edge, from, to);
      const words = {
        ww: `${name(place)} appended ${detail} before ${name(place + 1)} did`,
        wr: `${name(place + 1)} read ${detail}, which ${name(place)} appended`,
        rw: `${name(place)} read ${detail} before ${name(place + 1)} appended`,
        process: `${name(place)} came before ${name(place + 1)} in one process`,
        realtime: `${name(place)} was answered before ${name(place + 1)} was called`,
      };
      return words[edge];
    })
    .join("; ");
}

/** The list, or the element, that makes one transaction depend on the other. */
function detailOf(edge: DependencyKind, from: Transaction, to: Transaction): string {
  for (const { list, value, elements } of edge === "rw" ? from.steps : to.steps) {
    const appended = (edge === "rw" ? to : from).steps.filter((step) => step.list === list && step.value !== undefined);
    if (appended.length === 0) continue;
    if (edge === "ww" && value !== undefined) return `to list ${shown(list.name)}`;
    if (edge === "rw" && elements !== undefined && appended.some((step) => !elements.includes(step.value))) return `list ${shown(list.name)}`;
    const seen = edge === "wr" ? appended.find((step) => elements?.includes(step.value) === true) : undefined;
    if (seen !== undefined) return `${shown(list.appends.get(seen.value)?.value)} in list ${shown(list.name)}`;
  }
  return "a list";
}

export function transactionLines({ level, anomalies, counts }: TransactionsAnswer): string[] {
  return [
    `judged as ${level}; transactions committed ${counts.committed}, failed ${counts.failed}, unknown ${counts.unknown}; lists ${counts.lists}, reads ${counts.reads}`,
    ...anomalies.map(({ kind, count, text, breaks }) => `${kind} (${count}), breaks ${breaks}: ${text}`),
  ];
}

// Many runs beside each other: a column for each version of each target, a row for each check and each claim. Pure:
// documents in, data out; the page draws it.
import type { ResultDocument, Verdict } from "../../contract/result/document.js";

export interface Column {
  readonly name: string;
  readonly version: string;
  /** The newest of its runs: what the column shows. */
  readonly document: ResultDocument;
  /** How many runs of this version there are. */
  readonly runs: number;
}

interface Measured {
  readonly value: number;
  readonly unit: string;
}

/** What a run says of a row; missing: nothing, because the check or claim was not in it. */
export type Cell = Verdict | "missing";

export interface Row {
  readonly id: string;
  readonly product: string;
  /** The promise or the statement. */
  readonly words: string;
  readonly cells: readonly Cell[];
  /** For claims: what was measured, by column. */
  readonly measured: readonly (Measured | undefined)[];
  /** It holds for some and not for others: what a comparison is read for. */
  readonly isDivided: boolean;
}

export interface Matrix {
  readonly columns: readonly Column[];
  readonly checks: readonly Row[];
  readonly claims: readonly Row[];
}

/** @param documents judged runs, of any targets, in any order */
export function matrixOf(documents: readonly ResultDocument[]): Matrix {
  const columns = columnsOf(documents);
  return {
    columns,
    checks: rowsOf(columns, ({ checks }) => checks.map(({ id, product, promise, verdict }) => ({ id, product, words: promise, verdict }))),
    claims: rowsOf(columns, ({ claims }) => claims.filter(({ kind }) => kind !== "context").map(({ id, product, statement, verdict, measured }) => ({ id, product, words: statement, verdict, measured }))),
  };
}

/** One column for each version of each target, in the order in which they were given; its newest run speaks for it. */
function columnsOf(documents: readonly ResultDocument[]): readonly Column[] {
  const found = new Map<string, Column>();
  for (const document of documents) {
    const { name, version } = document.target;
    const key = JSON.stringify([name, version]);
    const before = found.get(key);
    const isNewer = before === undefined || document.run.startedAtMs > before.document.run.startedAtMs;
    found.set(key, { name, version, document: isNewer ? document : before.document, runs: (before?.runs ?? 0) + 1 });
  }
  return [...found.values()];
}

interface Entry {
  readonly id: string;
  readonly product: string;
  readonly words: string;
  readonly verdict: Verdict;
  readonly measured?: Measured | undefined;
}

function rowsOf(columns: readonly Column[], entriesOf: (document: ResultDocument) => readonly Entry[]): readonly Row[] {
  const byColumn = columns.map(({ document }) => new Map(entriesOf(document).map((entry) => [entry.id, entry])));
  const ids = new Set(byColumn.flatMap((entries) => [...entries.keys()]));
  return [...ids].map((id) => {
    const entries = byColumn.map((column) => column.get(id));
    const cells = entries.map((entry): Cell => entry?.verdict ?? "missing");
    const first = entries.find((entry) => entry !== undefined);
    return { id, product: first?.product ?? "", words: first?.words ?? "", cells, measured: entries.map((entry) => entry?.measured), isDivided: cells.includes("pass") && cells.some((cell) => cell === "fail" || cell === "error") };
  });
}

// What is drawn of a value per PoP pair: rows, columns and a shade per cell. Order is the document's own, so that the
// same PoP stands in the same place in every chart.
import type { Measurement } from "../../contract/result/document.js";

export interface HeatCell {
  readonly row: string;
  readonly column: string;
  readonly value: number;
  /** 0 for the smallest value of the map, 1 for the largest. */
  readonly share: number;
}

export interface HeatMap {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** By row, then column; undefined where nothing was measured. */
  readonly cells: readonly (readonly (HeatCell | undefined)[])[];
  readonly low: number;
  readonly high: number;
  /** Rows and columns left out because a drawing of them could not be read. */
  readonly leftOut: number;
}

/** Twelve PoPs are the most a run has; this leaves room for stranger targets. */
const sideDrawn = 24;

/** @param popOrder PoP ids in the target's order; others follow as they come */
export function heatMap(measurement: Measurement, popOrder: readonly string[]): HeatMap | undefined {
  const entries = (measurement.matrix ?? []).filter((entry) => Number.isFinite(entry.value));
  if (entries.length === 0) return undefined;
  const allRows = inOrder(entries.map((entry) => entry.row), popOrder);
  const allColumns = inOrder(entries.map((entry) => entry.column), popOrder);
  const rows = allRows.slice(0, sideDrawn);
  const columns = allColumns.slice(0, sideDrawn);
  const values = entries.map((entry) => entry.value);
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const byPair = new Map(entries.map((entry) => [JSON.stringify([entry.row, entry.column]), entry.value]));
  const cells = rows.map((row) =>
    columns.map((column) => {
      const value = byPair.get(JSON.stringify([row, column]));
      return value === undefined ? undefined : { row, column, value, share: shareOf(value, low, high) };
    }),
  );
  return { rows, columns, cells, low, high, leftOut: allRows.length - rows.length + allColumns.length - columns.length };
}

/** Halved before subtracting, so that the ends of what a number can hold do not overflow. */
function shareOf(value: number, low: number, high: number): number {
  const share = (value / 2 - low / 2) / (high / 2 - low / 2);
  return Number.isFinite(share) ? share : 0.5;
}

function inOrder(names: readonly string[], order: readonly string[]): readonly string[] {
  const present = new Set(names);
  return [...order.filter((name) => present.has(name)), ...[...present].filter((name) => !order.includes(name))];
}

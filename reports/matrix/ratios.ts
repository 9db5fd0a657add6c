// How far each target is from the best, number by number, and over all of them as a geometric mean. A target without a
// number pays for it: leaving out what one is slow at must not make a mean better.
import { metricsOf, type Metric } from "../comparison/metrics.js";
import type { Column } from "./matrix.js";

/** Added to both sides of a ratio of times, ms: below it, the harness is measured more than the target. */
export const timeOffsetMs = 1;
/** A missing number counts as this many times the worst one that is there. */
export const penaltyFactor = 2;

export interface RatioCell {
  /** undefined: there is no number, and the ratio is a penalty. */
  readonly value?: number;
  /** Why there is none. */
  readonly missingBecause?: string;
  /** 1 for the best, 2 for twice as slow, or half the rate. */
  readonly ratio: number;
}

export interface RatioRow {
  readonly id: string;
  readonly unit: string;
  readonly direction: Metric["direction"];
  readonly cells: readonly RatioCell[];
}

export interface Ratios {
  readonly rows: readonly RatioRow[];
  /** By column: the geometric mean of its ratios, and how many of them are penalties. undefined without any row. */
  readonly means: readonly { readonly mean: number; readonly penalties: number }[] | undefined;
}

const offsets: Readonly<Record<string, number>> = { ms: timeOffsetMs, us: timeOffsetMs * 1_000, s: timeOffsetMs / 1_000 };

/** @returns a row for every number that at least two columns have: what only one has has no best */
export function ratiosOf(columns: readonly Column[]): Ratios {
  const metrics = columns.map(({ document }) => new Map(metricsOf(document).map((metric) => [metric.id, metric])));
  const ids = [...new Set(metrics.flatMap((column) => [...column.keys()]))];
  const rows = ids.flatMap((id) => rowOf(id, metrics.map((column) => column.get(id))) ?? []);
  if (rows.length === 0) return { rows, means: undefined };
  const means = columns.map((_, column) => {
    const cells = rows.flatMap((row) => row.cells[column] ?? []);
    return { mean: Math.exp(cells.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / cells.length), penalties: cells.filter(({ value }) => value === undefined).length };
  });
  return { rows, means };
}

function rowOf(id: string, metrics: readonly (Metric | undefined)[]): RatioRow | undefined {
  const first = metrics.find((metric) => metric !== undefined);
  if (first === undefined) return undefined;
  const { unit, direction } = first;
  // A measurement that changed its unit is another one.
  const values = metrics.map((metric) => (metric?.unit === unit && metric.value !== undefined && metric.value >= 0 ? metric.value : undefined));
  const present = values.filter((value) => value !== undefined);
  if (present.length < 2) return undefined;
  const offset = offsets[unit] ?? 0;
  const best = direction === "lower" ? Math.min(...present) : Math.max(...present);
  const ratioOf = (value: number): number => (direction === "lower" ? (value + offset) / (best + offset) : (best + offset) / (value + offset));
  const ratios = present.map(ratioOf);
  // Nothing at all (a rate of zero, a size of zero) is infinitely far: no mean survives that.
  if (!ratios.every(Number.isFinite)) return undefined;
  const penalty = Math.max(...ratios) * penaltyFactor;
  return { id, unit, direction, cells: values.map((value, column) => (value === undefined ? { missingBecause: metrics[column]?.voidBecause ?? "not measured", ratio: penalty } : { value, ratio: ratioOf(value) })) };
}

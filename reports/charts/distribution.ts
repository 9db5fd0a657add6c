// What is drawn of a measurement's distribution: bins of a histogram and the marks of its percentiles. Data only; the
// page draws it as SVG, other writers may draw it differently.
import type { Measurement } from "../../contract/result/document.js";
import type { Scale } from "./scale.js";
import { scaleFor } from "./scale.js";

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface PercentileMark {
  /** min, p50, p99.9, max... */
  readonly name: string;
  readonly value: number;
}

export interface Histogram {
  readonly scale: Scale;
  readonly bins: readonly Bin[];
  readonly tallest: number;
  readonly n: number;
}

/** Between 8 and 40 bins, about the square root of the sample count, even in the scale's own terms. */
export function histogram(samples: readonly number[], thresholds: readonly number[] = []): Histogram | undefined {
  const finite = samples.filter(Number.isFinite);
  if (finite.length < 2) return undefined;
  const scale = scaleFor(withThresholds(finite, thresholds));
  const wanted = Math.max(8, Math.min(40, Math.ceil(Math.sqrt(finite.length) * 1.5)));
  const counts = new Array<number>(wanted).fill(0);
  for (const sample of finite) {
    const index = Math.min(wanted - 1, Math.floor(scale.at(sample) * wanted));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const edge = (share: number) => (scale.kind === "log" ? scale.low * (scale.high / scale.low) ** share : scale.low + (scale.high - scale.low) * share);
  const bins = counts.map((count, index) => ({ from: edge(index / wanted), to: edge((index + 1) / wanted), count }));
  return { scale, bins, tallest: Math.max(1, ...counts), n: finite.length };
}

/** A threshold belongs on the axis when it is near enough not to flatten what was measured. */
function withThresholds(values: readonly number[], thresholds: readonly number[]): readonly number[] {
  const high = values.reduce((a, b) => Math.max(a, b), 0);
  return [...values, ...thresholds.filter((threshold) => Number.isFinite(threshold) && threshold <= high * 4)];
}

/** The named percentiles in ascending order of rank: min, p1 ... p99.99, max, then other names by value. */
export function percentileMarks(measurement: Measurement): readonly PercentileMark[] {
  return Object.entries(measurement.percentiles ?? {})
    .filter(([, value]) => Number.isFinite(value))
    .map(([name, value]) => ({ name, value, rank: rankOf(name) }))
    .sort((a, b) => a.rank - b.rank || a.value - b.value)
    .slice(0, 16)
    .map(({ name, value }) => ({ name, value }));
}

/** Whether a percentile's name says its rank: p50, p99.9, p999. */
export function isRank(name: string): boolean {
  return /^p\d+(\.\d+)?$/.test(name);
}

/** The rank in percent that orders names: p999 is 99.9; min and max stand at the ends, other names behind. */
export function rankOf(name: string): number {
  if (name === "min") return -1;
  if (name === "max") return 101;
  if (!isRank(name)) return 102;
  const digits = name.slice(1);
  return Number(digits) > 100 ? Number(`${digits.slice(0, 2)}.${digits.slice(2)}`) : Number(digits);
}

/** The scale of a strip that shows only percentiles. */
export function stripScale(marks: readonly PercentileMark[], thresholds: readonly number[] = []): Scale {
  return scaleFor(withThresholds(marks.map((mark) => mark.value), thresholds));
}

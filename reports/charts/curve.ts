// A percentile curve as HdrHistogram draws it: every further nine gets as much room as all before it, so that the tail,
// which is what users meet, is not a hair at the edge.
import type { Measurement } from "../../contract/result/document.js";
import { isRank, rankOf } from "./distribution.js";
import type { Scale } from "./scale.js";
import { scaleFor } from "./scale.js";

export interface CurvePoint {
  /** 0 to 1, below 1. */
  readonly quantile: number;
  /** 0 at the left of the chart, 1 at the right. */
  readonly across: number;
  readonly value: number;
}

export interface Curve {
  readonly points: readonly CurvePoint[];
  /** "0", "90 %", "99 %"... by their place. */
  readonly ticks: readonly { readonly across: number; readonly label: string }[];
  readonly value: Scale;
  readonly n: number;
}

const pointsDrawn = 200;
/** Fewer samples have no tail to show; their histogram says it all. */
const fewestSamples = 20;
const mostNines = 5;

/** @returns undefined when the measurement has neither enough samples nor three percentiles of rank */
export function percentileCurve(measurement: Measurement, thresholds: readonly number[] = []): Curve | undefined {
  const samples = (measurement.samples ?? []).filter(Number.isFinite);
  const named = Object.entries(measurement.percentiles ?? {})
    .filter(([name, value]) => isRank(name) && Number.isFinite(value))
    .map(([name, value]) => ({ quantile: rankOf(name) / 100, value }))
    .filter(({ quantile }) => quantile > 0 && quantile < 1);
  if (samples.length < fewestSamples && named.length < 3) return undefined;
  const n = Math.max(measurement.n, samples.length, 1);
  // The largest of n samples stands for all quantiles beyond 1 - 1/n: nothing further out was seen.
  const last = 1 - 1 / Math.max(2, n);
  const sampled = samples.length < fewestSamples ? [] : quantiles(samples, last);
  const points = [...sampled, ...named].filter(({ quantile }) => quantile <= Math.max(last, ...named.map((one) => one.quantile))).sort((a, b) => a.quantile - b.quantile || a.value - b.value);
  if (points.length < 2) return undefined;
  const nines = Math.min(mostNines, Math.max(1, -Math.log10(1 - (points.at(-1)?.quantile ?? 0.9))));
  const across = (quantile: number): number => Math.max(0, Math.min(1, -Math.log10(1 - quantile) / nines));
  const rising: CurvePoint[] = [];
  // A thinned sample and an exact percentile may differ by a hair; a curve of percentiles never falls.
  for (const { quantile, value } of points) rising.push({ quantile, across: across(quantile), value: Math.max(value, rising.at(-1)?.value ?? -Infinity) });
  const high = rising.at(-1)?.value ?? 0;
  const ticks = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999].filter((quantile) => quantile === 0 || -Math.log10(1 - quantile) <= nines + 1e-9);
  return {
    points: rising,
    ticks: ticks.map((quantile) => ({ across: across(quantile), label: quantile === 0 ? "0" : `${Number((quantile * 100).toFixed(3))} %` })),
    value: scaleFor([...rising.map(({ value }) => value), ...thresholds.filter((threshold) => Number.isFinite(threshold) && threshold <= high * 4)]),
    n,
  };
}

/** Points evenly spread over the axis and not over the ranks: the tail has few samples and must not lose one. */
function quantiles(samples: readonly number[], last: number): { readonly quantile: number; readonly value: number }[] {
  const sorted = [...samples].sort((a, b) => a - b);
  const nines = -Math.log10(1 - last);
  const ranks = new Set<number>();
  for (let index = 0; index <= pointsDrawn; index++) {
    const quantile = 1 - 10 ** ((-nines * index) / pointsDrawn);
    ranks.add(Math.min(sorted.length - 1, Math.round((quantile / last) * (sorted.length - 1))));
  }
  return [...ranks, sorted.length - 1].map((rank) => ({ quantile: Math.min(last, (rank / Math.max(1, sorted.length - 1)) * last), value: sorted[rank] ?? 0 }));
}

// The runs of one target over time: each number as a series, cut where it changed. A target has a trend from four runs on;
// fewer show nothing that two numbers beside each other would not.
import { median } from "../../contract/median.js";
import type { ResultDocument } from "../../contract/result/document.js";
import { metricsOf, type Metric } from "../comparison/metrics.js";
import { changePoints } from "../statistics/change-points.js";

export interface TrendPoint {
  readonly atMs: number;
  readonly version: string;
  readonly value: number;
}

export interface TrendChange {
  /** First point after the change. */
  readonly index: number;
  readonly before: number;
  readonly after: number;
  readonly p: number;
  readonly isWorse: boolean;
}

export interface Trend {
  readonly target: string;
  readonly id: string;
  readonly unit: string;
  readonly points: readonly TrendPoint[];
  readonly changes: readonly TrendChange[];
}

export interface Trends {
  /** What changed first, worst first. */
  readonly shown: readonly Trend[];
  /** Trends beyond those, all without a change. */
  readonly leftOut: number;
}

const fewestRuns = 4;
const mostShown = 24;
/** Of all trends of a page together: a page of fifty numbers must not show two changes by chance. */
const familyAlpha = 0.05;

/** @param documents runs of any targets, in any order; interrupted ones have no part */
export function trendsOf(documents: readonly ResultDocument[]): Trends {
  const whole = documents.filter(({ run }) => run.interrupted === undefined).sort((a, b) => a.run.startedAtMs - b.run.startedAtMs);
  const series = [...byTargetName(whole)].flatMap(([target, runs]) => (runs.length < fewestRuns ? [] : seriesOf(target, runs)));
  const trends = series.map((one) => ({ ...one, changes: changesOf(one, familyAlpha / series.length) }));
  const ranked = trends.sort((a, b) => rank(b) - rank(a));
  const shown = ranked.filter(({ changes }, index) => changes.length > 0 || index < mostShown);
  return { shown, leftOut: ranked.length - shown.length };
}

type Series = Omit<Trend, "changes"> & { readonly direction: Metric["direction"] };

function byTargetName(documents: readonly ResultDocument[]): Map<string, ResultDocument[]> {
  const found = new Map<string, ResultDocument[]>();
  for (const document of documents) found.set(document.target.name, [...(found.get(document.target.name) ?? []), document]);
  return found;
}

function seriesOf(target: string, runs: readonly ResultDocument[]): readonly Series[] {
  const found = new Map<string, { readonly metric: Metric; readonly points: TrendPoint[] }>();
  for (const document of runs) {
    for (const metric of metricsOf(document)) {
      if (metric.value === undefined) continue;
      const one = found.get(metric.id) ?? { metric, points: [] };
      if (one.metric.unit === metric.unit) one.points.push({ atMs: document.run.startedAtMs, version: document.target.version, value: metric.value });
      found.set(metric.id, one);
    }
  }
  return [...found].flatMap(([id, { metric, points }]) => (points.length < fewestRuns ? [] : [{ target, id, unit: metric.unit, direction: metric.direction, points }]));
}

function changesOf({ points, direction }: Series, alpha: number): readonly TrendChange[] {
  const values = points.map(({ value }) => value);
  const cuts = changePoints(values, { alpha, seed: 1 });
  const bounds = [0, ...cuts.map(({ index }) => index), values.length];
  return cuts.map(({ index, p }, cut) => {
    const before = median(values.slice(bounds[cut], index));
    const after = median(values.slice(index, bounds[cut + 2]));
    return { index, p, before, after, isWorse: direction === "lower" ? after > before : after < before };
  });
}

function rank({ changes }: Trend): number {
  return changes.some(({ isWorse }) => isWorse) ? 2 : changes.length > 0 ? 1 : 0;
}

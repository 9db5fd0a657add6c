// What is drawn of values over time: the points that fit a chart, gaps where nothing came, and the faults that were
// injected meanwhile, on the same axis.
import type { FaultRecord, Measurement } from "../../contract/result/document.js";
import type { Scale } from "./scale.js";
import { linearScale, scaleFor } from "./scale.js";

export interface FaultSpan {
  readonly label: string;
  readonly fromS: number;
  /** undefined: not healed before the series ended. */
  readonly toS?: number;
}

export interface TimeSeries {
  /** What the values are along, when it is not time: "PoPs". */
  readonly along?: string;
  /** What the values are, where they are not what the measurement is. */
  readonly what?: string;
  readonly time: Scale;
  readonly value: Scale;
  /** At most 600 points; where there were more, the extremes of each stretch are kept. */
  readonly points: readonly (readonly [number, number])[];
  /** Stretches in which nothing came, where something usually does: an outage must not be drawn as a straight line. */
  readonly silences: readonly Silence[];
  readonly faults: readonly FaultSpan[];
  readonly n: number;
}

export interface Silence {
  readonly fromS: number;
  readonly toS: number;
}

const pointsDrawn = 600;
const faultsDrawn = 24;
/** A silence is this many times the usual distance of two points, and this share of the whole time: seen, not guessed. */
const silenceRatio = 8;
const silenceShare = 0.004;
const silencesDrawn = 12;

/** @returns undefined when there are fewer than two finite points */
export function timeSeries(measurement: Measurement, faults: readonly FaultRecord[]): TimeSeries | undefined {
  const finite = (measurement.series ?? []).filter(([second, value]) => Number.isFinite(second) && Number.isFinite(value));
  if (finite.length < 2) return undefined;
  const sorted = [...finite].sort((a, b) => a[0] - b[0]);
  const points = thinned(sorted);
  const first = sorted[0]?.[0] ?? 0;
  const last = sorted.at(-1)?.[0] ?? 1;
  const values = points.map(([, value]) => value);
  const what = measurement.seriesOf === undefined ? {} : { what: measurement.seriesOf.what };
  // What grows with a number has no silences, and no fault strikes it at a time.
  if (measurement.along !== undefined) return { ...what, along: measurement.along.slice(0, 40), time: scaleFor(points.map(([at]) => at)), value: scaleFor(values), points, silences: [], faults: [], n: sorted.length };
  return {
    ...what,
    time: linearScale(Math.min(0, first), last, 6),
    value: scaleFor(values),
    points,
    silences: silencesOf(sorted),
    faults: faultSpans(measurement.startedAtMs, faults, last),
    n: sorted.length,
  };
}

/** Keeps the lowest and the highest point of each stretch: a spike must survive thinning. */
function thinned(points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  if (points.length <= pointsDrawn) return points;
  const stretches = pointsDrawn / 2;
  const kept: (readonly [number, number])[] = [];
  for (let index = 0; index < stretches; index++) {
    const stretch = points.slice(Math.floor((index * points.length) / stretches), Math.floor(((index + 1) * points.length) / stretches));
    const low = stretch.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = stretch.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...(low === high ? [low] : low[0] <= high[0] ? [low, high] : [high, low]));
  }
  return kept;
}

/** The longest silences, in the order of time. */
function silencesOf(points: readonly (readonly [number, number])[]): readonly Silence[] {
  const steps = points.slice(1).map(([second], index) => ({ fromS: points[index]?.[0] ?? second, toS: second }));
  const usual = steps.map(({ fromS, toS }) => toS - fromS).sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  return steps
    .filter(({ fromS, toS }) => toS - fromS > usual * silenceRatio && toS - fromS > span * silenceShare)
    .sort((a, b) => b.toS - b.fromS - (a.toS - a.fromS))
    .slice(0, silencesDrawn)
    .sort((a, b) => a.fromS - b.fromS);
}

/** @returns whether a silence lies before a point: a line across it would be an answer that nobody gave. Thinning may have dropped the point that ended it */
export function isResuming({ points, silences }: Pick<TimeSeries, "points" | "silences">, index: number): boolean {
  const [before, at] = [points[index - 1]?.[0], points[index]?.[0]];
  return before !== undefined && at !== undefined && silences.some(({ toS }) => before < toS && toS <= at);
}

function faultSpans(startedAtMs: number | undefined, faults: readonly FaultRecord[], lastS: number): readonly FaultSpan[] {
  if (startedAtMs === undefined || !Number.isFinite(startedAtMs)) return [];
  const seconds = (atMs: number) => (atMs - startedAtMs) / 1000;
  return faults
    .map((fault) => ({ fault, fromS: seconds(fault.injectedAtMs), toS: fault.healedAtMs === undefined ? undefined : seconds(fault.healedAtMs) }))
    .filter(({ fromS, toS }) => fromS <= lastS && (toS ?? lastS) >= 0)
    .slice(0, faultsDrawn)
    .map(({ fault, fromS, toS }) => ({ label: `${fault.kind} ${fault.popId}`, fromS, ...(toS === undefined ? {} : { toS }) }));
}

// Every sample as a dot, a row for each of several measurements that belong together: failover and migration gaps, cold
// starts by size of script. Few samples are shown as what they are, and not as a distribution.
import type { ClaimResult, Measurement } from "../../contract/result/document.js";
import type { Threshold } from "./definition.js";
import type { Scale } from "./scale.js";
import { scaleFor } from "./scale.js";

export interface StripRow {
  readonly label: string;
  /** Ascending; at most 200, evenly spaced ranks. */
  readonly samples: readonly number[];
  readonly median: number;
  readonly n: number;
  /** Set when the row must not be judged. */
  readonly isVoid: boolean;
  readonly threshold?: Threshold;
}

export interface Strips {
  readonly rows: readonly StripRow[];
  readonly scale: Scale;
  readonly unit: string;
  /** Measurements that are in the document and not here. */
  readonly leftOut: number;
}

const rowsDrawn = 16;
const dotsDrawn = 200;
const times: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 };

/** Times between an end and a beginning: of a PoP, of an object's owner, of a service. */
export function isGap(measurement: Measurement): boolean {
  return times[measurement.unit] !== undefined && /(?:^|[.-])(?:gap|migration|takeover|outage|recovery|downtime|failover)(?:[.-]|$)/.test(measurement.id) && !/latency/.test(measurement.id);
}

export function isColdStart(measurement: Measurement): boolean {
  return times[measurement.unit] !== undefined && /(?:^|[.-])cold(?:-?start)?(?:[.-]|$)/.test(measurement.id);
}

/** @param claims those that judge one of the measurements, by its id */
export function strips(measurements: readonly Measurement[], claims: (measurement: Measurement) => readonly ClaimResult[]): Strips | undefined {
  const shown = measurements.slice(0, rowsDrawn);
  const rows = shown.flatMap((measurement) => row(measurement, claims(measurement)) ?? []);
  if (rows.length === 0) return undefined;
  const values = rows.flatMap(({ samples, median }) => [...samples, median]);
  const high = values.reduce((a, b) => Math.max(a, b), 0);
  const near = rows.flatMap(({ threshold }) => (threshold !== undefined && threshold.value <= high * 4 ? [threshold.value] : []));
  return { rows, scale: scaleFor([...values, ...near]), unit: "ms", leftOut: measurements.length - shown.length };
}

/** From the smallest to the largest script; those that do not say their size come last, by name. */
export function bySize(measurements: readonly Measurement[]): readonly Measurement[] {
  return [...measurements].sort((a, b) => (sizeOf(a) ?? Infinity) - (sizeOf(b) ?? Infinity) || (a.id < b.id ? -1 : 1));
}

function sizeOf({ conditions }: Measurement): number | undefined {
  const found = Object.entries(conditions).find(([name, value]) => /size|bytes/i.test(name) && typeof value === "number");
  return typeof found?.[1] === "number" ? found[1] : undefined;
}

function row(measurement: Measurement, claims: readonly ClaimResult[]): StripRow | undefined {
  const factor = times[measurement.unit] ?? 1;
  const finite = (measurement.samples ?? []).filter(Number.isFinite).map((value) => value * factor).sort((a, b) => a - b);
  const marks = Object.values(measurement.percentiles ?? {}).filter(Number.isFinite).map((value) => value * factor).sort((a, b) => a - b);
  const values = finite.length > 0 ? finite : marks.length > 0 ? marks : [measurement.value * factor];
  if (!Number.isFinite(values[0])) return undefined;
  const samples = values.length <= dotsDrawn ? values : Array.from({ length: dotsDrawn }, (_, index) => values[Math.round((index * (values.length - 1)) / (dotsDrawn - 1))] ?? 0);
  const median = (measurement.percentiles?.["p50"] ?? Number.NaN) * factor;
  const judged = claims.find((claim) => claim.kind === "number" && claim.threshold !== undefined && claim.measured?.unit === measurement.unit);
  return {
    label: measurement.id,
    samples,
    median: Number.isFinite(median) ? median : (values[Math.floor((values.length - 1) / 2)] ?? 0),
    n: measurement.n,
    isVoid: measurement.voidBecause !== undefined,
    ...(judged?.threshold === undefined || !Number.isFinite(judged.threshold) ? {} : { threshold: { value: judged.threshold * factor, label: judged.id } }),
  };
}

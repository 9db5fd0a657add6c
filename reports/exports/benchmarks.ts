// A run's measurements for tools that keep benchmarks: github-action-benchmark (two files, since it is told once per file which way
// is better) and bencher. What is void, or has no better and no worse, is left out.
import type { Measurement, ResultDocument } from "../../contract/result/document.js";
import { metricsOf } from "../comparison/metrics.js";
import type { Direction } from "../comparison/types.js";
import { shortened, visible } from "../text.js";

/** For the tools customSmallerIsBetter and customBiggerIsBetter of github-action-benchmark: [{name, unit, value, extra}]. */
export function actionBenchmark(whole: ResultDocument, direction: Direction): string {
  const document = shortened(whole);
  const entries = metricsOf(document).flatMap(({ id, unit, value, direction: way }) => {
    const measurement = measurementOf(document, id);
    return value === undefined || way !== direction ? [] : [{ name: nameOf(document, id), unit, value, extra: `n = ${measurement?.n ?? 0}, ${document.run.profile} profile, run ${visible(document.run.id, { limit: 100 })}` }];
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}

interface Metric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/** Bencher's own measures have units: latency is in ns, throughput in operations per second. */
const measures: Readonly<Partial<Record<Measurement["unit"], { readonly slug: string; readonly scale: number }>>> = {
  ms: { slug: "latency", scale: 1e6 },
  us: { slug: "latency", scale: 1e3 },
  s: { slug: "latency", scale: 1e9 },
  "requests/s": { slug: "throughput", scale: 1 },
  bytes: { slug: "size-bytes", scale: 1 },
  MB: { slug: "size-bytes", scale: 1e6 },
};

/** Bencher Metric Format (https://bencher.dev/docs/reference/bencher-metric-format/): {benchmark: {measure: {value, lower_value, upper_value}}}. */
export function bencherMetrics(whole: ResultDocument): string {
  const document = shortened(whole);
  const found: Record<string, Record<string, Metric>> = {};
  for (const { id, value } of metricsOf(document)) {
    const measurement = measurementOf(document, id);
    const measure = measurement === undefined ? undefined : measures[measurement.unit];
    if (value === undefined || measurement === undefined || measure === undefined) continue;
    const { slug, scale } = measure;
    if (!Number.isFinite(value * scale)) continue;
    const isP99 = measurement.id !== id;
    const [low, high] = isP99 ? [measurement.percentiles?.["p99.low"], measurement.percentiles?.["p99.high"]] : [];
    const benchmark = (found[nameOf(document, measurement.id)] ??= {});
    benchmark[isP99 ? `${slug}-p99` : slug] = { value: rounded(value * scale), ...(low === undefined || high === undefined || !Number.isFinite((high - low) * scale) ? {} : { lower_value: rounded(low * scale), upper_value: rounded(high * scale) }) };
  }
  return `${JSON.stringify(found, null, 2)}\n`;
}

/** Of two targets in one place, each has its own series. */
function nameOf({ target }: ResultDocument, id: string): string {
  return visible(`${target.name}: ${id}`, { limit: 1_000 });
}

function measurementOf({ measurements }: ResultDocument, id: string): Measurement | undefined {
  const all = Object.values(measurements);
  return all.find((one) => one.id === id) ?? all.find((one) => `${one.id} p99` === id);
}

/** Without the digits that only multiplying made. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

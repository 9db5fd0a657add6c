// k6's JSON output, one line a sample, into figures. k6 never merges what several of its processes measured; from the raw
// samples it is exact: the union's percentiles, by the rule that k6 itself uses.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { EdgemarkError } from "../../contract/errors.js";

/** All samples of one metric, or of those with one tag. */
export interface MetricSamples {
  readonly values: number[];
}

/** Keyed by metric, and by metric{tag:value} for the tags that are kept. */
export type K6Samples = Map<string, MetricSamples>;

/** Tags by which samples are told apart; every one more is a copy of all values. */
const keptTags = ["name", "pop", "scenario"] as const;

interface Point {
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, unknown>>;
}

/**
 * One line of k6's output.
 * @returns undefined for a line that declares a metric @throws EdgemarkError usage.input for a line that is none of k6's
 */
export function parsePoint(line: string): Point | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw new EdgemarkError("usage.input", `a line of k6's JSON output expected; ${JSON.stringify(line.slice(0, 120))} came; was k6 ended while it wrote?`, { cause });
  }
  if (typeof parsed === "object" && parsed !== null && "type" in parsed && "metric" in parsed && typeof parsed.metric === "string") {
    if (parsed.type === "Metric") return undefined;
    const data = "data" in parsed ? parsed.data : undefined;
    if (parsed.type === "Point" && typeof data === "object" && data !== null && "value" in data && typeof data.value === "number") {
      const tags = "tags" in data && typeof data.tags === "object" && data.tags !== null ? data.tags : {};
      return { metric: parsed.metric, value: data.value, tags: { ...tags } };
    }
  }
  throw new EdgemarkError("usage.input", `a line of k6's JSON output expected; ${JSON.stringify(line.slice(0, 120))} came; use k6 2.x`);
}

/** Adds one sample, under its metric and under each kept tag. */
export function addPoint(samples: K6Samples, { metric, value, tags }: Point): void {
  const names = [metric, ...keptTags.flatMap((tag) => (typeof tags[tag] === "string" && tags[tag] !== "" ? [`${metric}{${tag}:${tags[tag]}}`] : []))];
  for (const name of names) {
    const known = samples.get(name);
    if (known === undefined) samples.set(name, { values: [value] });
    else known.values.push(value);
  }
}

/**
 * Reads k6's output files into one: what one process would have measured.
 * @param options hasOtherLines: the files are logs, in which other lines stand too
 * @throws EdgemarkError usage.input for a damaged file
 */
export async function readSamples(files: readonly string[], { hasOtherLines = false } = {}): Promise<K6Samples> {
  const samples: K6Samples = new Map();
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Infinity })) {
      // The rest of a line that was cut must not pass for somebody else's.
      const isOther = line === "" || (hasOtherLines && !line.startsWith("{") && !line.includes('"data":{'));
      const point = isOther ? undefined : parsePoint(line);
      if (point !== undefined) addPoint(samples, point);
    }
  }
  return samples;
}

/** @returns samples in all; 0 when the metric never came */
export function countOf(samples: K6Samples, name: string): number {
  return samples.get(name)?.values.length ?? 0;
}

/** The sum of a counter. */
export function sumOf(samples: K6Samples, name: string): number {
  return (samples.get(name)?.values ?? []).reduce((sum, value) => sum + value, 0);
}

/** Values in ascending order. */
export function sortedOf(samples: K6Samples, name: string): Float64Array {
  return Float64Array.from(samples.get(name)?.values ?? []).sort();
}

/**
 * A percentile as k6 computes it: linear between the two nearest ranks.
 * @param sorted ascending @param percentile 0 to 100 @returns undefined without samples, where k6 says 0
 */
export function percentileOf(sorted: Float64Array, percentile: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const rank = (percentile / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? NaN;
  const above = sorted[Math.min(sorted.length - 1, Math.floor(rank) + 1)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
}

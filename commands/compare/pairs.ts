// Measures two addresses in turns, pair by pair, in an order drawn anew for each pair: whatever the machine does meanwhile
// meets both. A number that is as much the driver's lag as the target's latency costs its pair, never a verdict.
import type { OpenLoopResult } from "../../load/open-loop/result.js";
import { soundPercentileMs } from "../../load/open-loop/driver-health.js";
import { comparePairs, confidenceFor } from "../../reports/comparison/paired.js";
import { verdictOfAll, type ComparedMetric } from "../../reports/comparison/types.js";

/** Where requests of one side go, and what they ask for. */
export interface SliceAddress {
  readonly url: string;
  readonly host: string;
  readonly path: string;
}

/** A load that both sides take. */
export interface Workload {
  /** First part of its metrics' ids. */
  readonly id: string;
  readonly a: SliceAddress;
  readonly b: SliceAddress;
}

/** Numbers of one slice; each undefined when the driver lagged at its rank, or an answer was missing. */
export type SliceNumbers = readonly [p50Ms: number | undefined, p99Ms: number | undefined];

export interface PairsOptions {
  readonly pairs: number;
  /** 0.05 is 5 %. */
  readonly minEffect: number;
  readonly random: () => number;
  /** Measures one slice. */
  readonly measure: (address: SliceAddress, seed: number) => Promise<SliceNumbers>;
  readonly signal?: AbortSignal;
  readonly onPair?: (done: number) => void;
}

/** What was measured, slice by slice: [a, b] of each pair of a metric, null where a slice was lost. */
export type RawPairs = Readonly<Record<string, readonly (readonly [a: number | null, b: number | null])[]>>;

const percentiles = ["p50", "p99"] as const;

/**
 * @returns a metric for each workload and percentile, and the pairs behind them; fewer pairs than wanted when it was interrupted
 */
export async function measurePairs(workloads: readonly Workload[], options: PairsOptions): Promise<{ readonly metrics: readonly ComparedMetric[]; readonly raw: RawPairs }> {
  const { pairs, random, measure, signal, onPair } = options;
  const isOver = (): boolean => signal?.aborted === true;
  const raw = new Map<string, (readonly [number | null, number | null])[]>(workloads.flatMap(({ id }) => percentiles.map((percentile) => [`${id} ${percentile}`, []])));
  // Each side once, unseen: connections, compilers and caches are cold, and only the first pair would meet that.
  for (const { a, b } of workloads) for (const address of [a, b]) if (!isOver()) await measure(address, 0);
  for (let pair = 0; pair < pairs && !isOver(); pair++) {
    for (const { id, a, b } of workloads) {
      const seed = Math.floor(random() * 2 ** 32);
      const isAFirst = random() < 0.5;
      const first = await measure(isAFirst ? a : b, seed);
      const second = await measure(isAFirst ? b : a, seed);
      if (isOver()) break;
      const [left, right] = isAFirst ? [first, second] : [second, first];
      for (const [index, percentile] of percentiles.entries()) raw.get(`${id} ${percentile}`)?.push([left[index] ?? null, right[index] ?? null]);
    }
    onPair?.(pair + 1);
  }
  return { metrics: judgePairs(Object.fromEntries(raw), options.minEffect), raw: Object.fromEntries(raw) };
}

/** Judges pairs again. */
export function judgePairs(raw: RawPairs, minEffect: number): readonly ComparedMetric[] {
  const confidence = confidenceFor(Object.keys(raw).length);
  return Object.entries(raw).map(([id, all]): ComparedMetric => {
    const pairs = all.flatMap(([a, b]) => (a === null || b === null ? [] : [[a, b] as const]));
    return { id, unit: "ms", direction: "lower", ...comparePairs(pairs, { direction: "lower", confidence, minEffect, lostPairs: all.length - pairs.length }) };
  });
}

export function verdictOfMetrics(metrics: readonly ComparedMetric[]): ComparedMetric["verdict"] {
  return verdictOfAll(metrics.map(({ verdict }) => verdict));
}

/**
 * The numbers of a slice: its answers must all be there, and the driver in time for each number by itself. A short slice has
 * one late request in a hundred as often as not; its p99 is lost by that, and its median is as good as ever.
 */
export function numbersOf(result: OpenLoopResult): SliceNumbers {
  return [soundPercentileMs(result, 50), soundPercentileMs(result, 99)];
}

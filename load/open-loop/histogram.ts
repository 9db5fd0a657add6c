// Latencies as an HDR histogram in whole microseconds: three significant digits from 1 us to an hour in fixed memory,
// and merging is exact, since it adds counts.
import hdr, { type Histogram } from "hdr-histogram-js";

/** Three digits: a percentile is at most 0.1 % off. */
const digits = 3;
const highestUs = 3_600_000_000;

export interface Percentiles {
  readonly n: number;
  readonly minMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** A distribution of durations. */
export class LatencyHistogram {
  readonly #histogram: Histogram = hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: highestUs, numberOfSignificantValueDigits: digits });

  /** Negative durations (a clock read twice) count as 0, longer ones than an hour as an hour. */
  recordMs(durationMs: number): void {
    this.#histogram.recordValue(Math.min(highestUs, Math.max(0, Math.round(durationMs * 1_000))));
  }

  /** All counts as text, for another process: decoding it loses nothing. */
  encode(): string {
    return hdr.encodeIntoCompressedBase64(this.#histogram);
  }

  /** @param text what {@link encode} gave @throws Error when it is something else */
  static decode(text: string): LatencyHistogram {
    const histogram = new LatencyHistogram();
    histogram.#histogram.add(hdr.decodeFromCompressedBase64(text));
    return histogram;
  }

  /** Adds all counts of another histogram. */
  merge(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  get n(): number {
    return this.#histogram.totalCount;
  }

  /** @param percentile 0 to 100 @returns ms, NaN when nothing was recorded */
  percentileMs(percentile: number): number {
    return this.n === 0 ? NaN : this.#histogram.getValueAtPercentile(percentile) / 1_000;
  }

  percentiles(): Percentiles {
    return {
      n: this.n,
      minMs: this.percentileMs(0),
      meanMs: this.n === 0 ? NaN : this.#histogram.mean / 1_000,
      p50Ms: this.percentileMs(50),
      p90Ms: this.percentileMs(90),
      p95Ms: this.percentileMs(95),
      p99Ms: this.percentileMs(99),
      p999Ms: this.percentileMs(99.9),
      maxMs: this.percentileMs(100),
    };
  }

  /**
   * The distribution as at most `count` ascending values at evenly spaced ranks, for charts and documents.
   * @returns ms
   */
  samplesMs(count: number): number[] {
    const taken = Math.min(count, this.n);
    return Array.from({ length: taken }, (_, index) => this.percentileMs(taken === 1 ? 50 : (100 * index) / (taken - 1)));
  }
}

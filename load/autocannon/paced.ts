// autocannon's rate mode, for the calibration only: it shows by how much its percentiles miss. Nothing else may use it.
import autocannon from "autocannon";

export interface PacedOptions {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly connections: number;
  /** Its correction for coordinated omission, which is on unless one refuses it. */
  readonly isCorrected: boolean;
}

export interface PacedResult {
  readonly requestsPerSecond: number;
  /** Samples in its histogram, which are not the requests when it corrects. */
  readonly samples: number;
  readonly sent: number;
  readonly timeouts: number;
  readonly meanMs: number;
  /** By percentile; those that it computes. */
  readonly percentilesMs: Readonly<Record<number, number>>;
}

/** Runs autocannon at a rate, as its documentation says. */
export async function runPacedAutocannon({ url, ratePerSecond, durationMs, timeoutMs, connections, isCorrected }: PacedOptions): Promise<PacedResult> {
  const result = await autocannon({
    url,
    headers: {},
    connections,
    duration: durationMs / 1_000,
    pipelining: 1,
    timeout: Math.ceil(timeoutMs / 1_000),
    sampleInt: 100,
    overallRate: ratePerSecond,
    ignoreCoordinatedOmission: !isCorrected,
  });
  const { latency } = result;
  return {
    requestsPerSecond: (result["2xx"] + result.non2xx) / result.duration,
    samples: latency.totalCount,
    sent: result.requests.sent,
    timeouts: result.timeouts,
    meanMs: latency.average,
    // It has neither p95 nor p99.5: the next one that it has stands in, to its favour.
    percentilesMs: { 25: latency.p25, 50: latency.p50, 75: latency.p75, 90: latency.p90, 95: latency.p97_5, 99: latency.p99, 99.5: latency.p99_9, 99.9: latency.p99_9 },
  };
}

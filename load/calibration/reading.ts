// What a driver says it measured in one case, in the terms of the truth.

export interface Reading {
  readonly driver: string;
  /** Samples behind its percentiles. */
  readonly n: number;
  /** Set when the driver itself, or the server under it, was not sound: nothing must be concluded. */
  readonly void?: string;
  /** By name of a truth; a driver does not know all of them. */
  readonly values: Readonly<Record<string, number>>;
  /** Processor time of the driver's process for each request, us, where it is known. */
  readonly cpuUsPerRequest?: number;
}

export type CalibratedDriver = {
  readonly name: string;
  readonly isOurs: boolean;
  /** @returns undefined when the driver cannot do such a load at all */
  read(run: CaseRun): Promise<Reading | undefined>;
};

/** A case with its server running. */
export interface CaseRun {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly arrivals: "uniform" | "poisson";
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly warmUpMs?: number;
  readonly seed: number;
  /** Names of the truths that are wanted. */
  readonly wanted: readonly string[];
}

/** The percentile that a name stands for: p99.9 is 99.9. */
export function percentileOf(name: string): number | undefined {
  const text = /^p(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  return text === undefined ? undefined : Number(text);
}

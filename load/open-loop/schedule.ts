// When requests are meant to be sent, fixed before the first one is: the server's slowness must not change it.
import { EdgemarkError } from "../../contract/errors.js";

export type Arrivals = "uniform" | "poisson";

export interface ScheduleOptions {
  readonly ratePerSecond: number;
  readonly arrivals: Arrivals;
  readonly durationMs: number;
  readonly seed: number;
}

export interface Schedule {
  /** How many requests there are in all. */
  readonly count: number;
  /** The next intended time, ms from the start, never smaller than the one before; undefined after the last. */
  next(): number | undefined;
}

/** Each request costs some 30 bytes of record: this is 60 MB. */
export const maxRequests = 2_000_000;

/**
 * Uniform: evenly spaced. Poisson: a Poisson process given its count, so that gaps are exponential and the rate is still exact:
 * an unconditioned process of 10,000 requests misses its rate by 1 % in one run of three.
 * @throws EdgemarkError usage.flag for a rate or duration that gives no request or more than {@link maxRequests}
 */
export function createSchedule({ ratePerSecond, arrivals, durationMs, seed }: ScheduleOptions): Schedule {
  const count = Math.round((ratePerSecond * durationMs) / 1_000);
  if (!(count >= 1 && count <= maxRequests)) {
    throw new EdgemarkError(
      "usage.flag",
      `Expected 1 to ${maxRequests} requests in a run; ${ratePerSecond}/s for ${durationMs} ms gives ${count}; change the rate or the duration.`,
    );
  }
  return { count, next: arrivals === "uniform" ? evenly(count, durationMs) : randomly(count, durationMs, seededRandom(seed)) };
}

function evenly(count: number, durationMs: number): Schedule["next"] {
  let index = 0;
  // Multiplied, not added up: rounding must not drift.
  return () => (index < count ? (index++ * durationMs) / count : undefined);
}

/** Order statistics of `count` uniform times, one after the other: the smallest of n on what is left of the interval. */
function randomly(count: number, durationMs: number, random: () => number): Schedule["next"] {
  let left = count;
  let nowMs = 0;
  return () => {
    if (left === 0) return undefined;
    nowMs += (durationMs - nowMs) * (1 - (1 - random()) ** (1 / left));
    left--;
    return nowMs;
  };
}

/** Uniform in [0, 1); the same numbers for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

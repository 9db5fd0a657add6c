// When requests are meant to be sent, fixed before the first one is: the server's slowness must not change it.
import { EdgemarkError } from "../../contract/errors.js";
import { seededRandom } from "../../contract/random.js";

export type Arrivals = "uniform" | "poisson";

export interface ScheduleOptions {
  readonly ratePerSecond: number;
  /** The rate changes evenly from ratePerSecond to this one over the run. Default: it stays. */
  readonly rampToPerSecond?: number;
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
 * an unconditioned process of 10,000 requests misses its rate by 1 % in one run of three. With a ramp both are spaced by the
 * number of requests that are due, instead of by time.
 * @throws EdgemarkError usage.flag for a rate or duration that gives no request or more than {@link maxRequests}
 */
export function createSchedule({ ratePerSecond, rampToPerSecond = ratePerSecond, arrivals, durationMs, seed }: ScheduleOptions): Schedule {
  const count = Math.round((((ratePerSecond + rampToPerSecond) / 2) * durationMs) / 1_000);
  if (!(count >= 1 && count <= maxRequests) || ratePerSecond < 0 || rampToPerSecond < 0) {
    const rate = rampToPerSecond === ratePerSecond ? `${ratePerSecond}/s` : `${ratePerSecond}/s to ${rampToPerSecond}/s`;
    throw new EdgemarkError(
      "usage.flag",
      `expected 1 to ${maxRequests} requests in a run; ${rate} for ${durationMs} ms gives ${count}; change the rate or the duration`,
    );
  }
  const share = arrivals === "uniform" ? evenly(count) : randomly(count, seededRandom(seed));
  const timeOf = rampTime(ratePerSecond, rampToPerSecond);
  return {
    count,
    next: () => {
      const done = share();
      return done === undefined ? undefined : durationMs * timeOf(done);
    },
  };
}

/** Every `of`-th request of a schedule: its part for one of several threads. Together the parts are the schedule itself. */
export function partOf(schedule: Schedule, index: number, of: number): Schedule {
  let skip = index;
  return {
    count: Math.max(0, Math.ceil((schedule.count - index) / of)),
    next: () => {
      for (; skip > 0; skip--) schedule.next();
      skip = of - 1;
      return schedule.next();
    },
  };
}

/** The share of the duration after which a share of the requests is due, when the rate goes evenly from one to another. */
function rampTime(from: number, to: number): (share: number) => number {
  if (from === to) return (share) => share;
  // Requests due by time t are from * t + (to - from) * t^2 / 2; solved for t in the form that loses no digits.
  const [half, whole] = [(to - from) / 2, (from + to) / 2];
  return (share) => (share === 0 ? 0 : (2 * share * whole) / (from + Math.sqrt(from * from + 4 * half * share * whole)));
}

function evenly(count: number): () => number | undefined {
  let index = 0;
  // Divided anew, not added up: rounding must not drift.
  return () => (index < count ? index++ / count : undefined);
}

/** Order statistics of `count` uniform shares, one after the other: the smallest of n on what is left of the interval. */
function randomly(count: number, random: () => number): () => number | undefined {
  let left = count;
  let share = 0;
  return () => {
    if (left === 0) return undefined;
    share += (1 - share) * (1 - (1 - random()) ** (1 / left));
    left--;
    return share;
  };
}

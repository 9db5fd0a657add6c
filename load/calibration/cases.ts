// The cases of the calibration: a server, a load, and what must come out by arithmetic. A driver that cannot measure these
// cannot be believed about anything else.
import type { Arrivals } from "../open-loop/schedule.js";
import type { ServerModel } from "./server-model.js";

/** A number that follows from the server and the schedule. */
export interface Truth {
  /** p50, p99.9 (of the latency), mean, rate (requests per second), timeouts (share of requests). */
  readonly name: string;
  readonly value: number;
  /** Our driver may be off by the larger of these. */
  readonly within: { readonly ratio: number; readonly atLeast: number };
}

export interface CalibrationCase {
  readonly id: string;
  /** What the server does, in words. */
  readonly title: string;
  readonly server: ServerModel;
  readonly ratePerSecond: number;
  readonly arrivals: Arrivals;
  readonly durationMs: number;
  readonly timeoutMs: number;
  /** The same load before it, not counted; for servers that do not change with time. Default: none. */
  readonly warmUpMs?: number;
  readonly truths: readonly Truth[];
  /** Whether the other drivers are shown on it too: those that only pace, and do not time out as we say, cannot all be. */
  readonly isCompared: boolean;
}

// A latency is never smaller than a loopback exchange, which takes up to a millisecond on shared cores, and timers of the
// server fire up to a tenth of one late: 1.5 ms of slack for figures that are small themselves.
const slackMs = 1.5;
const ms = (name: string, value: number, ratio: number): Truth => ({ name, value, within: { ratio, atLeast: slackMs } });
const rate = (value: number): Truth => ({ name: "rate", value, within: { ratio: 0.005, atLeast: 0 } });

const stall = { kind: "stall", stallMs: 100, periodMs: 1_000 } as const;
// p95 50, p99 90, p99.9 99 from P(latency > x) = (100 - x) / 1000, for arrivals that are even or random alike.
const stallTruths = [ms("p50", 0, 0), ms("p95", 50, 0.1), ms("p99", 90, 0.05), ms("p99.9", 99, 0.1)];

// Driver and server compile their hot code in the first half second of such a load: measured on two shared cores, 6 runs of 6 s,
// nine tenths of the requests that were sent more than 1 ms late lay there.
const warmUpMs = 1_000;

export const calibrationCases: readonly CalibrationCase[] = [
  { id: "stall", title: "stands still for 100 ms in every second", server: stall, ratePerSecond: 500, arrivals: "uniform", durationMs: 20_000, timeoutMs: 5_000, truths: [...stallTruths, rate(500)], isCompared: true },
  // Random arrivals fall into the stalls by chance: their own spread is allowed for at p95.
  { id: "stall.poisson", title: "the same, random arrivals", server: stall, ratePerSecond: 500, arrivals: "poisson", durationMs: 20_000, timeoutMs: 5_000, truths: [...stallTruths.filter(({ name }) => name !== "p95"), ms("p95", 50, 0.15)], isCompared: false },
  { id: "constant", title: "answers after 100 ms", server: { kind: "constant", latencyMs: 100 }, ratePerSecond: 40, arrivals: "uniform", durationMs: 8_000, timeoutMs: 5_000, truths: [ms("p50", 100, 0.03), ms("p99", 100, 0.05)], isCompared: true },
  { id: "bimodal", title: "1 of 100 takes 200 ms, the others 1 ms", server: { kind: "bimodal", fastMs: 1, slowMs: 200, every: 100 }, ratePerSecond: 500, arrivals: "uniform", durationMs: 8_000, timeoutMs: 5_000, truths: [ms("p50", 1, 0.05), ms("p99.5", 200, 0.05), rate(500)], isCompared: true },
  { id: "step", title: "1 ms for 4 s, then 50 ms", server: { kind: "step", beforeMs: 1, afterMs: 50, stepAtMs: 4_000 }, ratePerSecond: 200, arrivals: "uniform", durationMs: 8_000, timeoutMs: 5_000, truths: [ms("p25", 1, 0.05), ms("p75", 50, 0.05)], isCompared: false },
  { id: "queue.paced", title: "one worker, 10 ms each, half busy, even arrivals: nobody waits", server: { kind: "queue", serviceMs: 10 }, ratePerSecond: 50, arrivals: "uniform", durationMs: 6_000, timeoutMs: 5_000, truths: [ms("mean", 10, 0.05)], isCompared: false },
  // M/D/1: the mean wait is rho * s / (2 (1 - rho)) = 5 ms at half load. 1,500 arrivals know it to about 8 %, 0.4 ms.
  { id: "queue.poisson", title: "the same, random arrivals: M/D/1 waits 5 ms more", server: { kind: "queue", serviceMs: 10 }, ratePerSecond: 50, arrivals: "poisson", durationMs: 30_000, timeoutMs: 5_000, truths: [ms("mean", 15, 0.1)], isCompared: false },
  { id: "saturation", title: "can serve 100/s and is sent 200/s", server: { kind: "queue", serviceMs: 10 }, ratePerSecond: 200, arrivals: "uniform", durationMs: 4_000, timeoutMs: 20_000, truths: [ms("p50", 2_000, 0.05), ms("p99", 3_960, 0.05)], isCompared: true },
  { id: "silent", title: "1 of 100 is never answered, timeout 1 s", server: { kind: "silent", latencyMs: 1, every: 100 }, ratePerSecond: 200, arrivals: "uniform", durationMs: 5_000, timeoutMs: 1_000, truths: [ms("p50", 1, 0.05), ms("p99.5", 1_000, 0.05), { name: "timeouts", value: 0.01, within: { ratio: 0, atLeast: 0 } }], isCompared: true },
  { id: "rate.5000", title: "answers at once, 5,000/s", server: { kind: "constant", latencyMs: 0 }, ratePerSecond: 5_000, arrivals: "poisson", durationMs: 6_000, timeoutMs: 5_000, warmUpMs, truths: [rate(5_000)], isCompared: false },
  { id: "rate.10000", title: "answers at once, 10,000/s", server: { kind: "constant", latencyMs: 0 }, ratePerSecond: 10_000, arrivals: "poisson", durationMs: 6_000, timeoutMs: 5_000, warmUpMs, truths: [rate(10_000)], isCompared: false },
];

/** Beside this many spinning processes for each core the driver must say that it lagged. */
export const hogsPerCore = 8;
/** What is measured beside the hogs: were it judged, they would be taken for a slow target. */
export const hogCase: CalibrationCase = {
  id: "hog",
  title: "answers after 2 ms, beside a CPU hog",
  server: { kind: "constant", latencyMs: 2 },
  ratePerSecond: 500,
  arrivals: "poisson",
  durationMs: 5_000,
  timeoutMs: 5_000,
  truths: [ms("p50", 2, 0.2), ms("p99", 2, 0.2)],
  isCompared: false,
};

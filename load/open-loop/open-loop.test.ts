// The open loop on a virtual clock: its percentiles against arithmetic, its honesty against servers that stall, queue
// and never answer, and its own lag against its verdict.
import assert from "node:assert/strict";
import { drive, type Transport } from "./drive.js";
import { LatencyHistogram } from "./histogram.js";
import { failedOrLate, seriesOf, summarize, voidMarksOf, type OpenLoopResult } from "./result.js";
import { createSchedule, type ScheduleOptions } from "./schedule.js";
import { queueingServer, simulatedTransport, stallingServer, VirtualClock, type SimulatedServer } from "./simulation.js";

interface Run extends Partial<ScheduleOptions> {
  readonly timeoutMs?: number;
  readonly clock?: VirtualClock;
  readonly transport?: Transport;
  readonly signal?: AbortSignal;
  readonly thresholdMs?: number;
}

async function run(server: SimulatedServer, options: Run = {}): Promise<OpenLoopResult> {
  const { clock = new VirtualClock(), timeoutMs = 10_000, signal, thresholdMs } = options;
  const schedule = createSchedule({ ratePerSecond: 500, arrivals: "uniform", durationMs: 20_000, seed: 1, ...options });
  const transport = options.transport ?? simulatedTransport(clock, server, "a");
  const log = drive({ schedule, clock, transport, timeoutMs, ...(signal === undefined ? {} : { signal }) });
  clock.run();
  return summarize({ log: await log, intended: schedule.count, startedAtMs: 0, connectionsOpened: 0, ...(thresholdMs === undefined ? {} : { thresholdMs }) });
}

function isWithin(value: number, truth: number, ratio: number, what: string): void {
  assert.ok(Math.abs(value - truth) <= ratio * truth, `${what}: ${value}, truth ${truth}`);
}

describe("open loop on servers of known latency", () => {
  for (const arrivals of ["uniform", "poisson"] as const) {
    it(`sees a stall of 100 ms in every second (${arrivals})`, async () => {
      const result = await run(stallingServer(100, 1_000), { arrivals });
      assert.equal(result.void, undefined);
      assert.equal(result.latency.n, 10_000);
      const { p50Ms, p95Ms, p99Ms, p999Ms } = result.latency.percentiles();
      assert.equal(p50Ms, 0);
      isWithin(p95Ms, 50, arrivals === "uniform" ? 0.05 : 0.1, "p95");
      isWithin(p99Ms, 90, 0.05, "p99");
      isWithin(p999Ms, 99, 0.1, "p99.9");
      assert.deepEqual(result.answersByTag, { a: 10_000 });
    });
  }

  it("counts the same requests from their real send time too, and hides nothing by it", async () => {
    // A driver that is woken 2 ms late: the wait belongs to the latency, not to the service time.
    const result = await run(() => 50, { clock: new VirtualClock(() => 2), ratePerSecond: 10 });
    isWithin(result.latency.percentileMs(50), 52, 0.001, "latency");
    isWithin(result.service.percentileMs(100), 50, 0.001, "service");
    assert.equal(result.lag.percentileMs(50), 2);
  });

  it("has exactly one sample for every request", async () => {
    const result = await run(() => 100, { ratePerSecond: 10, durationMs: 6_000 });
    assert.equal(result.latency.n, 60);
    isWithin(result.latency.percentileMs(50), 100, 0.001, "p50");
  });

  it("tells Poisson arrivals from paced ones on a queue", async () => {
    // M/D/1 at half load: the mean wait is rho * s / (2 (1 - rho)) = 1 ms; paced arrivals never wait.
    const load = { ratePerSecond: 250, durationMs: 200_000 };
    const paced = (await run(queueingServer(2), load)).latency.percentiles().meanMs;
    const random = (await run(queueingServer(2), { ...load, arrivals: "poisson" })).latency.percentiles().meanMs;
    isWithin(paced, 2, 0.01, "paced");
    isWithin(random, 3, 0.03, "random");
  });

  it("grows without end on a server that is too slow", async () => {
    const result = await run(queueingServer(5), { ratePerSecond: 400, durationMs: 10_000 });
    isWithin(result.latency.percentileMs(100), 10_000, 0.01, "last answer");
    isWithin(result.latency.percentileMs(50), 5_000, 0.01, "median");
  });

  it("keeps the time of what was never answered", async () => {
    let sent = 0;
    const result = await run(() => (++sent % 100 === 0 ? Infinity : 1), { timeoutMs: 1_000, durationMs: 4_000 });
    assert.equal(result.counts.timeout, 20);
    assert.equal(result.counts.ok, 1_980);
    assert.ok(result.latency.percentileMs(99.5) >= 1_000);
    assert.ok(result.latency.percentileMs(98) <= 1.001);
    assert.equal(failedOrLate(result.log, 500).length, 20);
    assert.ok(failedOrLate(result.log, 500).every(({ outcome, latencyMs }) => outcome === "timeout" && latencyMs >= 1_000 && latencyMs < 1_003));
  });

  it("shows a step in its time series", async () => {
    const result = await run((sentMs) => (sentMs < 1_000 ? 1 : 50), { durationMs: 2_000 });
    const series = seriesOf(result.log, 100);
    assert.equal(series.length, 20);
    series.forEach(({ fromMs, intended, ok, p50Ms = NaN }) => {
      assert.deepEqual([intended, ok], [50, 50]);
      isWithin(p50Ms, fromMs < 1_000 ? 1 : 50, 0.001, `at ${fromMs}`);
    });
  });
});

describe("open loop driver's own health", () => {
  it("is void when it lagged, and says by how much", async () => {
    // A driver that stands still for 30 ms every 200 ms beside a server that answers at once.
    const result = await run(() => 1, { clock: new VirtualClock((atMs) => Math.max(0, 30 - (atMs % 200))) });
    assert.match(result.void ?? "", /^driver lagged: .* more than 2\d\.\d ms late/);
  });

  it("makes every latency larger by its lag, if anything: such a run may still show that a limit is kept", async () => {
    const stalls = stallingServer(100, 1_000);
    const sound = await run(stalls);
    for (const clock of [new VirtualClock(() => 5), new VirtualClock((atMs) => Math.max(0, 130 - (atMs % 1_000)))]) {
      const late = await run(stalls, { clock, timeoutMs: 5_000, thresholdMs: 10 });
      assert.match(voidMarksOf(late).voidBecause ?? "", /^driver lagged/);
      assert.equal(voidMarksOf(late).isUpperBound, true);
      const before = [...sound.log];
      const smaller = [...late.log].filter(({ latencyMs }, index) => latencyMs < (before[index]?.latencyMs ?? Infinity) - 1e-6);
      assert.deepEqual(smaller, []);
    }
    assert.deepEqual(voidMarksOf(sound), {});
  });

  it("is not void for a lag that is small beside the latency", async () => {
    const result = await run(stallingServer(100, 1_000), { clock: new VirtualClock(() => 5) });
    assert.equal(result.void, undefined);
    // The same lag beside a threshold of 10 ms would make a target fail for its driver.
    const { log, intended } = result;
    const judged = summarize({ log, intended, startedAtMs: 0, connectionsOpened: 0, thresholdMs: 10 });
    assert.match(judged.void ?? "", /^driver lagged/);
  });

  it("is void when it ran out of connections", async () => {
    let busy = 0;
    const clock = new VirtualClock();
    const transport: Transport = {
      send(ended) {
        if (busy === 10) return "saturated";
        busy++;
        clock.at(clock.nowMs() + 100, () => {
          busy--;
          ended("ok", undefined);
        });
        return () => undefined;
      },
    };
    const result = await run(() => 0, { clock, transport, durationMs: 1_000 });
    assert.match(result.void ?? "", /^driver saturated: 4\d\d of 500 requests/);
    // What was not sent might have taken any time.
    assert.equal(voidMarksOf(result).isUpperBound, undefined);
    assert.equal(result.counts.ok + result.counts.saturated, 500);
    assert.equal(result.latency.n, result.counts.ok);
  });

  it("does not send what is already past its time, and is void", async () => {
    let sent = 0;
    const server: SimulatedServer = () => {
      sent++;
      return 1;
    };
    const result = await run(server, { clock: new VirtualClock((atMs) => (atMs >= 1_000 && atMs < 1_010 ? 500 : 0)), timeoutMs: 100, durationMs: 3_000 });
    assert.equal(result.counts.saturated, 1_500 - sent);
    assert.ok(sent > 1_200 && sent < 1_350, `${sent}`);
    assert.match(result.void ?? "", /already too late/);
  });

  it("is void when it was aborted, ends at once and gives up what was in flight", async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    clock.at(1_000, () => controller.abort());
    let cancelled = 0;
    const transport: Transport = { send: () => () => void cancelled++ };
    const result = await run(() => 0, { clock, transport, signal: controller.signal, durationMs: 5_000 });
    assert.match(result.void ?? "", /^aborted/);
    assert.equal(result.counts.aborted, cancelled);
    assert.ok(cancelled >= 499 && cancelled <= 501, `${cancelled}`);
    const before = await run(() => 0, { signal: AbortSignal.abort() });
    assert.match(before.void ?? "", /^aborted: 10000 of 10000 requests were not sent/);
  });
});

describe("open loop schedule", () => {
  const all = (options: ScheduleOptions): number[] => {
    const schedule = createSchedule(options);
    return Array.from({ length: schedule.count }, () => schedule.next() ?? NaN);
  };
  const coefficientOfVariation = (timesMs: readonly number[]): number => {
    const gaps = timesMs.slice(1).map((atMs, index) => atMs - (timesMs[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
  };

  for (const ratePerSecond of [10, 333, 5_000]) {
    it(`keeps ${ratePerSecond}/s within 0.5 % and in order`, () => {
      for (const arrivals of ["uniform", "poisson"] as const) {
        const timesMs = all({ ratePerSecond, arrivals, durationMs: 20_000, seed: 7 });
        isWithin(timesMs.length / 20, ratePerSecond, 0.005, arrivals);
        assert.ok(timesMs.every((atMs, index) => atMs >= (timesMs[index - 1] ?? 0) && atMs <= 20_000));
      }
    });
  }

  it("has even gaps, or exponential ones", () => {
    const options = { ratePerSecond: 1_000, durationMs: 20_000, seed: 7 };
    assert.ok(coefficientOfVariation(all({ ...options, arrivals: "uniform" })) < 0.001);
    const poisson = all({ ...options, arrivals: "poisson" });
    isWithin(coefficientOfVariation(poisson), 1, 0.05, "coefficient of variation");
    // P(gap > 1 mean) = 1/e, and the arrivals do not thin out towards the end.
    const long = poisson.filter((atMs, index) => atMs - (poisson[index - 1] ?? 0) > 1).length;
    isWithin(long / poisson.length, 1 / Math.E, 0.03, "gaps beyond the mean");
    isWithin(poisson.filter((atMs) => atMs > 10_000).length, 10_000, 0.03, "second half");
  });

  it("goes evenly from one rate to another", () => {
    for (const [from, to] of [[100, 900], [900, 100], [0, 1_000]] as const) {
      for (const arrivals of ["uniform", "poisson"] as const) {
        const timesMs = all({ ratePerSecond: from, rampToPerSecond: to, arrivals, durationMs: 20_000, seed: 7 });
        assert.equal(timesMs.length, 10 * (from + to));
        assert.ok(timesMs.every((atMs, index) => atMs >= (timesMs[index - 1] ?? 0) && atMs <= 20_000));
        // The first half has the mean of the first and the middle rate.
        const half = timesMs.filter((atMs) => atMs < 10_000).length;
        isWithin(half, (10 * (from + (from + to) / 2)) / 2, 0.04, `${from} to ${to}, ${arrivals}`);
      }
    }
  });

  it("is the same for the same seed and another for another", () => {
    const options = { ratePerSecond: 100, arrivals: "poisson", durationMs: 1_000, seed: 1 } as const;
    assert.deepEqual(all(options), all(options));
    assert.notDeepEqual(all(options), all({ ...options, seed: 2 }));
  });

  it("refuses a run without requests or with too many", () => {
    for (const ratePerSecond of [0, -1, NaN, Infinity, 1e9]) {
      assert.throws(() => createSchedule({ ratePerSecond, arrivals: "uniform", durationMs: 1_000, seed: 1 }), /expected 1 to/);
    }
  });
});

describe("latency histogram", () => {
  it("merges exactly", () => {
    const parts = Array.from({ length: 4 }, () => new LatencyHistogram());
    const whole = new LatencyHistogram();
    for (let index = 0; index < 10_000; index++) {
      const durationMs = (index * 7_919) % 70_000 / 1_000;
      whole.recordMs(durationMs);
      parts[index % 4]?.recordMs(durationMs);
    }
    const merged = new LatencyHistogram();
    for (const part of parts) merged.merge(part);
    assert.deepEqual(merged.percentiles(), whole.percentiles());
    assert.equal(merged.n, 10_000);
  });

  it("is within a thousandth of the exact percentile, and says when it is empty", () => {
    const histogram = new LatencyHistogram();
    for (let us = 7; us <= 70_000; us += 7) histogram.recordMs(us / 1_000);
    isWithin(histogram.percentileMs(99), 69.3, 0.001, "p99");
    assert.equal(histogram.samplesMs(512).length, 512);
    assert.ok(Number.isNaN(new LatencyHistogram().percentiles().p99Ms));
    assert.deepEqual(new LatencyHistogram().samplesMs(5), []);
  });

  it("keeps what is out of range at its edge", () => {
    const histogram = new LatencyHistogram();
    for (const durationMs of [-1, 1e12]) histogram.recordMs(durationMs);
    assert.equal(histogram.n, 2);
    assert.equal(histogram.percentileMs(0), 0);
  });
});

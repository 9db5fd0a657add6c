// The calibration's cases on a virtual clock: the open loop must give their arithmetic, and a driver that omits what it did
// not send must be found out.
import assert from "node:assert/strict";
import { drive, type Transport } from "../open-loop/drive.js";
import { summarize, type OpenLoopResult } from "../open-loop/result.js";
import { createSchedule } from "../open-loop/schedule.js";
import { simulatedTransport, VirtualClock } from "../open-loop/simulation.js";
import { calibrationCases, hogCase, type CalibrationCase } from "./cases.js";
import { judgeBesideHogs, judgeReading, verdictOf, type JudgedReading } from "./judge.js";
import { readingOf } from "./ours.js";
import { answersOf } from "./server-model.js";
import { calibrationChart, calibrationTable } from "./table.js";

const seed = 1;

async function simulate(one: CalibrationCase, clock = new VirtualClock(), transportOf = simulatedTransport): Promise<OpenLoopResult> {
  const schedule = createSchedule({ ...one, seed });
  const log = drive({ schedule, clock, transport: transportOf(clock, answersOf(one.server)), timeoutMs: one.timeoutMs });
  clock.run();
  return summarize({ log: await log, intended: schedule.count, startedAtMs: 0, connectionsOpened: 0 });
}

async function judged(one: CalibrationCase, result?: OpenLoopResult): Promise<JudgedReading> {
  return judgeReading(one, readingOf(result ?? (await simulate(one)), one.truths.map(({ name }) => name)), true);
}

/** A closed loop of a single connection: it does not send while it waits, and so never sees what a stall does to others. */
function closedTransport(clock: VirtualClock, server: (sentMs: number) => number): Transport {
  let freeMs = 0;
  return {
    send(ended) {
      const sentMs = Math.max(freeMs, clock.nowMs());
      const takesMs = server(sentMs);
      // Timed from the real sending, as closed loops do: the wait before it is left out.
      const shownMs = clock.nowMs() + takesMs;
      freeMs = sentMs + takesMs;
      if (takesMs !== Infinity) clock.at(shownMs, () => ended("ok"));
      return () => undefined;
    },
  };
}

describe("calibration on a virtual clock", () => {
  for (const one of calibrationCases) {
    it(`is right about ${one.id}: ${one.title}`, async () => {
      const reading = await judged(one);
      assert.deepEqual([reading.verdict, reading.reason], ["right", undefined], JSON.stringify(reading.truths));
    });
  }

  it("finds out a driver that leaves out what it did not send", async () => {
    const stall = calibrationCases.find(({ id }) => id === "stall");
    assert.ok(stall !== undefined);
    const reading = await judged(stall, await simulate(stall, new VirtualClock(), closedTransport));
    assert.equal(reading.verdict, "wrong");
    assert.match(reading.reason ?? "", /p99/);
  });

  it("finds out a driver that paces where it should be random", async () => {
    const random = calibrationCases.find(({ id }) => id === "queue.poisson");
    assert.ok(random !== undefined);
    const reading = await judged(random, await simulate({ ...random, arrivals: "uniform" }));
    assert.deepEqual([reading.verdict, reading.reason], ["wrong", "off at mean"]);
  });

  it("sees the slow mode of the bimodal server in each of 20 random schedules", async () => {
    const bimodal = calibrationCases.find(({ id }) => id === "bimodal");
    assert.ok(bimodal !== undefined);
    for (let other = 1; other <= 20; other++) {
      const schedule = createSchedule({ ...bimodal, arrivals: "poisson", seed: other });
      const clock = new VirtualClock();
      const log = drive({ schedule, clock, transport: simulatedTransport(clock, answersOf(bimodal.server)), timeoutMs: bimodal.timeoutMs });
      clock.run();
      const result = summarize({ log: await log, intended: schedule.count, startedAtMs: 0, connectionsOpened: 0 });
      assert.ok(Math.abs(result.latency.percentileMs(99.5) - 200) < 0.5);
    }
  });
});

describe("calibration beside hogs", () => {
  it("is right when the driver says that it lagged, and wrong when it gives its lag as the target's", async () => {
    // Held up for 30 ms in every 200.
    const lagging = await simulate(hogCase, new VirtualClock((atMs) => Math.max(0, 30 - (atMs % 200))));
    const said = judgeBesideHogs(await judged(hogCase, lagging));
    assert.equal(said.verdict, "right");
    assert.match(said.reason ?? "", /^void, as it must be: driver lagged/);
    const { void: _, ...silent } = lagging;
    assert.match(judgeBesideHogs(await judged(hogCase, silent)).reason ?? "", /own lag was taken for the target's/);
    assert.equal(judgeBesideHogs(await judged(hogCase)).verdict, "void");
  });
});

describe("calibration's verdict and table", () => {
  it("is right only when every case of ours is", async () => {
    const right = await Promise.all(calibrationCases.slice(0, 2).map((one) => judged(one)));
    const [first] = right;
    assert.ok(first !== undefined);
    assert.equal(verdictOf(right), "right");
    assert.equal(verdictOf([]), "void");
    assert.equal(verdictOf([...right, { ...first, verdict: "void" }]), "void");
    assert.equal(verdictOf([...right, { ...first, verdict: "wrong" }]), "wrong");
    assert.equal(verdictOf([...right, { ...first, verdict: "wrong", isOurs: false }]), "right");
  });

  it("is never right by saying nothing", () => {
    const [one] = calibrationCases;
    assert.ok(one !== undefined);
    const reading = judgeReading(one, { driver: "mute", n: 0, values: {} }, false);
    assert.equal(reading.verdict, "wrong");
    assert.match(calibrationTable([reading]), /not told/);
  });

  it("shows every driver's error, and leaves void ones out of the chart", async () => {
    const [one] = calibrationCases;
    assert.ok(one !== undefined);
    const ours = await judged(one);
    const void_: JudgedReading = { ...ours, driver: "other", isOurs: false, verdict: "void", reason: "it lagged" };
    const chart = calibrationChart([ours, void_]);
    assert.deepEqual(chart.groups, ["stall p95", "stall p99", "stall p99.9", "stall rate"]);
    assert.ok(chart.series[0]?.values.every((value) => value !== null && Math.abs(value) < 5));
    assert.deepEqual(chart.series[1]?.values, [null, null, null, null]);
    assert.match(calibrationTable([ours, void_]), /stall +open loop +p50/);
  });
});

// Runs the calibration: each case's server in a process of its own, each driver on it, one after the other.
import { availableParallelism } from "node:os";
import { calibrationCases, hogCase, hogsPerCore, type CalibrationCase } from "./cases.js";
import { judgeBesideHogs, judgeReading, type JudgedReading } from "./judge.js";
import { startCalibrationServer, startHogs } from "./processes.js";
import type { CalibratedDriver, CaseRun, Reading } from "./reading.js";

export interface CalibrateOptions {
  readonly drivers: readonly CalibratedDriver[];
  /** Ids of cases, "hog" among them; empty for all. */
  readonly only: readonly string[];
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onReading: (judged: JudgedReading) => void;
}

/**
 * A server that was later than its model says by this much, ms at p99, can itself be why a reading is off: the cases allow
 * 1.5 ms and more, and this is the smallest part of it that matters. A reading that is right all the same is right.
 */
const serverLateMs = 0.75;

/** Every id that `only` may name. */
export const caseIds: readonly string[] = [...calibrationCases.map(({ id }) => id), hogCase.id];

/** @returns all readings, judged, in order */
export async function calibrate({ drivers, only, seed, signal, onReading }: CalibrateOptions): Promise<readonly JudgedReading[]> {
  const all: JudgedReading[] = [];
  const told = (judged: JudgedReading | undefined): void => {
    if (judged === undefined) return;
    all.push(judged);
    onReading(judged);
  };
  for (const one of [...calibrationCases, hogCase]) {
    if (only.length > 0 && !only.includes(one.id)) continue;
    for (const driver of drivers) {
      if (signal.aborted || (!driver.isOurs && !one.isCompared)) continue;
      told(one === hogCase ? await besideHogs(driver, seed) : await readCase(one, driver, seed));
    }
  }
  return all;
}

function caseRunOf({ ratePerSecond, arrivals, durationMs, timeoutMs, warmUpMs, truths }: CalibrationCase, url: string, seed: number): CaseRun {
  return { url, ratePerSecond, arrivals, durationMs, timeoutMs, seed, wanted: truths.map(({ name }) => name), ...(warmUpMs === undefined ? {} : { warmUpMs }) };
}

async function readCase(one: CalibrationCase, driver: CalibratedDriver, seed: number): Promise<JudgedReading | undefined> {
  const server = await startCalibrationServer(one.server);
  let reading: Reading | undefined;
  let lateP99Ms = 0;
  try {
    reading = await driver.read(caseRunOf(one, server.url, seed));
  } finally {
    ({ lateP99Ms } = await server.stop());
  }
  if (reading === undefined) return undefined;
  const judged = judgeReading(one, { ...reading, driver: driver.name }, driver.isOurs);
  if (judged.verdict !== "wrong" || lateP99Ms <= serverLateMs) return judged;
  return { ...judged, verdict: "void", reason: `${judged.reason ?? ""}, and the machine was too busy for the calibration server, which answered 1 % more than ${lateP99Ms.toFixed(1)} ms late` };
}

async function besideHogs(driver: CalibratedDriver, seed: number): Promise<JudgedReading | undefined> {
  const stop = await startHogs(hogsPerCore * availableParallelism(), hogCase.durationMs * 4);
  const server = await startCalibrationServer(hogCase.server);
  try {
    const reading = await driver.read(caseRunOf(hogCase, server.url, seed));
    // Here the server is late by design, and the driver alone must notice what it itself cannot vouch for.
    return reading === undefined ? undefined : judgeBesideHogs(judgeReading(hogCase, { ...reading, driver: driver.name }, driver.isOurs));
  } finally {
    await server.stop();
    await stop();
  }
}

// edgemark calibrate: measures the load drivers themselves, on servers whose true percentiles follow from arithmetic.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { didYouMean, EdgemarkError, exitCodes, messageOf } from "../contract/errors.js";
import { calibrate, caseIds } from "../load/calibration/calibrate.js";
import { verdictOf, type JudgedReading } from "../load/calibration/judge.js";
import { ourDriver } from "../load/calibration/ours.js";
import type { CalibratedDriver } from "../load/calibration/reading.js";
import { k6Driver } from "../load/calibration/k6-driver.js";
import { autocannonDriver } from "../load/calibration/rivals.js";
import { calibrationChart, calibrationTable } from "../load/calibration/table.js";
import { findK6 } from "../load/k6/program.js";
import { calibrationSvg } from "./calibrate-chart.js";
import { listOf, numberBetween, type CommandSpec } from "./command.js";
import { listenForInterruption } from "./interruption.js";
import type { CommandIo } from "./io.js";

interface CalibrateSettings {
  readonly only: readonly string[];
  readonly threads: number;
  readonly seed: number;
  readonly isOursOnly: boolean;
  readonly isJson: boolean;
  /** File of the drawing. */
  readonly chartFile?: string;
}

export const calibrateCommand: CommandSpec = {
  name: "calibrate",
  summary: "Measures the load drivers on servers whose true percentiles are known, and shows each driver's error.",
  options: [
    { flags: "--only <ids>", words: `these cases only, comma separated (default: all of ${caseIds.join(", ")})`, parse: listOf },
    { flags: "--ours", words: "our driver only, without autocannon and k6 (default: all)" },
    { flags: "--threads <number>", words: "threads of our driver (default: 1)", parse: numberBetween(1, 64, { isWhole: true }) },
    { flags: "--seed <number>", words: "seed of random arrivals (default: 1)", parse: numberBetween(0, 2 ** 32 - 1, { isWhole: true }) },
    { flags: "--chart <file>", words: "draw the errors into this SVG file (default: none)" },
    { flags: "--json", words: "one JSON object on stdout: {verdict, readings, chart, conditions} (default: off)" },
  ],
  examples: [
    ["edgemark calibrate", "every case and driver, about five minutes"],
    ["edgemark calibrate --ours --only stall,hog", "the stall, and the verdict beside a CPU hog"],
    ["edgemark calibrate --json > calibration.json", "with the definition of the chart"],
  ],
  exitCodes: `Exit codes:
  0  our driver is right in every case
  1  it is wrong in one
  2  wrong usage
  3  interrupted, or the harness broke
  4  inconclusive: the machine was too busy for the driver or the server`,
  run: (given, _args, io) =>
    runCalibration(
      {
        only: (given["only"] as readonly string[] | undefined) ?? [],
        threads: (given["threads"] as number | undefined) ?? 1,
        seed: (given["seed"] as number | undefined) ?? 1,
        isOursOnly: given["ours"] === true,
        isJson: given["json"] === true,
        ...(typeof given["chart"] === "string" ? { chartFile: given["chart"] } : {}),
      },
      io,
    ),
};

/**
 * Runs the calibration and prints it.
 * @returns the exit code, by our driver alone
 * @throws EdgemarkError usage.flag for a case that does not exist
 */
export async function runCalibration({ only, threads, seed, isOursOnly, isJson, chartFile }: CalibrateSettings, io: CommandIo): Promise<number> {
  for (const id of only) {
    if (caseIds.includes(id)) continue;
    throw new EdgemarkError("usage.flag", `the id of a case expected; ${id} is none; ${didYouMean(id, caseIds, `there are ${caseIds.join(", ")}`)}`);
  }
  const interruption = listenForInterruption(io);
  const loadAverageBefore = loadavg()[0] ?? 0;
  try {
    const drivers = [ourDriver(threads), ...(isOursOnly ? [] : await rivals((words) => io.err(`${words}\n`)))];
    const readings = await calibrate({
      drivers,
      only,
      seed,
      signal: interruption.signal,
      onReading: ({ caseId, driver, verdict, reason }) => io.err(`${caseId}, ${driver}: ${verdict}${reason === undefined ? "" : ` (${reason})`}\n`),
    });
    const verdict = verdictOf(readings);
    if (chartFile !== undefined) writeChart(chartFile, calibrationSvg(calibrationChart(readings)));
    const conditions = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version, loadAverageBefore, seed, threads };
    if (isJson) io.out(`${JSON.stringify({ verdict, readings, chart: calibrationChart(readings), conditions })}\n`);
    else io.out(`${calibrationTable(readings)}\n${inWords(readings)}\n`);
    if (interruption.signal.aborted) return exitCodes.error;
    return { right: exitCodes.held, wrong: exitCodes.failed, void: exitCodes.inconclusive }[verdict];
  } finally {
    interruption.stop();
  }
}

function writeChart(file: string, svg: string): void {
  try {
    writeFileSync(file, svg);
  } catch (cause) {
    throw new EdgemarkError("usage.output", `a file that can be written expected; ${file} cannot (${messageOf(cause)}); choose another with --chart`, { cause });
  }
}

/** k6 is shown where it is installed. */
async function rivals(say: (words: string) => void): Promise<readonly CalibratedDriver[]> {
  const k6 = await findK6().catch((error: unknown) => say(`k6 is left out: ${messageOf(error)}`));
  return [autocannonDriver("autocannon", true), autocannonDriver("autocannon, uncorrected", false), ...(k6 === undefined ? [] : [k6Driver(k6)])];
}

function inWords(readings: readonly JudgedReading[]): string {
  const ours = readings.filter(({ isOurs }) => isOurs);
  const of = (verdict: string): number => ours.filter((one) => one.verdict === verdict).length;
  const cpu = ours.filter(({ caseId }) => caseId.startsWith("rate.")).map(({ caseId, cpuUsPerRequest = NaN }) => `${caseId.slice(5)}/s costs ${cpuUsPerRequest.toFixed(0)} us of processor time a request`);
  const words = `Our driver: ${of("right")} cases right, ${of("wrong")} wrong, ${of("void")} void.`;
  return cpu.length === 0 ? words : `${words} ${cpu.join("; ")}.`;
}

// The calibration as a table for a terminal, and as the definition of a chart that others draw.
import type { JudgedReading, JudgedTruth } from "./judge.js";

/** One line for each truth of each reading. */
export function calibrationTable(all: readonly JudgedReading[]): string {
  const header = row(["case", "driver", "what", "truth", "measured", "error", "allowed", "verdict"]);
  const lines = all.flatMap((judged) => [
    ...judged.truths.map((truth, index) =>
      row([
        index === 0 ? judged.caseId : "",
        index === 0 ? judged.driver : "",
        truth.name,
        figure(truth.truth, truth),
        truth.measured === undefined ? "not told" : figure(truth.measured, truth),
        errorInWords(truth),
        figure(truth.allowed, truth),
        index === 0 ? `${judged.verdict}${judged.isOurs ? "" : " (only shown)"}` : "",
      ]),
    ),
    ...(judged.reason === undefined || judged.verdict === "wrong" ? [] : [`    ${judged.reason}\n`]),
  ]);
  return `${header}${lines.join("")}`;
}

const widths = [14, 26, 9, 10, 10, 9, 9, 0];

function row(cells: readonly string[]): string {
  return `${cells.map((cell, index) => (index >= 3 && index <= 6 ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0))).join(" ").trimEnd()}\n`;
}

function figure(value: number, { name }: JudgedTruth): string {
  if (name === "timeouts") return `${(100 * value).toFixed(2)} %`;
  return name === "rate" ? `${value.toFixed(1)}/s` : `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

function errorInWords({ errorRatio, measured, truth, name }: JudgedTruth): string {
  if (measured === undefined) return "";
  if (errorRatio === undefined) return name === "timeouts" ? "" : `+${(measured - truth).toFixed(1)} ms`;
  const percent = 100 * errorRatio;
  return `${percent >= 0 ? "+" : ""}${Math.abs(percent) < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** A chart as data: bars in groups, a series for each driver. */
export interface CalibrationChart {
  readonly kind: "grouped-bars";
  readonly title: string;
  readonly unit: "%";
  /** Case and figure, for example "stall p99". */
  readonly groups: readonly string[];
  /** A value for each group, in per cent of the truth; null where the driver says nothing or must not be used. */
  readonly series: readonly { readonly name: string; readonly isOurs: boolean; readonly values: readonly (number | null)[] }[];
  /** Half the width of the band around 0 that is allowed, for each group, in per cent. */
  readonly allowed: readonly number[];
}

/** @returns the errors of all drivers as a chart; figures whose truth is 0 have no relative error and are left out */
export function calibrationChart(all: readonly JudgedReading[]): CalibrationChart {
  const groups = new Map<string, number>();
  for (const { caseId, truths } of all) {
    for (const { name, truth, allowed } of truths) if (truth > 0) groups.set(`${caseId} ${name}`, (100 * allowed) / truth);
  }
  const drivers = [...new Map(all.map(({ driver, isOurs }) => [driver, isOurs]))];
  const valueOf = (driver: string, group: string): number | null => {
    for (const judged of all) {
      if (judged.driver !== driver || judged.verdict === "void") continue;
      const found = judged.truths.find(({ name }) => `${judged.caseId} ${name}` === group);
      if (found?.errorRatio !== undefined) return Math.round(10_000 * found.errorRatio) / 100;
    }
    return null;
  };
  return {
    kind: "grouped-bars",
    title: "Error of each driver on servers whose latency is known",
    unit: "%",
    groups: [...groups.keys()],
    series: drivers.map(([name, isOurs]) => ({ name, isOurs, values: [...groups.keys()].map((group) => valueOf(name, group)) })),
    allowed: [...groups.values()],
  };
}

// Which numbers of a result document can be compared from run to run, and under which conditions.
import type { Measurement, ResultDocument } from "../../contract/result/document.js";
import type { Direction } from "./types.js";

export interface Metric {
  readonly id: string;
  readonly unit: string;
  readonly direction: Direction;
  /** Absent when it must not be judged. */
  readonly value?: number;
  /** Why there is no value. */
  readonly voidBecause?: string;
}

/** Fewer samples have no 99th percentile: it would be the largest of them. */
const fewestForP99 = 100;

/** Times and sizes get better downwards, rates upwards; a count or a share may mean either, and is not compared. */
const directions: Readonly<Partial<Record<Measurement["unit"], Direction>>> = { ms: "lower", us: "lower", s: "lower", bytes: "lower", MB: "lower", "requests/s": "higher" };

/** @returns the value of each measurement that has a better and a worse, and its 99th percentile where there are samples for one */
export function metricsOf(document: ResultDocument): readonly Metric[] {
  return Object.values(document.measurements).flatMap(({ id, unit, value, n, percentiles, voidBecause }): Metric[] => {
    const direction = directions[unit];
    if (direction === undefined) return [];
    const metric = (name: string, number: number): Metric => ({
      id: name,
      unit,
      direction,
      ...(voidBecause !== undefined ? { voidBecause } : Number.isFinite(number) && Number.isFinite(n) && n > 0 ? { value: number } : { voidBecause: "it has no sample" }),
    });
    const p99 = percentiles?.["p99"];
    return [metric(id, value), ...(p99 === undefined || n < fewestForP99 ? [] : [metric(`${id} p99`, p99)])];
  });
}

/** What must be equal for numbers to be comparable: [name, value]. Edgemark's own version is what may be compared. */
function conditionsOf({ environment, target, run }: ResultDocument): readonly (readonly [name: string, value: string])[] {
  return [
    ["processor", environment.cpu],
    ["cores", String(environment.cores)],
    // The kernel keeps a little for itself, a little more after an update.
    ["memory", `${Math.round(environment.memoryMb / 512) / 2} GB`],
    ["kernel", environment.kernel],
    ["Node.js", environment.node],
    ["platform", environment.platform],
    ["profile", run.profile],
    ["time scale", String(target.timeScale)],
    ["PoPs", String(target.pops.length)],
  ];
}

/** @returns each condition in which two runs differ, in words; empty when their numbers may be compared */
export function differencesBetween(a: ResultDocument, b: ResultDocument): readonly string[] {
  const others = new Map(conditionsOf(b));
  return conditionsOf(a).flatMap(([name, value]) => (others.get(name) === value ? [] : [`${name}: ${value} and ${others.get(name) ?? ""}`]));
}

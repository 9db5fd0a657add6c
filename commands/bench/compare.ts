// How often a comparison alarms falsely, and how often it finds a slowdown of 20 %: on real sockets, with servers whose
// latency is known, so that the truth is.
import { runOpenLoop } from "../../load/open-loop/open-loop.js";
import { startCalibrationServer, type CalibrationServer } from "../../load/calibration/processes.js";
import type { ComparedMetric } from "../../reports/comparison/types.js";
import { usualMinEffectPercent } from "../compare.js";
import { measurePairs, numbersOf, verdictOfMetrics, type SliceAddress, type SliceNumbers } from "../compare/pairs.js";
import type { CommandIo } from "../io.js";
import { seededRandom } from "../../contract/random.js";
import type { Figure } from "./figure.js";

export interface CompareFigureOptions {
  /** Comparisons of two equal servers; half as many more with one that is slower. */
  readonly comparisons: number;
  readonly pairs: number;
  readonly sliceMs: number;
}

/** Two hundred and a hundred comparisons of twelve pairs, with what a slice takes to begin: the better part of an hour. */
export const usualCompareFigures: CompareFigureOptions = { comparisons: 200, pairs: 12, sliceMs: 200 };

const latencyMs = 5;
const slowdown = 1.2;
const ratePerSecond = 400;

/** @returns three figures: false alarms, slowdowns found, and slowdowns that were called a speed-up */
export async function compareFigures(options: CompareFigureOptions, io: Pick<CommandIo, "err">): Promise<readonly Figure[]> {
  const servers: CalibrationServer[] = [];
  try {
    for (const model of [latencyMs, latencyMs, latencyMs * slowdown]) servers.push(await startCalibrationServer({ kind: "constant", latencyMs: model }));
    const [same, other, slow] = servers.map(({ url }): SliceAddress => ({ url, host: "compare", path: "/" }));
    if (same === undefined || other === undefined || slow === undefined) throw new TypeError("three servers expected");
    const measure = async (address: SliceAddress, seed: number): Promise<SliceNumbers> => numbersOf(await runOpenLoop({ ...address, ratePerSecond, arrivals: "poisson", durationMs: options.sliceMs, seed, timeoutMs: 5_000, connections: { max: 200 } }));
    const equal: (readonly ComparedMetric[])[] = [];
    const slower: (readonly ComparedMetric[])[] = [];
    for (let index = 0; index < options.comparisons; index++) {
      const random = seededRandom(index + 1);
      const compared = async (b: SliceAddress): Promise<readonly ComparedMetric[]> => (await measurePairs([{ id: "constant", a: same, b }], { pairs: options.pairs, minEffect: usualMinEffectPercent / 100, random, measure })).metrics;
      equal.push(await compared(other));
      if (index % 2 === 0) slower.push(await compared(slow));
      if ((index + 1) % 20 === 0) io.err(`${index + 1} of ${options.comparisons} comparisons\n`);
    }
    return figuresOf(equal, slower, options);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** The figures of comparisons between equal servers, and of those with a slower one. */
export function figuresOf(equal: readonly (readonly ComparedMetric[])[], slower: readonly (readonly ComparedMetric[])[], { pairs, sliceMs }: Pick<CompareFigureOptions, "pairs" | "sliceMs">): readonly Figure[] {
  const having = (all: readonly (readonly ComparedMetric[])[], ...wanted: readonly ComparedMetric["verdict"][]): number => all.filter((metrics) => metrics.some(({ verdict }) => wanted.includes(verdict))).length;
  const detailOf = (all: readonly (readonly ComparedMetric[])[]): string => {
    const lost = all.flat().reduce((sum, one) => sum + one.lostPairs, 0) / Math.max(1, all.flat().length);
    const words = (["worse", "better", "same", "cannot tell"] as const).map((verdict) => `${all.filter((metrics) => verdictOfMetrics(metrics) === verdict).length} ${verdict}`);
    return `${words.join(", ")}; ${pairs} pairs of ${sliceMs} ms, ${lost.toFixed(1)} lost to a driver that lagged`;
  };
  const [alarms, found, wrong] = [having(equal, "worse", "better") / equal.length, having(slower, "worse") / slower.length, having(slower, "better")];
  return [
    { id: "bench.compare.alarms", value: alarms, unit: "ratio", n: equal.length, goal: "false alarms in at most 5 % of comparisons of equals", held: equal.length > 0 && alarms <= 0.05, detail: detailOf(equal) },
    { id: "bench.compare.found", value: found, unit: "ratio", n: slower.length, goal: "+20 % found in at least 90 %", held: slower.length > 0 && found >= 0.9, detail: detailOf(slower) },
    { id: "bench.compare.wrong", value: wrong, unit: "count", n: slower.length, goal: "+20 % never called a speed-up", held: slower.length > 0 && wrong === 0, detail: detailOf(slower) },
  ];
}

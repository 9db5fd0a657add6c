// Change points of a series by E-divisive: the series is cut where it differs most, each part again, as long as the cut is
// more than chance. Chance is judged by permutations, which know no distribution; nights with a neighbour have none.
import { seededRandom } from "../../contract/random.js";
import { bestSplit, type Split, type Tail } from "./divergence.js";
import { shuffle } from "./random.js";

export interface ChangePoint {
  /** First value after the change. */
  readonly index: number;
  readonly divergence: number;
  readonly p: number;
}

export interface ChangePointOptions {
  /** A cut is kept when chance makes one as large with at most this probability. */
  readonly alpha: number;
  readonly seed: number;
  /** Permutations of a test. Default: as many as alpha needs. */
  readonly permutations?: number;
  /** Default any. */
  readonly tail?: Tail;
}

/** Tests of a cut that is kept go through all of them: the time of 20,000 on a year of nights is seconds. */
const mostPermutations = 20_000;

/**
 * @param values in the order of time
 * @returns the change points, ascending
 */
export function changePoints(values: readonly number[], options: ChangePointOptions): readonly ChangePoint[] {
  const { alpha, seed, tail = "any" } = options;
  const permutations = options.permutations ?? Math.min(mostPermutations, Math.ceil(4 / alpha));
  const series = Float64Array.from(values);
  const random = seededRandom(seed);
  let found: readonly ChangePoint[] = [];
  for (;;) {
    const bounds = [0, ...found.map(({ index }) => index), series.length];
    const best = bestOf(series, bounds, tail);
    if (best === undefined) return found;
    const p = chanceOf(best.divergence, series, bounds, { permutations, alpha, tail, random });
    if (p > alpha) return found;
    found = [...found, { ...best, p }].sort((a, b) => a.index - b.index);
  }
}

/** The largest cut in any part. */
function bestOf(series: Float64Array, bounds: readonly number[], tail: Tail): Split | undefined {
  let best: Split | undefined;
  for (let part = 0; part + 1 < bounds.length; part++) {
    const split = bestSplit(series, bounds[part] ?? 0, bounds[part + 1] ?? 0, tail);
    if (split !== undefined && (best === undefined || split.divergence > best.divergence)) best = split;
  }
  return best;
}

interface Chance {
  readonly permutations: number;
  readonly alpha: number;
  readonly tail: Tail;
  readonly random: () => number;
}

/**
 * How probable a cut this large is when the order within each part means nothing. The series itself is one of the orders, so
 * that p is never 0; a test that can no longer come below alpha ends early, with the p that is certain by then.
 */
function chanceOf(divergence: number, series: Float64Array, bounds: readonly number[], { permutations, alpha, tail, random }: Chance): number {
  const shuffled = Float64Array.from(series);
  let asLarge = 1;
  for (let done = 0; done < permutations; done++) {
    for (let part = 0; part + 1 < bounds.length; part++) shuffle(shuffled, bounds[part] ?? 0, bounds[part + 1] ?? 0, random);
    const best = bestOf(shuffled, bounds, tail);
    // Sums in another order differ in their last digits.
    if (best !== undefined && best.divergence >= divergence * (1 - 1e-9)) asLarge++;
    if (asLarge / (permutations + 1) > alpha) return asLarge / (done + 2);
  }
  return asLarge / (permutations + 1);
}

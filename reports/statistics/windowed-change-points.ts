// Change points as Apache Otava finds them: E-divisive in sliding windows with Student's t-test, then a second pass that
// takes away what is too weak or too small (Fleming et al., "Hunter", https://doi.org/10.1145/3578244.3583719). It is
// here so that a history can be compared with Otava's answer to the same file, number by number.
import { studentBeyond } from "./distributions.js";
import { bestSplit } from "./divergence.js";

export interface WindowedOptions {
  /** Values in a window, at least 2. */
  readonly window: number;
  readonly mostP: number;
  /** Least relative change, 0.05 for 5 %. */
  readonly leastChange: number;
}

interface Weak {
  readonly index: number;
  readonly p: number;
  /** The larger of the relative changes there and back. */
  readonly change: number;
}

/** @returns the index of the first value after each change, ascending */
export function windowedChangePoints(values: readonly number[], { window, mostP, leastChange }: WindowedOptions): readonly number[] {
  const series = Float64Array.from(values);
  const firstPassP = mostP < 0.05 ? mostP * 10 : mostP < 0.5 ? mostP * 2 : mostP;
  let points = judged([...candidates(series, window, firstPassP)].sort((a, b) => a - b), series);
  for (;;) {
    const weakest = points.reduce<Weak | undefined>((a, b) => (a === undefined || b.p > a.p ? b : a), undefined);
    if (weakest === undefined) return [];
    const smallest = points.reduce((a, b) => (b.change < a.change ? b : a));
    const gone = weakest.p >= mostP ? weakest : smallest.change <= leastChange ? smallest : undefined;
    if (gone === undefined) return points.map(({ index }) => index);
    const at = points.indexOf(gone);
    const left = points.filter((point) => point !== gone);
    // Otava judges only the change after the one that went again; the change before it keeps its figures.
    const again = judged(left.map(({ index }) => index), series);
    points = left.map((point, index) => (index === at ? (again[index] ?? point) : point));
  }
}

/** Every change that a window shows; the next window begins half a window on, or at the last change. */
function candidates(series: Float64Array, window: number, mostP: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let start = 0; start < series.length; ) {
    const inside = divide(series, start, Math.min(start + window, series.length), mostP);
    for (const index of inside) found.add(index);
    start = Math.max(inside.at(-1) ?? 0, start + (window >> 1));
  }
  return found;
}

/** E-divisive with the t-test in one window: stops at the first cut that may be chance. */
function divide(series: Float64Array, from: number, to: number, mostP: number): readonly number[] {
  let found: readonly number[] = [];
  for (;;) {
    const bounds = [from, ...found, to];
    const cuts = bounds.slice(1).flatMap((end, part) => {
      const start = bounds[part] ?? 0;
      const split = bestSplit(series, start, end, "any");
      return split === undefined ? [] : [{ ...split, start, end }];
    });
    const best = cuts.reduce<(typeof cuts)[number] | undefined>((a, b) => (a === undefined || b.divergence > a.divergence ? b : a), undefined);
    // Not a number (two parts without any spread) is no significance.
    if (best === undefined || !(compare(series, best.start, best.index, best.end).p <= mostP)) return found;
    found = [...found, best.index].sort((a, b) => a - b);
  }
}

function judged(indexes: readonly number[], series: Float64Array): readonly Weak[] {
  const bounds = [0, ...indexes, series.length];
  return indexes.map((index, at) => ({ index, ...compare(series, bounds[at] ?? 0, index, bounds[at + 2] ?? 0) }));
}

/** Student's t-test of the values before and after a cut, with the spread of each side divided by its n, as Otava has it. */
function compare(series: Float64Array, from: number, cut: number, to: number): { readonly p: number; readonly change: number } {
  const [left, right] = [momentsOf(series, from, cut), momentsOf(series, cut, to)];
  const freedom = left.n + right.n - 2;
  const pooled = ((left.n - 1) * left.variance + (right.n - 1) * right.variance) / freedom;
  const t = (left.mean - right.mean) / Math.sqrt(pooled * (1 / left.n + 1 / right.n));
  const ratio = (a: number, b: number): number => (a === 0 ? 0 : Math.abs(b / a - 1));
  return { p: freedom > 0 ? studentBeyond(t, freedom) : 1, change: Math.max(ratio(left.mean, right.mean), ratio(right.mean, left.mean)) };
}

function momentsOf(series: Float64Array, from: number, to: number): { readonly n: number; readonly mean: number; readonly variance: number } {
  const part = series.subarray(from, to);
  const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
  return { n: part.length, mean, variance: part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / part.length };
}

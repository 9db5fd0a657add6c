// How much two neighbouring stretches of a series differ: the energy distance of Matteson and James, "A nonparametric
// approach for multiple change point analysis of multivariate data" (https://arxiv.org/abs/1306.4933), with exponent 1.

export interface Split {
  /** First value of the second stretch. */
  readonly index: number;
  readonly divergence: number;
}

/**
 * What the second stretch may be. `any`: ends anywhere, as in the paper, so that a change back does not hide the change there.
 * `whole`: reaches to the end, as MongoDB's implementation has it.
 */
export type Tail = "any" | "whole";

/**
 * The divergence at each split of values[from..to).
 * @returns for each index from + 1 to to - 1 the largest divergence of the values before it from those after it
 */
export function divergences(values: Float64Array, from: number, to: number, tail: Tail): Float64Array {
  const length = to - from;
  // head[k]: sum of the distances among the first k values. row and inside: the same from the split on, built backwards.
  const head = new Float64Array(length + 1);
  for (let k = 1; k <= length; k++) {
    const last = values[from + k - 1] ?? 0;
    let sum = 0;
    for (let i = 0; i < k - 1; i++) sum += Math.abs((values[from + i] ?? 0) - last);
    head[k] = (head[k - 1] ?? 0) + sum;
  }
  const inside = new Float64Array(length + 1);
  const found = new Float64Array(Math.max(0, length - 1));
  for (let split = length - 1; split >= 1; split--) {
    const first = values[from + split] ?? 0;
    const before = head[split] ?? 0;
    let row = 0;
    let best = -Infinity;
    for (let end = split + 1; end <= length; end++) {
      if (end > split + 1) row += Math.abs(first - (values[from + end - 1] ?? 0));
      const after = (inside[end] ?? 0) + row;
      inside[end] = after;
      if (tail === "whole" && end < length) continue;
      const [n, m] = [split, end - split];
      const between = (head[end] ?? 0) - before - after;
      const within = (n > 1 ? (m * before) / (n - 1) : 0) + (m > 1 ? (n * after) / (m - 1) : 0);
      best = Math.max(best, (2 / (n + m)) * (between - within));
    }
    found[split - 1] = best;
  }
  return found;
}

/** The split with the largest divergence; undefined when nothing differs from anything, or there is nothing to split. */
export function bestSplit(values: Float64Array, from: number, to: number, tail: Tail): Split | undefined {
  let best: Split | undefined;
  for (const [offset, divergence] of divergences(values, from, to, tail).entries()) {
    if (divergence > 0 && (best === undefined || divergence > best.divergence)) best = { index: from + offset + 1, divergence };
  }
  return best;
}

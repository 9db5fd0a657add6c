// Shuffling for the statistics: with seeded randomness, a verdict of a night comes out again when the night is judged again.

/** Puts values[from..to) into an order drawn from `random`, in place (Fisher and Yates). */
export function shuffle(values: Float64Array, from: number, to: number, random: () => number): void {
  for (let last = to - 1; last > from; last--) {
    const other = from + Math.floor(random() * (last - from + 1));
    const value = values[last] ?? 0;
    values[last] = values[other] ?? 0;
    values[other] = value;
  }
}

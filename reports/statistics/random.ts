// Seeded randomness of the statistics: a verdict of a night must come out again when the night is judged again.

/**
 * @param seed any integer
 * @returns uniform numbers in [0, 1), the same for the same seed
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Puts values[from..to) into an order drawn from `random`, in place (Fisher and Yates). */
export function shuffle(values: Float64Array, from: number, to: number, random: () => number): void {
  for (let last = to - 1; last > from; last--) {
    const other = from + Math.floor(random() * (last - from + 1));
    const value = values[last] ?? 0;
    values[last] = values[other] ?? 0;
    values[other] = value;
  }
}

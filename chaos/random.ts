// Seeded randomness of chaos: the same seed and the same label draw the same numbers, whatever was drawn before.

/**
 * @param seed the run's seed
 * @param label whose stream it is
 * @returns uniform numbers in [0, 1)
 */
export function randomOf(seed: number, label: string): () => number {
  let state = seed >>> 0;
  for (let index = 0; index < label.length; index++) state = (Math.imul(state ^ label.charCodeAt(index), 0x01000193) + 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** One of them. @throws RangeError when there is none */
export function pick<T>(items: readonly T[], random: () => number): T {
  const found = items[Math.floor(random() * items.length)];
  if (found === undefined) throw new RangeError("something to pick from expected; the list is empty");
  return found;
}

/** @returns a copy in another order */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, at: random() }));
  return keyed.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

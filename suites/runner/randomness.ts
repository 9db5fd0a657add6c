// Seeded randomness: the same seed and the same check draw the same numbers, whatever ran before.
import { createHash, randomBytes } from "node:crypto";

/**
 * @param seed the run's seed
 * @param label whose stream it is: a check's id
 * @returns uniform numbers in [0, 1) (mulberry32)
 */
export function randomOf(seed: number, label: string): () => number {
  let state = createHash("sha256").update(`${seed}:${label}`).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @returns a copy in an order that depends on the seed alone */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const [a, b] = [result[index], result[other]];
    if (a === undefined || b === undefined) continue;
    result[index] = b;
    result[other] = a;
  }
  return result;
}

/**
 * A word of lower-case letters and digits that no other run uses. Not from the seed: a run that is repeated against
 * a target which keeps its state must not meet the keys of the first one.
 */
export function freshWord(): string {
  return `e${BigInt(`0x${randomBytes(5).toString("hex")}`).toString(36)}`;
}

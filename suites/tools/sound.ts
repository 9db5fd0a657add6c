// Of several outages or rounds, which count: those that are not void, when they are most of them.
import type { Measurement } from "../../contract/result/document.js";

type VoidMarks = Pick<Measurement, "voidBecause" | "isUpperBound">;

export interface Sound<T> {
  /** What the numbers are taken from; all of them, where what is void of them is too large, if anything. */
  readonly counted: readonly T[];
  readonly voidCount: number;
  /** What a measurement of them carries. */
  readonly marks: VoidMarks;
}

/** @param marksOf why one of them must not be judged; nothing when it may */
export function soundOf<T>(all: readonly T[], marksOf: (one: T) => VoidMarks): Sound<T> {
  const sound = all.filter((one) => marksOf(one).voidBecause === undefined);
  const voided = all.filter((one) => !sound.includes(one)).map(marksOf);
  const voidCount = voided.length;
  if (sound.length > voidCount) return { counted: sound, voidCount, marks: {} };
  const voidBecause = voided[0]?.voidBecause ?? "none was measured";
  // The median of numbers that are too large, if anything, is so itself.
  if (voidCount > 0 && voided.every(({ isUpperBound }) => isUpperBound === true)) return { counted: all, voidCount, marks: { voidBecause, isUpperBound: true } };
  return { counted: sound.length > 0 ? sound : all, voidCount, marks: { voidBecause } };
}

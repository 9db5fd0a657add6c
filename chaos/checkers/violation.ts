// Shrinks a key's history that no window explains to a part that still cannot be explained and from which nothing
// can be left out: what a person reads first. Leaving out a value with all its reads, or a read, only makes a history
// easier to explain, so what remains unexplained is a true violation; leaving out a delete does so only when no read
// of null is left.
import type { Operation } from "../../contract/history/types.js";
import type { RegisterHistory, TimedOperation, WrittenValue } from "./register-history.js";
import { explains, prepareKey } from "./register-window.js";

type Part = Pick<RegisterHistory, "values" | "deletes" | "nullReads">;

/** Operations that shrinking may look at, about two seconds; then what is left is shown as it is. */
const maxWork = 10_000_000;

/**
 * @param history a key that `windowNs` does not explain
 * @returns operations in the order of their calls; the whole key when even that is explained
 */
export function smallestViolation(history: Part, windowNs: number): Operation[] {
  let work = 0;
  const fails = (part: Part): boolean => {
    work += part.values.length + part.deletes.length + part.nullReads.length;
    return work < maxWork && explains(prepareKey(part), windowNs) === "unexplained";
  };

  let part: Part = { values: history.values.map(essentials), deletes: history.deletes, nullReads: history.nullReads };
  const values = minimal(part.values, (kept) => fails({ ...part, values: kept }));
  part = { ...part, values };
  const nullReads = minimal(part.nullReads, (kept) => fails({ ...part, nullReads: kept }));
  part = { ...part, nullReads };
  if (nullReads.length === 0) part = { ...part, deletes: minimal(part.deletes, (kept) => fails({ ...part, deletes: kept })) };
  return operationsOf(part);
}

/** Of a value's reads only the one that returned first and the one called last can matter. */
function essentials(value: WrittenValue): WrittenValue {
  const latest = value.reads.find((read) => read.callNs === value.lastReadCallNs);
  const reads = [value.settledBy, latest].filter((read) => read !== undefined && read !== value.write);
  return { ...value, reads: [...new Set(reads)].filter((read) => read !== undefined) };
}

/** Delta debugging: tries to leave out ever smaller slices. */
function minimal<T>(elements: readonly T[], fails: (kept: readonly T[]) => boolean): readonly T[] {
  let kept = elements;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (fails(rest)) kept = rest;
      else from += size;
    }
  }
  return kept;
}

function operationsOf({ values, deletes, nullReads }: Part): Operation[] {
  const all: TimedOperation[] = [...values.flatMap((value) => [value.write, ...value.reads]), ...deletes, ...nullReads];
  return all.sort((a, b) => a.callNs - b.callNs).map(({ operation }) => operation);
}

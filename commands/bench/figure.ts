// One figure of the benchmark, and how several samples become one.
import { median } from "../../contract/median.js";

export interface Figure {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly n: number;
  /** What the project wants of it, in words, and whether this run had it. */
  readonly goal: string;
  readonly held: boolean;
  readonly detail: string;
}

/**
 * A figure about the largest of its samples, which says their median too.
 * @param most what the project wants the median (undefined: nothing) and the largest to be at most, ms
 */
export function worstFigure(id: string, samplesMs: readonly number[], most: { readonly medianMs?: number; readonly worstMs: number }, what: string, problems: readonly string[] = []): Figure {
  const worstMs = Math.max(...samplesMs);
  const middleMs = median(samplesMs);
  const isHeld = samplesMs.length > 0 && worstMs <= most.worstMs && (most.medianMs === undefined || middleMs <= most.medianMs) && problems.length === 0;
  return {
    id,
    value: worstMs,
    unit: "ms",
    n: samplesMs.length,
    goal: `worst at most ${most.worstMs} ms${most.medianMs === undefined ? "" : `, median at most ${most.medianMs} ms`}: ${what}`,
    held: isHeld,
    detail: [`median ${middleMs.toFixed(1)} ms; all: ${samplesMs.map((sample) => sample.toFixed(0)).join(" ")}`, ...problems].join("; "),
  };
}

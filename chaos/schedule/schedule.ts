// A schedule: which nemesis strikes when, where and for how long. Plain data, drawn from a seed or read from a file, and
// the same schedule strikes in the same way again.
import type { Selector } from "../nemeses/nemesis.js";

export interface ScheduleStep {
  /** Since the clients began, ms. */
  readonly atMs: number;
  /** The id of a nemesis. */
  readonly nemesis: string;
  /** The PoPs it strikes; without them `select` chooses at that moment. */
  readonly popIds?: readonly string[];
  readonly select?: Selector;
  /** How long it stays in effect, ms; 0 for what happens once. */
  readonly durationMs: number;
  /** Which links, for nemeses of links. */
  readonly scope?: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

export interface Schedule {
  /** What it was drawn from; also draws what `select` chooses. */
  readonly seed: number;
  /** How long clients are at work, ms. */
  readonly forMs: number;
  /** In the order of their beginnings. */
  readonly steps: readonly ScheduleStep[];
}

/** A schedule as the text of a file. */
export function printSchedule(schedule: Schedule): string {
  return `${JSON.stringify(schedule, null, 2)}\n`;
}

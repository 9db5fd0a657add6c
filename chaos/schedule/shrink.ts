// The smallest schedule that still fails: fast-check leaves out steps, shortens them and makes their numbers smaller, as
// long as the run still fails, and within a budget of runs.
import fc from "fast-check";
import type { Schedule, ScheduleStep } from "./schedule.js";

export interface ShrinkOptions {
  /** Runs a schedule. Must be the same run otherwise: seed, clients, workload. */
  readonly fails: (schedule: Schedule) => Promise<boolean>;
  /** Schedules that may be run. */
  readonly mostRuns: number;
  /** Told of each schedule that still fails. */
  readonly onSmaller?: (schedule: Schedule, runs: number) => void;
}

export interface Shrunk {
  readonly schedule: Schedule;
  /** Schedules that were run. */
  readonly runs: number;
  /** Whether nothing smaller failed; otherwise the budget was used up. */
  readonly isSmallest: boolean;
}

/** Durations below this are as good as this: a fault needs a moment to show. */
const shortestMs = 100;

/** @param schedule one that fails; it is not run again */
export async function shrinkSchedule(schedule: Schedule, { fails, mostRuns, onSmaller }: ShrinkOptions): Promise<Shrunk> {
  let smallest = schedule;
  let runs = 0;
  let isOver = false;
  let isFirst = true;
  const property = fc.asyncProperty(fc.array(new StepArbitrary()), async (steps) => {
    const candidate = { ...schedule, steps };
    // fast-check begins with the one that is known to fail.
    if (isFirst) {
      isFirst = false;
      return false;
    }
    if (runs >= mostRuns) {
      isOver = true;
      return true;
    }
    runs++;
    if (!(await fails(candidate))) return true;
    smallest = candidate;
    onSmaller?.(candidate, runs);
    return false;
  });
  await fc.check(property, { examples: [[[...schedule.steps]]], numRuns: 1, seed: schedule.seed | 0 });
  return { schedule: smallest, runs, isSmallest: !isOver };
}

/** Steps that are only ever shrunk: fewer PoPs, then half as long, then half the numbers. */
class StepArbitrary extends fc.Arbitrary<ScheduleStep> {
  generate(): fc.Value<ScheduleStep> {
    return new fc.Value({ atMs: 0, nemesis: "kill", durationMs: 0 }, undefined);
  }

  canShrinkWithoutContext(value: unknown): value is ScheduleStep {
    return typeof value === "object" && value !== null && "nemesis" in value;
  }

  shrink(step: ScheduleStep): fc.Stream<fc.Value<ScheduleStep>> {
    return fc.stream(smaller(step)).map((one) => new fc.Value(one, undefined));
  }
}

function* smaller(step: ScheduleStep): Generator<ScheduleStep> {
  const { popIds, durationMs } = step;
  if (popIds !== undefined && popIds.length > 1) for (const popId of popIds) yield { ...step, popIds: popIds.filter((one) => one !== popId) };
  if (durationMs > shortestMs) yield { ...step, durationMs: Math.max(shortestMs, Math.round(durationMs / 2)) };
}

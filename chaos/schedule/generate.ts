// Draws a schedule from a seed: pure, so that a seed is all it takes to have it again.
import { nemesisOf } from "../nemeses/index.js";
import type { Nemesis, Range, Selector } from "../nemeses/nemesis.js";
import { pick, randomOf, shuffled } from "../random.js";
import type { Schedule, ScheduleStep } from "./schedule.js";

export interface GenerateOptions {
  readonly seed: number;
  readonly forMs: number;
  /** Ids of nemeses; each strikes about as often as the others. */
  readonly nemeses: readonly string[];
  readonly popIds: readonly string[];
  /** Default: each nemesis' first, `one`. */
  readonly select?: Selector;
}

/** Clients work undisturbed for this part of the time before the first fault, and after the last. */
const calmRatio = 0.1;
const longestCalmMs = 2_000;
/** Between two faults, ms. */
const gapMs: Range = { least: 300, most: 1_500 };

/**
 * @returns a schedule of one fault at a time; PoPs are drawn now, save the owner, who is found when it strikes
 * @throws EdgemarkError usage.input for an unknown nemesis
 */
export function generateSchedule(options: GenerateOptions): Schedule {
  const { seed, forMs, popIds } = options;
  const random = randomOf(seed, "schedule");
  const calmMs = Math.min(longestCalmMs, forMs * calmRatio);
  const endMs = forMs - calmMs;
  const steps: ScheduleStep[] = [];
  let queue: Nemesis[] = [];
  for (let atMs = calmMs; options.nemeses.length > 0; ) {
    if (queue.length === 0) queue = shuffled(options.nemeses, random).map(nemesisOf);
    const nemesis = queue.shift();
    if (nemesis === undefined) break;
    const wantedMs = within(nemesis.durationMs, random);
    const durationMs = Math.round(Math.min(wantedMs, endMs - atMs));
    // A fault shorter than it should be shows nothing, unless there is no other.
    if (durationMs < nemesis.durationMs.least && steps.length > 0) break;
    if (durationMs < 0) break;
    steps.push(stepOf(nemesis, { atMs: Math.round(atMs), durationMs, popIds, select: options.select ?? "one", random }));
    atMs += durationMs + within(gapMs, random);
  }
  return { seed, forMs, steps };
}

interface Drawing {
  readonly atMs: number;
  readonly durationMs: number;
  readonly popIds: readonly string[];
  readonly select: Selector;
  readonly random: () => number;
}

function stepOf(nemesis: Nemesis, { atMs, durationMs, popIds, select, random }: Drawing): ScheduleStep {
  const names = Object.entries(nemesis.parameters);
  const parameters = Object.fromEntries(names.map(([name, range]) => [name, rounded(name, within(range, random))]));
  return {
    atMs,
    nemesis: nemesis.id,
    ...(select === "owner" ? { select } : { popIds: select === "one" ? [pick(popIds, random)] : majorityOf(popIds, random, nemesis) }),
    durationMs,
    ...(nemesis.scopes === undefined ? {} : { scope: pick(nemesis.scopes, random) }),
    ...(names.length === 0 ? {} : { parameters }),
  };
}

/** More than half of them; of a nemesis that needs another side, at least one less than all. */
export function majorityOf(popIds: readonly string[], random: () => number, { leastPops }: Pick<Nemesis, "leastPops">): readonly string[] {
  const count = Math.min(Math.floor(popIds.length / 2) + 1, Math.max(1, popIds.length + 1 - leastPops));
  const chosen = shuffled(popIds, random).slice(0, count);
  return popIds.filter((popId) => chosen.includes(popId));
}

function within({ least, most, leastSize }: Range, random: () => number): number {
  const drawn = least + random() * (most - least);
  if (leastSize === undefined || Math.abs(drawn) >= leastSize) return drawn;
  // What is too near to zero is stretched over all that is allowed on its side of it.
  const side = drawn < 0 ? -1 : 1;
  return side * (leastSize + (Math.abs(drawn) / leastSize) * ((drawn < 0 ? -least : most) - leastSize));
}

/** Whole milliseconds, and three digits of the rest: enough for a fault, and short to read. */
function rounded(name: string, value: number): number {
  return name.endsWith("Ms") ? Math.round(value) : Number(value.toPrecision(3));
}

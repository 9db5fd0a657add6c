// Has checks of the suite performed on stock workerd, many defects at once: as few processes as possible, what waits beside
// everything else, and the rest a few at a time.
import { setMaxListeners } from "node:events";
import type { CheckResult } from "../../../contract/result/document.js";
import type { Check, CheckContext, Suite } from "../../check.js";
import { conductAlone } from "../../runner/conduct.fixture.js";
import { exchangeDefaults, openPool } from "../../runner/exchange.js";
import { type FixtureDeployments, openFixtures } from "../../runner/fixtures.js";
import { openStage, type Stage } from "./stock.fixture.js";

/** Checks that are performed with one defect. */
export interface Performance {
  /** Unique among performances. */
  readonly name: string;
  readonly sabotage: string;
  readonly timeScale: number;
  /** The two PoPs are two runtimes. Default: they are one. */
  readonly isSplit?: boolean;
  readonly checks: readonly Check[];
}

/** The sabotage that plants nothing. */
export const sound = "none";
/** Processes that share the defects which can share one. */
const sharedStages = 2;
/** Checks at once, those that wait not counted. */
const atOnce = 12;

/** What must pass may take so many times longer than a check allows: how fast it is on a machine that is busy says nothing. */
const patience = 6;
const patientMs = 200_000;

type Turn = <T>(work: () => Promise<T>) => Promise<T>;

export interface Performances {
  /** What each gives, by its name. */
  readonly outcomes: ReadonlyMap<string, Promise<readonly CheckResult[]>>;
  /** Resolves when every process has ended. */
  readonly closed: Promise<unknown>;
}

/** Begins all performances. */
export function openPerformances(suite: Suite, performances: readonly Performance[]): Performances {
  const inTurn = turns(atOnce);
  const outcomes = new Map<string, Promise<readonly CheckResult[]>[]>();
  const closings: Promise<void>[] = [];
  const perform = (group: readonly Performance[], isSplit: boolean): void => {
    if (group.length === 0) return;
    const stage = openStage({ deployments: group.reduce((sum, { checks }) => sum + new Set(checks.flatMap(({ fixture }) => fixture?.name ?? [])).size, 0), isSplit });
    const all = group.map((one) => {
      const results = resultsOf(suite, one, { stage, inTurn });
      results.catch(() => undefined);
      outcomes.set(one.name, [...(outcomes.get(one.name) ?? []), results]);
      return results;
    });
    // Closed late, so that nobody's answer waits for it.
    closings.push(Promise.allSettled(all).then(() => stage.close()));
  };

  // A check that deploys starts its process anew, under the feet of whoever shares it.
  const apart = performances.flatMap(({ checks, ...one }) => checks.filter(({ isDisturbing }) => isDisturbing === true).map((check) => ({ ...one, checks: [check] })));
  const rest = performances.map((one) => ({ ...one, checks: one.checks.filter(({ isDisturbing }) => isDisturbing !== true) })).filter(({ checks }) => checks.length > 0);
  const shared = rest.filter(({ isSplit }) => isSplit !== true);
  // What must pass has a process to itself: one that is busy with a hundred broken programs lets its timers and sockets wait for seconds.
  perform(shared.filter(({ sabotage }) => sabotage === sound), false);
  const broken = shared.filter(({ sabotage }) => sabotage !== sound);
  for (let index = 0; index < sharedStages; index++) perform(broken.filter((_, place) => place % sharedStages === index), false);
  for (const one of rest.filter(({ isSplit }) => isSplit === true)) perform([one], true);
  for (const one of apart) perform([one], one.isSplit === true);
  return { outcomes: new Map([...outcomes].map(([name, parts]) => [name, Promise.all(parts).then((lists) => lists.flat())])), closed: Promise.all(closings) };
}

interface Means {
  readonly stage: Stage;
  readonly inTurn: Turn;
}

async function resultsOf(suite: Suite, { sabotage, timeScale, checks }: Performance, { stage, inTurn }: Means): Promise<readonly CheckResult[]> {
  const target = stage.target(sabotage, timeScale);
  const pool = openPool();
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const isSound = sabotage === sound;
  const opened = openFixtures({ verbs: target.verbs, description: target.description, pool, nameSuffix: "", recoveryMs: 1_000 });
  const fixtures = isSound ? patientDoors(opened) : opened;
  const one = (check: Check, ordinal: number): Promise<CheckResult> => conductAlone({ suite, ...target, fixtures, runSignal: ending.signal }, isSound ? patient(check) : check, ordinal);
  try {
    // Asked for at once: the stage opens when all that share it have.
    await Promise.all(checks.flatMap(({ fixture }) => (fixture === undefined ? [] : [fixtures.shared(fixture)])));
    return await Promise.all(checks.map((check, ordinal) => (check.isWaiting === true ? one(check, ordinal) : inTurn(() => one(check, ordinal)))));
  } finally {
    ending.abort(new Error("the test is over"));
    await fixtures.close();
    pool.close();
  }
}

/** Requests that are given up later. */
function patientDoors(fixtures: FixtureDeployments): FixtureDeployments {
  return {
    ...fixtures,
    door(deployment, signal) {
      const door = fixtures.door(deployment, signal);
      return { ...door, request: (request) => door.request({ ...request, deadlineMs: (request.deadlineMs ?? exchangeDefaults.deadlineMs) * patience }) };
    },
  };
}

/** A check that gives up later. */
function patient(check: Check): Check {
  const later = (context: CheckContext): CheckContext => {
    const until: CheckContext["until"] = (probe, satisfied, options) => context.until(probe, satisfied, { ...options, deadlineMs: options.deadlineMs * patience });
    return new Proxy(context, { get: (of, name): unknown => (name === "until" ? until : Reflect.get(of, name)) });
  };
  return { ...check, timeoutMs: patientMs, run: (context) => check.run(later(context)) };
}

/** @returns has work done, so much of it at once */
function turns(most: number): Turn {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}

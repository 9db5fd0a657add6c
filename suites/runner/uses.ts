// How long a shared fixture is needed: until the last check that names it has its result. A target that has fewer workers
// deploys and restarts faster, so what nobody needs any more is taken away at once, and not at the end of the run.
import type { Check, Suite } from "../check.js";

export interface FixtureUses {
  /**
   * Notes that a check has its result.
   * @returns names of the fixtures that no check needs any more, each once. While checks of the suite wait there are none:
   * an undeployment may replace the processes of a target, and with them what a waiting check has left at rest
   */
  done(suite: Suite, check: Check): readonly string[];
}

/** @param suites what the run takes, each check once */
export function usesOf(suites: readonly Suite[]): FixtureUses {
  const users = new Map<string, number>();
  for (const { fixture } of suites.flatMap(({ checks }) => checks)) if (fixture !== undefined) users.set(fixture.name, (users.get(fixture.name) ?? 0) + 1);
  const waiting = new Map(suites.map((suite) => [suite, suite.checks.filter(({ isWaiting }) => isWaiting === true).length]));
  return {
    done(suite, { fixture, isWaiting }) {
      if (fixture !== undefined) users.set(fixture.name, (users.get(fixture.name) ?? 0) - 1);
      if (isWaiting === true) waiting.set(suite, (waiting.get(suite) ?? 0) - 1);
      if ((waiting.get(suite) ?? 0) > 0) return [];
      const over = [...users].flatMap(([name, left]) => (left > 0 ? [] : [name]));
      for (const name of over) users.delete(name);
      return over;
    },
  };
}

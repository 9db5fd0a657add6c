// Checks that the reference edge does not meet yet, or not each time. They are kept out of the quick and the full profile, so
// that those say something of a target and nothing of our own debts; the nightly profile runs them, and fails by them.
import type { Suite } from "./check.js";

/** Check id to what is known of it. An entry goes when the reference meets the check ten times in a row. */
export const unmet: ReadonlyMap<string, string> = new Map([]);

/** @returns the suites with each check in the profiles that it is ready for */
export function readied(suites: readonly Suite[]): readonly Suite[] {
  return suites.map((suite) => ({ ...suite, checks: suite.checks.map((check) => (unmet.has(check.id) ? { ...check, profiles: ["nightly"] as const } : check)) }));
}

// --dry-run and --list: what would run, without a target.
import type { Profile } from "../contract/result/document.js";
import type { Check, Suite } from "../suites/check.js";

/** Every check id of every profile. */
export function listedIds(suites: readonly Suite[]): readonly string[] {
  return suites.flatMap((suite) => suite.checks.map((check) => check.id));
}

function needsOf(check: Check): string {
  const pops = check.pops ?? 1;
  return [...(check.needs ?? []), ...(pops > 1 ? [`${pops} PoPs`] : [])].join(", ");
}

/**
 * @param all every suite
 * @param chosen what the run would take
 */
export function dryRunInWords(all: readonly Suite[], chosen: readonly Suite[], profile: Profile): string {
  const lines: string[] = [];
  for (const suite of chosen) {
    lines.push(`${suite.title} (${suite.id}): ${suite.checks.length} checks`);
    for (const check of suite.checks) {
      const needs = needsOf(check);
      lines.push(`  ${check.id}  ${check.promise}${needs === "" ? "" : `  [needs ${needs}]`}`);
    }
  }
  const total = countOf(chosen);
  const left = countOf(all) - total;
  lines.push(`${total} checks would run with the profile ${profile}${left === 0 ? "" : `; ${left} are left out`}. What the target does not declare is not applicable.`);
  return `${lines.join("\n")}\n`;
}

/** The same as one object. */
export function dryRunAsData(all: readonly Suite[], chosen: readonly Suite[], profile: Profile): Record<string, unknown> {
  const checks = chosen.flatMap((suite) =>
    suite.checks.map((check) => ({
      id: check.id,
      suite: suite.id,
      promise: check.promise,
      level: check.level,
      claims: check.claims ?? [],
      needs: check.needs ?? [],
      pops: check.pops ?? 1,
    })),
  );
  return { profile, suites: chosen.map((suite) => suite.id), counts: { selected: checks.length, leftOut: countOf(all) - checks.length }, checks };
}

function countOf(suites: readonly Suite[]): number {
  return suites.reduce((sum, suite) => sum + suite.checks.length, 0);
}

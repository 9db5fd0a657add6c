// Which checks a run takes, and which of them do not apply to a target. Only what the target declared decides.
import { didYouMean, EdgemarkError } from "../../contract/errors.js";
import type { Profile } from "../../contract/result/document.js";
import { capabilities, type TargetDescription } from "../../contract/target/types.js";
import type { Check, Suite } from "../check.js";

/**
 * The checks that a run takes, by suite; suites without any are left out.
 * @param only check ids, prefixes of ids up to a dot, or suite ids; empty: all
 * @throws EdgemarkError usage.suite when an entry of `only` names nothing, with the nearest name, or nothing of this profile
 */
export function selectChecks(suites: readonly Suite[], profile: Profile, only: readonly string[]): readonly Suite[] {
  for (const wanted of only) {
    const named = suites.flatMap((suite) => suite.checks.filter((check) => isNamed(wanted, suite, check)));
    if (named.length === 0) {
      const known = suites.flatMap((suite) => [suite.id, ...suite.checks.flatMap((check) => prefixesOf(check.id))]);
      const hint = didYouMean(wanted, known, "see `edgemark certify --list`");
      throw new EdgemarkError("usage.suite", `a check, a prefix of checks or a suite expected; ${wanted} names none; ${hint}`);
    }
    if (!named.some((check) => isInProfile(check, profile))) {
      const others = [...new Set(named.flatMap((check) => check.profiles ?? []))].join(" or ");
      throw new EdgemarkError("usage.suite", `checks of the profile ${profile} expected; ${wanted} is only in ${others}; add --profile`);
    }
  }
  return suites
    .map((suite) => ({
      ...suite,
      checks: suite.checks.filter(
        (check) => isInProfile(check, profile) && (only.length === 0 || only.some((wanted) => isNamed(wanted, suite, check))),
      ),
    }))
    .filter((suite) => suite.checks.length > 0);
}

/** "kv.value.text": kv, kv.value and itself. */
function prefixesOf(id: string): string[] {
  const parts = id.split(".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("."));
}

export function isInProfile(check: Check, profile: Profile): boolean {
  return check.profiles === undefined || check.profiles.includes(profile);
}

function isNamed(wanted: string, suite: Suite, check: Check): boolean {
  return suite.id === wanted || check.id === wanted || check.id.startsWith(wanted.endsWith(".") ? wanted : `${wanted}.`);
}

/** Why a check does not apply to a target; undefined when it does. */
export function inapplicableBecause(check: Check, description: TargetDescription): string | undefined {
  const absent = (check.needs ?? []).filter((capability) => !description.capabilities.includes(capability));
  if (absent.length > 0) {
    return `the target does not declare ${absent.map((capability) => `${capability} (${capabilities[capability]})`).join(", ")}`;
  }
  const pops = check.pops ?? 1;
  if (description.pops.length < pops) return `takes ${pops} PoPs; the target has ${description.pops.length}`;
  return undefined;
}

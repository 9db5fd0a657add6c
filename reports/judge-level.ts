// Which level a run attests. Only pass certifies: a level is held when everything of it and of the levels below passed or
// was declared absent, and the products without which the level's name would mean nothing really passed something.
import type { CheckResult, ClaimResult, Level, ResultDocument, Verdict } from "../contract/result/document.js";
import { levels } from "../contract/result/document.js";
import type { Capability } from "../contract/target/types.js";

export interface LevelRequirement {
  /** The target must have declared these. */
  readonly capabilities: readonly Capability[];
  readonly pops: number;
  /** Of each, at least one check of this level must have passed. */
  readonly products: readonly string[];
}

/** What a level demands besides the checks themselves. A new suite that a level cannot do without is added to its row. */
export const levelRequirements = {
  isolate: { capabilities: ["workers"], pops: 1, products: ["workers"] },
  storage: { capabilities: ["workers", "kv", "durable-objects"], pops: 1, products: ["kv", "do"] },
  distributed: { capabilities: ["workers", "kv", "durable-objects", "anycast"], pops: 2, products: ["kv", "do.serialization", "do.migration", "failover"] },
} as const satisfies Record<Level, LevelRequirement>;

/** A check with the verdict that counts: flaky ones can neither pass nor fail. */
export interface CountedCheck {
  readonly check: CheckResult;
  readonly verdict: Verdict;
}

/**
 * The highest level that a run attests.
 * Per level, lowest first: every check of it passed or was not applicable (a known failure is still a failure), its
 * requirements are met, and no documented claim of it fails or is undecided. Users' own claims are no part of a level,
 * nor are figures that only inform. The first level that is not held ends the search.
 * @param ownClaims ids of the claims that come from users' files
 * @returns null when not even the lowest is held, and always for a run that was interrupted or ran only a part
 */
export function levelOf(document: ResultDocument, checks: readonly CountedCheck[], claims: readonly ClaimResult[], ownClaims: ReadonlySet<string>): Level | null {
  if (document.run.interrupted !== undefined || document.run.partial !== undefined) return null;
  let held: Level | null = null;
  for (const level of levels) {
    const ofLevel = checks.filter(({ check }) => check.level === level);
    const documented = claims.filter((claim) => claim.level === level && claim.binding && claim.kind !== "context" && !ownClaims.has(claim.id));
    const blocked = [...ofLevel, ...documented].some(({ verdict }) => verdict !== "pass" && verdict !== "not-applicable");
    if (blocked || !meets(document, ofLevel, levelRequirements[level])) return held;
    held = level;
  }
  return held;
}

function meets(document: ResultDocument, checks: readonly CountedCheck[], requirement: LevelRequirement): boolean {
  const { capabilities, pops } = document.target;
  return (
    pops.length >= requirement.pops &&
    requirement.capabilities.every((capability) => capabilities.includes(capability)) &&
    requirement.products.every((product) => checks.some(({ check, verdict }) => check.product === product && verdict === "pass"))
  );
}

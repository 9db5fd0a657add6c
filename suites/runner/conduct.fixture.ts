// One check performed for a test of that check, with nothing around it that a run has: no known failures, no records, no end but
// the test's own.
import { tmpdir } from "node:os";
import { loadClaims } from "../../contract/claims/registry.js";
import type { CheckResult } from "../../contract/result/document.js";
import type { TargetDescription, TargetVerbs } from "../../contract/target/types.js";
import type { Check, Suite } from "../check.js";
import { conduct } from "./conductor.js";
import type { FixtureDeployments } from "./fixtures.js";

const claims = new Map(loadClaims().map((claim) => [claim.id, claim]));

export interface Alone {
  readonly suite: Suite;
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  readonly fixtures: FixtureDeployments;
  /** Aborted when the test is over. */
  readonly runSignal: AbortSignal;
}

/** @param ordinal unique among the checks of a target */
export async function conductAlone({ suite, verbs, description, fixtures, runSignal }: Alone, check: Check, ordinal: number): Promise<CheckResult> {
  const scope = {
    verbs,
    description,
    profile: "quick" as const,
    seed: 1,
    claims,
    fixtures,
    recording: { measurements: new Map(), histories: new Map(), faults: [] },
    runDirectory: tmpdir(),
    word: `w${process.pid}`,
    nowMs: Date.now,
  };
  const options = { scope, known: new Map(), runSignal, replayOf: (id: string) => id, onStrayError: () => () => undefined, leftBehind: new Set<string>() };
  return (await conduct(options, suite, check, ordinal)).result;
}

// Deployments where a target takes none while it runs, because its workers are deployed by hand: what a check deploys itself
// may be there already, or the check does not apply.
import { EdgemarkError } from "../../contract/errors.js";
import { capabilities, type TargetDescription, type TargetVerbs } from "../../contract/target/types.js";
import { NotApplicable } from "../check.js";

/** @throws NotApplicable when the target refuses, and never said that it takes deployments */
export async function whereItCanDeploy<T>(description: TargetDescription, deploying: Promise<T>): Promise<T> {
  if (description.capabilities.includes("deploy")) return deploying;
  return deploying.catch((error: unknown) => {
    if (error instanceof EdgemarkError && error.code === "target.refused") throw new NotApplicable(`the target does not declare deploy (${capabilities.deploy}): ${error.message}`);
    throw error;
  });
}

/** @returns the verbs for checks: one object for a whole run, by which checks know that they share it */
export function verbsForChecks(verbs: TargetVerbs, description: TargetDescription): TargetVerbs {
  return { ...verbs, deploy: (spec) => whereItCanDeploy(description, verbs.deploy(spec)) };
}

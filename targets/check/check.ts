// Examines an adapter against the contract, step by step, and passes on what it finds in plain words.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { type OpenOptions, openTarget } from "../open.js";
import { examineDeploy, examineDescription, examineRefusals, examineUndeploy, examineWorkers } from "./deploying.js";
import { type Finding, examinationOf } from "./finding.js";
import { examineSigterm, examineStop } from "./stopping.js";
import { examineCron, examineFaults, examineOptionalVerbs } from "./verbs.js";

export interface CheckOptions extends OpenOptions {
  /** Drop state and inject faults even on a target that ran before. */
  readonly disturb?: boolean;
}

/**
 * Examines a target.
 * @param name as for openTarget
 * @param onFinding called with each finding as it is made
 * @throws EdgemarkError of kind usage or harness only; what the target does wrong is a finding
 */
export async function examineTarget(name: string, options: CheckOptions, onFinding: (finding: Finding) => void): Promise<void> {
  const target = await openTarget(name, options).catch((error: unknown) => {
    if (!(error instanceof EdgemarkError) || error.kind !== "target") throw error;
    onFinding({ subject: error.code === "target.start" ? "handshake" : "connection", verdict: "broken", words: messageOf(error) });
  });
  if (target === undefined) return;
  const examination = examinationOf(target, !target.isShared || options.disturb === true, onFinding);
  try {
    examination.held(target.isShared ? "connection" : "handshake", `serves at ${target.address}`);
    await examineDescription(examination);
    const deployment = await examineDeploy(examination);
    if (deployment !== undefined) {
      await examineWorkers(examination);
      await examineRefusals(examination, deployment, "two");
      await examineOptionalVerbs(examination, deployment);
      await examineCron(examination);
      await examineFaults(examination, deployment, "two");
      await examineUndeploy(examination, deployment, "two");
    }
    await examineStop(examination, deployment === undefined ? [] : [deployment], options);
    if (!target.isShared) await examineSigterm(examination, name, options);
  } finally {
    await target.stop();
  }
}

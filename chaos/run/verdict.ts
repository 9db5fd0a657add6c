// What a run amounts to: pure. A violation fails whatever else happened; a pass needs an answer, faults with proven effect,
// and a target that healed.
import type { CheckerAnswer } from "../../contract/history/types.js";
import type { StruckFault } from "./strike.js";

export interface RunFacts {
  readonly answer: CheckerAnswer;
  readonly faults: readonly StruckFault[];
  /** What did not heal, and what could not be read at the end. */
  readonly notHealed: readonly string[];
  readonly unread: readonly string[];
  /** Why the run was cut short. */
  readonly interrupted?: string;
}

export interface RunVerdict {
  readonly verdict: "pass" | "fail" | "inconclusive";
  readonly reason: string;
}

export function verdictOf({ answer, faults, notHealed, unread, interrupted }: RunFacts): RunVerdict {
  if (answer.verdict === "invalid") return { verdict: "fail", reason: answer.reason };
  const unimplemented = faults.find((fault) => fault.isUnimplemented === true);
  if (unimplemented !== undefined) return { verdict: "fail", reason: `declared as a capability, but not implemented: ${unimplemented.problem ?? unimplemented.step.nemesis}` };
  if (interrupted !== undefined) return { verdict: "inconclusive", reason: interrupted };
  if (notHealed.length > 0) return { verdict: "fail", reason: `the target did not heal: ${notHealed.join("; ")}` };
  if (unread.length > 0) return { verdict: "fail", reason: `after everything was healed, ${unread.length} reads were never answered, first ${unread[0] ?? ""}` };
  const without = faults.filter((fault) => fault.problem !== undefined);
  const [first] = without;
  if (first !== undefined) return { verdict: "inconclusive", reason: `${without.length} of ${faults.length} faults without proven effect: ${first.problem ?? ""}` };
  if (answer.verdict === "unknown") return { verdict: "inconclusive", reason: answer.reason };
  return { verdict: "pass", reason: answer.reason };
}

// What `edgemark target check` finds: a list of plain sentences, each with a verdict.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { OpenedTarget } from "../open.js";

export interface Finding {
  /** What was looked at, in a few words. */
  readonly subject: string;
  readonly verdict: "held" | "broken" | "skipped";
  /** What was seen; for a broken one what was expected, what came, what to do. */
  readonly words: string;
}

/** What the steps share. */
export interface Examination {
  readonly target: OpenedTarget;
  /** Whether steps may drop state and inject faults: not on a target that others use too. */
  readonly mayDisturb: boolean;
  held(subject: string, words: string): void;
  broken(subject: string, words: string): void;
  skipped(subject: string, words: string): void;
}

/** @returns an examination that passes each finding on as it is made */
export function examinationOf(target: OpenedTarget, mayDisturb: boolean, onFinding: (finding: Finding) => void): Examination {
  const as = (verdict: Finding["verdict"]) => (subject: string, words: string): void => onFinding({ subject, verdict, words });
  return { target, mayDisturb, held: as("held"), broken: as("broken"), skipped: as("skipped") };
}

/** Runs one call; an error is a finding. @returns undefined when it failed */
export async function attempt<T>(examination: Examination, subject: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    examination.broken(subject, messageOf(error));
    return undefined;
  }
}

/**
 * A call that must be refused with words, and not be done, hang or end the target.
 * @param expected what was wrong with it, for the message
 */
export async function mustRefuse(examination: Examination, subject: string, expected: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    examination.broken(subject, `expected ${expected} to be refused; it was accepted; answer INVALID_ARGUMENT, with words`);
  } catch (error) {
    if (!(error instanceof EdgemarkError) || error.code !== "target.refused") return examination.broken(subject, `expected ${expected} to be refused with words; ${messageOf(error)}`);
    if (/:\s*;/.test(error.message)) return examination.broken(subject, `expected words beside the refusal of ${expected}; none came; say what was expected and what came`);
    examination.held(subject, "refused with words");
  }
}

// How a run ends for whoever called it: the one object of --json, and the exit code.
import { EdgemarkError, exitCodes, messageOf } from "../contract/errors.js";
import type { Counts, Level, ResultDocument, Verdict } from "../contract/result/document.js";

/** The one object of --json. */
export interface RunSummary {
  readonly verdict: Verdict;
  readonly level: Level | null;
  readonly counts: Counts;
  readonly claims: Counts;
  readonly durationMs: number;
  /** Path of result.json; null when there is none. */
  readonly document: string | null;
  /** Set when the run broke off, with what broke. */
  readonly error?: { readonly code: string; readonly message: string };
}

const none: Counts = { pass: 0, fail: 0, notApplicable: 0, inconclusive: 0, error: 0 };

/** @param durationMs of the whole command */
export function summaryOf(document: ResultDocument, durationMs: number, path: string): RunSummary {
  const { verdict, level, counts, claimCounts } = document;
  return { verdict, level, counts, claims: claimCounts, durationMs: Math.round(durationMs), document: path };
}

/** The same of a run that broke off. */
export function brokenSummaryOf(error: unknown, durationMs: number, path: string | null): RunSummary {
  const code = error instanceof EdgemarkError ? error.code : "harness.internal";
  return { verdict: "error", level: null, counts: none, claims: none, durationMs: Math.round(durationMs), document: path, error: { code, message: messageOf(error) } };
}

/** The exit code of a run that came to an end. */
export function exitCodeOf(document: ResultDocument): number {
  if (document.run.interrupted !== undefined) return exitCodes.error;
  switch (document.verdict) {
    case "pass":
      return exitCodes.held;
    case "fail":
      return exitCodes.failed;
    case "error":
      return exitCodes.error;
    case "inconclusive":
    case "not-applicable":
      return exitCodes.inconclusive;
    default:
      return document.verdict satisfies never;
  }
}

// Compares what a check came to with the target's known failures.
import type { KnownFailure } from "../../contract/target/known.js";
import type { Verdict } from "../../contract/result/document.js";
import type { Outcome } from "./outcome.js";

/** `*` stands for any letters; everything else is literal. */
function matches(pattern: string, text: string): boolean {
  const literal = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`, "su").test(text);
}

export interface KnownJudgement {
  readonly verdict: Verdict;
  readonly known?: { readonly kind: "failing" | "flaky"; readonly reason: string };
  /** The entry no longer describes what happens. */
  readonly isStale: boolean;
  /** Why an entry that names the check was not applied. */
  readonly note?: string;
}

/**
 * @param outcome what the check came to
 * @param entry the entry that names the check, if any
 * @param targetVersion as the target describes itself
 */
export function judgeKnown(outcome: Outcome, entry: KnownFailure | undefined, targetVersion: string): KnownJudgement {
  if (entry === undefined) return { verdict: outcome.verdict, isStale: false };
  if (!matches(entry.version, targetVersion)) {
    const note = `a known failure names this check for version ${entry.version}; this is ${targetVersion}`;
    return { verdict: outcome.verdict, isStale: false, note };
  }
  const known = { kind: entry.kind, reason: entry.reason };
  if (entry.kind === "flaky") {
    const isJudged = outcome.verdict === "pass" || outcome.verdict === "fail";
    return { verdict: isJudged ? "inconclusive" : outcome.verdict, known, isStale: false };
  }
  if (outcome.verdict === "pass") return { verdict: "pass", known, isStale: true };
  if (outcome.verdict !== "fail") return { verdict: outcome.verdict, isStale: false };
  const seen = [outcome.observed, outcome.reason].filter((text) => text !== undefined);
  if (seen.some((text) => matches(entry.observed, text))) return { verdict: "fail", known, isStale: false };
  return { verdict: "fail", isStale: false, note: `a known failure names this check, but with another observation: ${entry.observed}` };
}

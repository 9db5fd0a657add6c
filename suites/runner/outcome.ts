// From what a check threw to its verdict: the target's failure, no verdict, or our own mistake.
import { AssertionError } from "node:assert";
import type { Evidence, Verdict } from "../../contract/result/document.js";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { Inconclusive, NotApplicable } from "../check.js";
import { plainLine, plainText, plainValue } from "./plain.js";

/** What one check came to, before known failures are considered. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly expected?: string;
  readonly observed?: string;
  readonly evidence: readonly Evidence[];
  /** The connection broke before an answer: the target may be down. */
  readonly isCrash: boolean;
}

/** Errors of a connection that the other side broke, refused or never accepted. */
export const brokenConnectionCodes: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_SOCKET",
]);

/** Errors of this machine, whatever the target did. */
const exhaustedCodes: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOSPC", "ENOMEM", "EADDRNOTAVAIL", "EDQUOT"]);

/** The system's code of an error, or of the error that caused it; "" when there is none. */
export function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if ("code" in error && typeof error.code === "string" && !(error instanceof AssertionError) && !(error instanceof EdgemarkError)) {
      return error.code;
    }
  }
  return "";
}

/**
 * The outcome of a check that threw.
 * @param thrown anything
 */
export function outcomeOf(thrown: unknown): Outcome {
  if (thrown instanceof Inconclusive) return { verdict: "inconclusive", reason: plainLine(thrown.message), evidence: [], isCrash: false };
  if (thrown instanceof NotApplicable) return { verdict: "not-applicable", reason: plainLine(thrown.message), evidence: [], isCrash: false };
  if (thrown instanceof AssertionError) return failedAssertion(thrown);
  if (thrown instanceof EdgemarkError && thrown.kind === "target") {
    return { verdict: "fail", reason: plainLine(reasonOfTarget(thrown)), evidence: [], isCrash: false };
  }
  const code = codeOf(thrown);
  // What Node's HTTP parser says of an answer, on connections that a check opened itself.
  if (code.startsWith("HPE_")) {
    const reason = `an HTTP/1.1 answer expected; what came breaks the protocol (${plainLine(messageOf(thrown), 200)})`;
    return { verdict: "fail", reason, evidence: [], isCrash: false };
  }
  if (exhaustedCodes.has(code)) return error(`this machine has run out of something: ${messageOf(thrown)}`, thrown);
  if (!(thrown instanceof EdgemarkError) && brokenConnectionCodes.has(code)) {
    const reason = `crashed: the connection broke before an answer (${plainLine(messageOf(thrown), 300)})`;
    return { verdict: "fail", reason, evidence: [], isCrash: true };
  }
  return error(messageOf(thrown), thrown);
}

function reasonOfTarget(thrown: EdgemarkError): string {
  if (thrown.code === "target.unimplemented") return `declared as a capability, but not implemented: ${thrown.message}`;
  return thrown.message;
}

function failedAssertion(thrown: AssertionError): Outcome {
  const evidence: Evidence[] = [];
  if ("evidence" in thrown && typeof thrown.evidence === "string") evidence.push({ kind: "exchange", text: thrown.evidence });
  // "==" is assert.ok: its message says it all.
  const isComparison = thrown.operator !== undefined && !["fail", "=="].includes(thrown.operator) && evidence.length === 0;
  const expected = isComparison ? plainValue(thrown.expected) : undefined;
  const observed = isComparison ? plainValue(thrown.actual) : undefined;
  const reason =
    thrown.generatedMessage && isComparison
      ? `${isNegated(thrown.operator) ? "anything but " : ""}${plainLine(expected ?? "", 120)} expected; ${plainLine(observed ?? "", 120)} came`
      : plainLine(thrown.message.trim().split("\n", 1)[0] ?? "", 500);
  return {
    verdict: "fail",
    reason: reason === "" ? "an assertion failed without a message" : reason,
    ...(expected === undefined ? {} : { expected }),
    ...(observed === undefined ? {} : { observed }),
    evidence,
    isCrash: reason.startsWith("crashed:"),
  };
}

function isNegated(operator: string | undefined): boolean {
  return operator !== undefined && operator.startsWith("not");
}

function error(reason: string, thrown: unknown): Outcome {
  const stack = thrown instanceof Error && thrown.stack !== undefined ? thrown.stack.split("\n").slice(0, 8).join("\n") : String(thrown);
  return {
    verdict: "error",
    reason: plainLine(reason.split("\n", 1)[0] ?? "", 500),
    evidence: [{ kind: "observation", text: plainText(stack) }],
    isCrash: false,
  };
}

// What can be wrong with a certificate, each with its own word. The word decides whether it is not valid, or whether
// nobody can tell here and now, and how a command ends that meets it.
import { exitCodes } from "../../contract/errors.js";

/** Exit codes of `edgemark verify` beyond the usual ones: what a script must tell apart without reading words. */
export const certificateExitCodes = { changed: 10, expired: 11, truncated: 12, wrongKey: 13, otherVersion: 14, judgedDifferently: 15 } as const;
const { changed, expired, truncated, wrongKey, otherVersion, judgedDifferently } = certificateExitCodes;

interface ProblemKind {
  readonly status: "not-valid" | "cannot-tell";
  readonly exitCode: number;
}

/** The gravest first: of several problems, the first of this table gives the exit code. */
export const problemKinds = {
  "truncated": { status: "not-valid", exitCode: truncated }, // the certificate ends in the middle
  "unreadable": { status: "not-valid", exitCode: exitCodes.failed }, // no JSON: another file
  "no-envelope": { status: "not-valid", exitCode: exitCodes.failed }, // JSON, and no DSSE envelope
  "payload-type": { status: "not-valid", exitCode: exitCodes.failed }, // an envelope around something else
  "wrong-key": { status: "not-valid", exitCode: wrongKey }, // signed, but with another key than the one that is trusted
  "signature": { status: "not-valid", exitCode: changed }, // changed after it was signed
  "no-certificate": { status: "not-valid", exitCode: exitCodes.failed }, // signed, and no certificate of ours
  "judged-differently": { status: "not-valid", exitCode: judgedDifferently }, // the document does not say what the certificate says
  "document-truncated": { status: "not-valid", exitCode: truncated }, // result.json ends in the middle
  "document-changed": { status: "not-valid", exitCode: changed },
  "history-changed": { status: "not-valid", exitCode: changed },
  "document-invalid": { status: "not-valid", exitCode: exitCodes.failed }, // as signed, and no result document
  "expired": { status: "not-valid", exitCode: expired },
  "not-yet-valid": { status: "not-valid", exitCode: exitCodes.failed },
  "suite-version": { status: "cannot-tell", exitCode: otherVersion }, // another Edgemark signed it, and only that one can judge again
  "claims-differ": { status: "cannot-tell", exitCode: exitCodes.inconclusive }, // other claims judged
  "document-missing": { status: "cannot-tell", exitCode: exitCodes.inconclusive },
  "history-missing": { status: "cannot-tell", exitCode: exitCodes.inconclusive },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

export interface Problem {
  readonly code: ProblemCode;
  /** What was expected; what came; what to do. */
  readonly message: string;
}

export type CertificateStatus = "valid" | "not-valid" | "cannot-tell";

/** One thing that is wrong outweighs everything that cannot be told. */
export function statusOf(problems: readonly Problem[]): CertificateStatus {
  if (problems.some(({ code }) => problemKinds[code].status === "not-valid")) return "not-valid";
  return problems.length > 0 ? "cannot-tell" : "valid";
}

/** @returns 0 without a problem, else the code of the gravest */
export function exitCodeOfProblems(problems: readonly Problem[]): number {
  const [, gravest] = Object.entries(problemKinds).find(([code]) => problems.some((problem) => problem.code === code)) ?? [];
  return gravest?.exitCode ?? exitCodes.held;
}

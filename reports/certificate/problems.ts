// What can be wrong with a certificate, each with its own word. The word decides whether it is not valid, or whether
// nobody can tell here and now.

export const problemKinds = {
  "unreadable": "not-valid", // no JSON: cut short, or another file
  "no-envelope": "not-valid", // JSON, and no DSSE envelope
  "payload-type": "not-valid", // an envelope around something else
  "wrong-key": "not-valid", // signed, but with another key than the one that is trusted
  "signature": "not-valid", // changed after it was signed
  "no-certificate": "not-valid", // signed, and no certificate of ours
  "expired": "not-valid",
  "not-yet-valid": "not-valid",
  "document-changed": "not-valid",
  "document-invalid": "not-valid", // as signed, and no result document
  "history-changed": "not-valid",
  "judged-differently": "not-valid", // the document does not say what the certificate says
  "document-missing": "cannot-tell",
  "history-missing": "cannot-tell",
  "suite-version": "cannot-tell", // another Edgemark signed it, and only that one can judge again
  "claims-differ": "cannot-tell", // other claims judged
} as const satisfies Record<string, "not-valid" | "cannot-tell">;

export type ProblemCode = keyof typeof problemKinds;

export interface Problem {
  readonly code: ProblemCode;
  /** What was expected; what came; what to do. */
  readonly message: string;
}

export type CertificateStatus = "valid" | "not-valid" | "cannot-tell";

/** One thing that is wrong outweighs everything that cannot be told. */
export function statusOf(problems: readonly Problem[]): CertificateStatus {
  const kinds = problems.map(({ code }) => problemKinds[code]);
  if (kinds.includes("not-valid")) return "not-valid";
  return kinds.length > 0 ? "cannot-tell" : "valid";
}

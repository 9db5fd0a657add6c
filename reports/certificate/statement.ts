// A run as an in-toto statement about its target: what a certificate says. Everything in it follows from the document,
// the claims and the files, so that whoever has these can make the same statement again and compare.
// See https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
import type { Claim } from "../../contract/claims/types.js";
import type { Counts, Level, Profile, ResultDocument, Verdict } from "../../contract/result/document.js";
import { isoMoment } from "../words.js";
import { claimsDigest, descriptionDigest } from "./canonical.js";

export const statementType = "https://in-toto.io/Statement/v1";
export const predicateType = "https://in-toto.io/attestation/test-result/v0.1";
export const certificateSchema = "edgemark.certificate/1";

interface Descriptor {
  readonly name: string;
  readonly digest: { readonly sha256: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What we add to the predicate; readers that do not know it still understand the rest. */
export interface CertificateFacts {
  readonly schema: typeof certificateSchema;
  readonly suiteVersion: string;
  readonly claims: { readonly sha256: string; readonly count: number; readonly own: readonly string[] };
  readonly runId: string;
  readonly profile: Profile;
  readonly level: Level;
  readonly verdict: Verdict;
  readonly counts: Counts;
  readonly claimCounts: Counts;
  readonly failedClaims: readonly string[];
  readonly undecidedClaims: readonly string[];
  readonly seed: number;
  readonly conditions: {
    readonly startedAt: string;
    readonly durationMs: number;
    readonly timeScale: number;
    readonly pops: readonly { readonly id: string; readonly region: string }[];
    readonly machine: Omit<ResultDocument["environment"], "edgemarkVersion">;
  };
  /** By kind, with how many of them came with evidence that they took effect. */
  readonly faults: readonly { readonly kind: string; readonly count: number; readonly withEvidence: number }[];
  readonly document: { readonly file: string; readonly sha256: string };
  readonly histories: readonly { readonly id: string; readonly file: string; readonly sha256: string }[];
  readonly knownFailures: readonly { readonly check: string; readonly kind: string; readonly reason: string }[];
  /** RFC 3339, UTC, with milliseconds. */
  readonly issuedAt: string;
  readonly expiresAt: string;
}

export interface CertificateStatement {
  readonly _type: typeof statementType;
  readonly subject: readonly Descriptor[];
  readonly predicateType: typeof predicateType;
  readonly predicate: {
    readonly result: "PASSED" | "WARNED" | "FAILED";
    readonly configuration: readonly Descriptor[];
    readonly passedTests: readonly string[];
    readonly warnedTests: readonly string[];
    readonly failedTests: readonly string[];
    readonly edgemark: CertificateFacts;
  };
}

export interface StatementParts {
  /** Judged by `claims`. */
  readonly document: ResultDocument;
  readonly claims: readonly Claim[];
  /** SHA-256 of result.json as it lies in the run's folder. */
  readonly documentSha256: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/** @returns undefined for a run that certifies no level: there is nothing to attest */
export function statementOf(parts: StatementParts): CertificateStatement | undefined {
  const { document, claims, documentSha256, issuedAt, expiresAt } = parts;
  const { level, run, target } = document;
  if (level === null) return undefined;
  const { edgemarkVersion: suiteVersion, ...machine } = document.environment;
  const claimsSha256 = claimsDigest(claims);
  const failedClaims = namedBy(document, (verdict) => verdict === "fail");
  const facts: CertificateFacts = {
    schema: certificateSchema,
    suiteVersion,
    claims: { sha256: claimsSha256, count: claims.length, own: claims.filter(({ own }) => own === true).map(({ id }) => id) },
    runId: run.id,
    profile: run.profile,
    level,
    verdict: document.verdict,
    counts: document.counts,
    claimCounts: document.claimCounts,
    failedClaims,
    undecidedClaims: namedBy(document, (verdict) => verdict === "inconclusive" || verdict === "error"),
    seed: run.seed,
    conditions: { startedAt: isoMoment(run.startedAtMs) ?? "", durationMs: run.durationMs, timeScale: target.timeScale, pops: target.pops.map(({ id, region }) => ({ id, region })), machine },
    faults: faultsByKind(document),
    document: { file: "result.json", sha256: documentSha256 },
    histories: document.histories.map(({ id, file, sha256 }) => ({ id, file, sha256 })),
    knownFailures: document.checks.flatMap(({ id, known }) => (known === undefined ? [] : [{ check: id, kind: known.kind, reason: known.reason }])),
    issuedAt,
    expiresAt,
  };
  return {
    _type: statementType,
    subject: [{ name: `${target.name}@${target.version}`, digest: { sha256: descriptionDigest(target) }, annotations: { name: target.name, version: target.version, vendor: target.vendor } }],
    predicateType,
    predicate: {
      ...testsOf(document),
      configuration: [
        { name: "edgemark claims", digest: { sha256: claimsSha256 }, annotations: { suiteVersion, profile: run.profile } },
        { name: "result.json", digest: { sha256: documentSha256 } },
      ],
      edgemark: facts,
    },
  };
}

/** A known flaky check proves nothing either way, whatever it gave. */
function testsOf(document: ResultDocument): Pick<CertificateStatement["predicate"], "result" | "passedTests" | "warnedTests" | "failedTests"> {
  const of = (wanted: readonly Verdict[], isFlaky: boolean): string[] =>
    document.checks.filter(({ verdict, known }) => (known?.kind === "flaky" && verdict !== "not-applicable" ? isFlaky : wanted.includes(verdict))).map(({ id }) => id);
  const [passedTests, warnedTests, failedTests] = [of(["pass"], false), of(["inconclusive", "error"], true), of(["fail"], false)];
  const isClean = document.verdict === "pass" && warnedTests.length === 0 && failedTests.length === 0;
  return { result: isClean ? "PASSED" : document.verdict === "fail" ? "FAILED" : "WARNED", passedTests, warnedTests, failedTests };
}

function namedBy(document: ResultDocument, isWanted: (verdict: Verdict) => boolean): string[] {
  return document.claims.filter(({ kind, verdict }) => kind !== "context" && isWanted(verdict)).map(({ id }) => id);
}

function faultsByKind(document: ResultDocument): CertificateFacts["faults"] {
  const kinds = [...new Set(document.faults.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => {
    const ofKind = document.faults.filter((fault) => fault.kind === kind);
    return { kind, count: ofKind.length, withEvidence: ofKind.filter(({ evidence }) => evidence.trim() !== "").length };
  });
}

// A signed run for the tests of certificates: the good sample, judged, with its files in memory, and ways to bend it.
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { Claim } from "../../contract/claims/types.js";
import type { ResultDocument } from "../../contract/result/document.js";
import { check, numberClaim } from "../judge.fixture.js";
import { judge } from "../judge.js";
import { goodRun } from "../testdata/samples.js";
import { sha256 } from "./canonical.js";
import { signEnvelope } from "./envelope.js";
import { makeKeyPair } from "./keys.js";
import { statusOf, type CertificateStatus, type ProblemCode } from "./problems.js";
import { statementOf, type CertificateStatement } from "./statement.js";
import { openCertificate, verifyRun, type RunFiles } from "./verify.js";

export const history = '{"k":"invoke"}\n';
export const claims: readonly Claim[] = [numberClaim("KV-01", "kv.staleness.window", 1_000, { level: "distributed" })];
export const issuedAtMs = Date.UTC(2026, 10, 12, 9);
export const expiresAtMs = issuedAtMs + 365 * 86_400_000;

export function newKey(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  const { privatePem, publicPem } = makeKeyPair();
  return { privateKey: createPrivateKey(privatePem), publicKey: createPublicKey(publicPem) };
}

/** A run as it lies in its folder: the document judged, its history's digest true. */
export function judgedRun(changes: Partial<ResultDocument> = {}): ResultDocument {
  const sample = goodRun();
  // The sample is of a run from before levels asked for Durable Objects.
  const target = { ...sample.target, capabilities: [...sample.target.capabilities, "durable-objects" as const] };
  const checks = [...sample.checks, ...["do.storage.value", "do.serialization.owner", "do.migration.kill"].map((id) => check(id))];
  const whole = { ...sample, target, checks, histories: sample.histories.map((one) => ({ ...one, sha256: sha256(history) })), ...changes };
  return { ...whole, ...judge(whole, claims) };
}

export interface SignedRun {
  readonly document: ResultDocument;
  readonly text: string;
  readonly statement: CertificateStatement;
}

/** @throws when the run reaches no level */
export function statementFor(document: ResultDocument): SignedRun {
  const text = JSON.stringify(document);
  const statement = statementOf({ document, claims, documentSha256: sha256(text), issuedAt: new Date(issuedAtMs).toISOString(), expiresAt: new Date(expiresAtMs).toISOString() });
  if (statement === undefined) throw new Error("the run reaches no level");
  return { document, text, statement };
}

/** @param statement anything, for a signer who lies */
export function certificateText(statement: unknown, privateKey: KeyObject, payloadType?: string): string {
  return JSON.stringify(signEnvelope(typeof statement === "string" ? statement : JSON.stringify(statement), privateKey, payloadType), null, 2);
}

export interface Bent {
  readonly key?: KeyObject;
  readonly nowMs?: number;
  readonly document?: string | null;
  readonly histories?: RunFiles["histories"];
  readonly suiteVersion?: string;
  readonly claims?: readonly Claim[];
}

export interface Outcome {
  readonly status: CertificateStatus;
  readonly codes: readonly ProblemCode[];
  readonly messages: string;
}

/** Both steps of verification, on the good run's files unless they are bent. */
export function verified(text: string, run: SignedRun, bent: Bent = {}): Outcome {
  const opened = openCertificate(text, bent.nowMs ?? issuedAtMs + 1_000, bent.key);
  const document = bent.document === null ? undefined : Buffer.from(bent.document ?? run.text);
  const files = { document, histories: bent.histories ?? new Map([["histories/kv.staleness.jsonl", sha256(history)]]) };
  const today = { suiteVersion: bent.suiteVersion ?? run.document.environment.edgemarkVersion, claims: bent.claims ?? claims };
  const problems = "code" in opened ? [opened] : [...opened.problems, ...verifyRun(opened.statement, files, today)];
  return { status: statusOf(problems), codes: problems.map(({ code }) => code), messages: problems.map(({ message }) => message).join("\n") };
}

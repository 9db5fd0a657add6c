// One text for one value, and its digest: two machines must get the same digest of the same claims and the same target.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Claim } from "../../contract/claims/types.js";
import type { ResultDocument } from "../../contract/result/document.js";

/** JSON with sorted keys and no white space; what JSON cannot say (undefined) is left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? "null";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  // From entries, so that a key named __proto__ stays a key.
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, inner]) => [key, sorted(inner)]));
}

/** @returns the SHA-256 in lower-case hexadecimal */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/**
 * The digest of the claims that judge, whatever their order. A user's own claims name the file they come from: only its
 * name counts, not the folder it was read from.
 */
export function claimsDigest(claims: readonly Claim[]): string {
  const movable = claims.map((claim) => (claim.own === true ? { ...claim, source: { ...claim.source, document: basename(claim.source.document) } } : claim));
  return sha256(canonicalJson([...movable].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))));
}

/** The digest of what a target says it is. Addresses are left out: their ports change with every start, the target does not. */
export function descriptionDigest(target: ResultDocument["target"]): string {
  const { address: _address, anycastAddress: _anycast, pops, ...rest } = target;
  return sha256(canonicalJson({ ...rest, pops: pops.map(({ httpAddress: _http, ...pop }) => pop) }));
}

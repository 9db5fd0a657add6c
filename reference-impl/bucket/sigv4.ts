// AWS Signature Version 4: says whether a request was signed with our credentials, and what was promised of its body.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { BucketError } from "./errors.js";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Path as it came, without the query. */
  readonly rawPath: string;
  /** Query as it came, without the question mark. */
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a signature says of the body, and what is needed to check the signatures of its chunks. */
export interface Signature {
  /** x-amz-content-sha256: a digest in hex, UNSIGNED-PAYLOAD, or one of the STREAMING-* forms. */
  readonly payload: string;
  readonly signature: string;
  /** ISO 8601 basic form, as it was sent. */
  readonly dateTime: string;
  readonly scope: string;
  readonly signingKey: Buffer;
}

const allowedSkewMs = 15 * 60 * 1000;
const authorizationForm = /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;
const scopeForm = /^(.+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/;
const dateTimeForm = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Verifies a request's Authorization header.
 * @param nowMs wall time, against which the request's date may differ by 15 minutes
 * @param keyOf makes the signing key; {@link rememberingSigningKey} for a server that verifies many
 * @throws BucketError AccessDenied (unsigned), InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed
 */
export function verifySignature(request: SignedRequest, credentials: Credentials, nowMs: number, keyOf: SigningKeyOf = signingKeyOf): Signature {
  const authorization = headerText(request, "authorization");
  if (authorization === undefined) throw new BucketError("AccessDenied", "Expected an Authorization header signed with AWS4-HMAC-SHA256; there is none.");
  const [, credential = "", signedHeaders = "", signature = ""] = authorizationForm.exec(authorization) ?? [];
  const [, accessKeyId, date = "", region = ""] = scopeForm.exec(credential) ?? [];
  if (accessKeyId === undefined) throw new BucketError("AccessDenied", "Expected an AWS4-HMAC-SHA256 Authorization header for the service s3; this one is of another form.");
  if (accessKeyId !== credentials.accessKeyId) throw new BucketError("InvalidAccessKeyId", "The access key id is not known to this store.");
  const dateTime = headerText(request, "x-amz-date") ?? "";
  const payload = headerText(request, "x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  requireRecent(dateTime, date, nowMs);
  const names = signedHeaders.split(";");
  if (!names.includes("host")) throw new BucketError("AccessDenied", "Expected the host header among the signed ones; it is not.");
  const canonical = [
    request.method,
    canonicalPath(request.rawPath),
    canonicalQuery(request.rawQuery),
    ...names.map((name) => `${name}:${(headerText(request, name) ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    signedHeaders,
    payload,
  ].join("\n");
  const scope = `${date}/${region}/s3/aws4_request`;
  const signingKey = keyOf(credentials.secretAccessKey, date, region);
  const expected = hmac(signingKey, ["AWS4-HMAC-SHA256", dateTime, scope, sha256(canonical)].join("\n"));
  if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) {
    throw new BucketError("SignatureDoesNotMatch", "The signature is not the one that this store's secret gives. Check the secret access key.");
  }
  return { payload, signature, dateTime, scope, signingKey };
}

/** The signature a chunk of a STREAMING-* body must have, in hex. */
export function chunkSignature(seed: Signature, previous: string, kind: "PAYLOAD" | "TRAILER", digest: string): string {
  const lines = [`AWS4-HMAC-SHA256-${kind}`, seed.dateTime, seed.scope, previous];
  // A chunk's text also has the digest of its (absent) headers; a trailer's has not.
  if (kind === "PAYLOAD") lines.push(sha256(""));
  return hmac(seed.signingKey, [...lines, digest].join("\n")).toString("hex");
}

export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

function requireRecent(dateTime: string, scopeDate: string, nowMs: number): void {
  const [, year, month, day, hour, minute, second] = dateTimeForm.exec(dateTime) ?? [];
  const atMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(atMs) || !dateTime.startsWith(scopeDate)) throw new BucketError("AccessDenied", "Expected an x-amz-date of the credential's day, such as 20260102T030405Z.");
  if (Math.abs(nowMs - atMs) > allowedSkewMs) throw new BucketError("RequestTimeTooSkewed", "The request's date is more than 15 minutes from this store's clock.");
}

function headerText(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

function hmac(key: Uint8Array | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

type SigningKeyOf = (secret: string, date: string, region: string) => Buffer;

/** Makes signing keys, and keeps the last one: it is good for a day, and four of a request's five HMACs make it. */
export function rememberingSigningKey(): SigningKeyOf {
  let last: { name: string; key: Buffer } | undefined;
  return (secret, date, region) => {
    const name = [secret, date, region].join("\n");
    if (last?.name !== name) last = { name, key: signingKeyOf(secret, date, region) };
    return last.key;
  };
}

function signingKeyOf(secret: string, date: string, region: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), "s3"), "aws4_request");
}

/** Percent-encoding as the signature wants it: everything but unreserved characters, in upper case. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

// Clients differ in what they encode; decoding and encoding again makes one form of all.
function canonicalPath(rawPath: string): string {
  return rawPath.split("/").map((part) => encodeStrictly(decode(part))).join("/");
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  const pairs = rawQuery.split("&").map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return [encodeStrictly(decode(name)), encodeStrictly(decode(value.join("=")))] as const;
  });
  // By name first: joined text would sort "a-b=" before "a=".
  pairs.sort(([nameA, valueA], [nameB, valueB]) => (nameA === nameB ? order(valueA, valueB) : order(nameA, nameB)));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** @throws BucketError InvalidRequest when it is not percent-encoded UTF-8 */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new BucketError("InvalidRequest", "Expected percent-encoded UTF-8 in the address; it is not.", { cause: error });
  }
}

// A request's body, verified as it streams: the signed digest, Content-MD5, the chunks of the aws-chunked form with
// their signatures, and x-amz-checksum-* in a header or a trailer. The last step throws when anything is not so,
// before the object is committed.
import { createHash, type Hash } from "node:crypto";
import { readChunked } from "./aws-chunked.js";
import { type Checksum, checksumOf, checksumNames } from "./checksum.js";
import { BucketError } from "./errors.js";
import type { Signature } from "./sigv4.js";

const digestForm = /^[0-9a-f]{64}$/;

/** The object's bytes out of a request's body. */
export async function* verifiedBody(
  source: AsyncIterable<Buffer>,
  signature: Signature,
  header: (name: string) => string | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const { payload } = signature;
  const isStreaming = payload.startsWith("STREAMING-");
  if (!isStreaming && payload !== "UNSIGNED-PAYLOAD" && !digestForm.test(payload)) {
    throw new BucketError("InvalidRequest", `Expected x-amz-content-sha256 to be a digest, UNSIGNED-PAYLOAD or STREAMING-*; got ${payload}.`);
  }
  const sha256 = digestForm.test(payload) ? createHash("sha256") : undefined;
  const md5 = header("content-md5") === undefined ? undefined : createHash("md5");
  const checks: { name: string; checksum: Checksum; expected: () => string | undefined }[] = [];
  const trailers = new Map<string, string>();
  const announced = (header("x-amz-trailer") ?? "").toLowerCase().split(",").map((name) => name.trim());
  for (const name of checksumNames) {
    const given = header(name);
    if (given !== undefined) checks.push({ name, checksum: checksumOf(name), expected: () => given });
    else if (announced.includes(name)) checks.push({ name, checksum: checksumOf(name), expected: () => trailers.get(name) });
  }
  const chunks = isStreaming ? readChunked(source, signature, trailers) : source;
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    sha256?.update(chunk);
    md5?.update(chunk);
    for (const { checksum } of checks) checksum.update(chunk);
    yield chunk;
  }
  const decodedLength = header("x-amz-decoded-content-length");
  if (isStreaming && decodedLength !== undefined && Number(decodedLength) !== sizeBytes) {
    throw new BucketError("IncompleteBody", `Expected ${decodedLength} bytes as x-amz-decoded-content-length says; ${sizeBytes} came.`);
  }
  if (sha256 !== undefined && hex(sha256) !== payload) throw new BucketError("XAmzContentSHA256Mismatch", "The body's SHA-256 is not the one that was signed.");
  if (md5 !== undefined && md5.digest("base64") !== header("content-md5")) throw new BucketError("BadDigest", "The body's MD5 is not the one in Content-MD5.");
  for (const { name, checksum, expected } of checks) {
    if (checksum.digest() !== expected()) throw new BucketError("BadDigest", `The body's checksum is not the one in ${name}.`);
  }
}

function hex(hash: Hash): string {
  return hash.digest("hex");
}

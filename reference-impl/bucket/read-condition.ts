// The conditions of a read, in the order that HTTP gives them (RFC 9110, section 13.2.2).
import { BucketError } from "./errors.js";
import type { Metadata } from "./record.js";
import { type BucketRequest, unquote } from "./request.js";

/**
 * @param prefix of the conditional headers' names: empty, or "x-amz-copy-source-"
 * @throws BucketError PreconditionFailed
 */
export function readCondition(request: BucketRequest, metadata: Metadata, prefix = ""): "holds" | "not-modified" {
  const ifMatch = request.header(`${prefix}if-match`);
  const ifNoneMatch = request.header(`${prefix}if-none-match`);
  const unmodifiedSinceMs = Date.parse(request.header(`${prefix}if-unmodified-since`) ?? "");
  const modifiedSinceMs = Date.parse(request.header(`${prefix}if-modified-since`) ?? "");
  // Headers carry whole seconds: an object is not newer than the second it was written in.
  const modifiedAtMs = Math.floor(metadata.modifiedAtMs / 1000) * 1000;
  if (ifMatch !== undefined) {
    if (!names(ifMatch, metadata.etag)) throw new BucketError("PreconditionFailed", `Expected the etag ${ifMatch}; it is "${metadata.etag}".`);
  } else if (modifiedAtMs > unmodifiedSinceMs) {
    throw new BucketError("PreconditionFailed", "Expected an object that has not changed since the given time; it has.");
  }
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, metadata.etag) ? "not-modified" : "holds";
  return modifiedAtMs <= modifiedSinceMs ? "not-modified" : "holds";
}

function names(header: string, etag: string): boolean {
  return header.trim() === "*" || header.split(",").some((one) => unquote(one) === etag);
}

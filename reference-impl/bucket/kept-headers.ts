// The headers of a write that belong to the object and not to the transfer.
import { checksumNames } from "./checksum.js";
import type { BucketRequest } from "./request.js";

const keptHeaders = ["content-type", "content-language", "content-disposition", "cache-control", "expires", "x-amz-storage-class", ...checksumNames];

/** The headers of a write that every read gives back. */
export function headersToKeep(request: BucketRequest): Record<string, string> {
  const kept = Object.fromEntries(request.headersFrom("x-amz-meta-"));
  for (const name of keptHeaders) {
    const value = request.header(name);
    if (value !== undefined) kept[name] = value;
  }
  // aws-chunked is how the body travelled, not what the object is.
  const encodings = (request.header("content-encoding") ?? "").split(",").map((name) => name.trim());
  const encoding = encodings.filter((name) => name !== "" && name !== "aws-chunked").join(", ");
  if (encoding !== "") kept["content-encoding"] = encoding;
  return kept;
}

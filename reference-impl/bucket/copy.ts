// Copies of an object within the bucket. Large values are not copied: both objects refer to the same files.
import { BucketError } from "./errors.js";
import { headersToKeep } from "./kept-headers.js";
import { readCondition } from "./read-condition.js";
import type { Metadata } from "./record.js";
import { type BucketRequest, writeCondition } from "./request.js";
import { decode } from "./sigv4.js";
import { objectKey, requireCondition, type Store } from "./store.js";

/** The key in an x-amz-copy-source header. @throws BucketError NoSuchBucket for another bucket */
export function copySource(request: BucketRequest): string {
  const [, bucket = "", key = ""] = /^\/?([^/]+)\/(.+)$/s.exec(decode(request.header("x-amz-copy-source") ?? "")) ?? [];
  if (bucket !== request.bucket) throw new BucketError("NoSuchBucket", `Expected a copy source in the bucket ${request.bucket}; got ${bucket}.`);
  return key;
}

/**
 * Copies the object that x-amz-copy-source names to the request's key.
 * @throws BucketError NoSuchKey, PreconditionFailed
 */
export async function copyObject(store: Store, request: BucketRequest): Promise<Metadata> {
  const source = objectKey(copySource(request));
  const target = objectKey(request.key);
  const condition = writeCondition(request);
  const replacement = request.header("x-amz-metadata-directive")?.toUpperCase() === "REPLACE" ? headersToKeep(request) : undefined;
  for (;;) {
    const item = store.log.index.get(source);
    if (item === undefined) throw new BucketError("NoSuchKey", "The key to copy from does not exist.");
    if (readCondition(request, item.metadata, "x-amz-copy-source-") === "not-modified") throw new BucketError("PreconditionFailed", "The copy source has not changed as the condition asks.");
    const value = await store.log.read(item);
    const copied = await store.log.transact((current) => {
      // Replaced since it was read: read again, so that a copy is always of one version.
      if (current(source) !== item) return { writes: [], result: undefined };
      requireCondition(current(target), condition);
      const metadata: Metadata = { ...item.metadata, modifiedAtMs: store.nowMs(), headers: replacement ?? item.metadata.headers };
      return { writes: [{ key: target, metadata, value, blobs: item.blobs }], result: metadata };
    });
    if (copied !== undefined) return copied;
  }
}

// Multipart uploads: each part is a file, and the finished object refers to the parts' files in order, so that to
// complete an upload copies nothing and is one atomic record whatever the object's size.
import { createHash, randomUUID } from "node:crypto";
import type { Content } from "./body.js";
import { BucketError } from "./errors.js";
import type { Write } from "./log.js";
import type { Item } from "./log-index.js";
import type { BlobReference, Metadata } from "./record.js";
import { objectKey, requireCondition, type Store, type WriteCondition } from "./store.js";

const uploadPrefix = "u";
const partPrefix = "p";
const mostParts = 10_000;
/** Every part but the last has at least this. */
export const leastPartBytes = 5 * 1024 * 1024;

export interface Upload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedAtMs: number;
}

export interface Part {
  readonly number: number;
  readonly metadata: Metadata;
}

// A zero byte cannot be in an upload id, so the last one ends the key.
function uploadKey(key: string, uploadId: string): string {
  return `${uploadPrefix}${key}\0${uploadId}`;
}

function partKey(uploadId: string, number: number): string {
  return `${partPrefix}${uploadId}/${String(number).padStart(5, "0")}`;
}

function requireUpload(item: Item | undefined): Item {
  if (item === undefined) throw new BucketError("NoSuchUpload", "The upload does not exist: it was completed, aborted, or never begun.");
  return item;
}

/** Begins an upload. @param headers what the finished object will have */
export async function beginUpload(store: Store, key: string, headers: Readonly<Record<string, string>>): Promise<string> {
  objectKey(key);
  const uploadId = randomUUID();
  const metadata: Metadata = { etag: "", modifiedAtMs: store.nowMs(), sizeBytes: 0, headers };
  await store.log.transact(() => ({ writes: [{ key: uploadKey(key, uploadId), metadata }], result: undefined }));
  return uploadId;
}

/** @throws BucketError NoSuchUpload; to be asked before a part's bytes are taken in for nothing */
export function requireBegun(store: Store, key: string, uploadId: string): void {
  requireUpload(store.log.index.get(uploadKey(key, uploadId)));
}

/**
 * Adds a part, in the place of an earlier one of its number.
 * @param number 1 to 10000
 * @param content taken in with a limit of 0, so that it is in a file
 */
export async function putPart(store: Store, upload: { key: string; uploadId: string }, number: number, content: Content): Promise<Metadata> {
  try {
    if (!Number.isInteger(number) || number < 1 || number > mostParts) throw new BucketError("InvalidArgument", `Expected a part number from 1 to ${mostParts}; got ${number}.`);
    const metadata: Metadata = { etag: content.md5, modifiedAtMs: store.nowMs(), sizeBytes: content.sizeBytes, headers: {} };
    return await store.log.transact((current) => {
      requireUpload(current(uploadKey(upload.key, upload.uploadId)));
      return { writes: [{ key: partKey(upload.uploadId, number), metadata, blobs: content.blobs }], result: metadata };
    });
  } catch (error) {
    store.discard(content);
    throw error;
  }
}

/** The parts an upload has so far, by number. */
export function partsOf(store: Store, key: string, uploadId: string): Part[] {
  requireBegun(store, key, uploadId);
  const prefix = `${partPrefix}${uploadId}/`;
  const parts: Part[] = [];
  for (const at of store.log.index.keysFrom(prefix)) {
    if (!at.startsWith(prefix)) break;
    const item = store.log.index.get(at);
    if (item !== undefined) parts.push({ number: Number(at.slice(prefix.length)), metadata: item.metadata });
  }
  return parts;
}

/** Uploads under way whose key begins so, by key. */
export function uploadsUnder(store: Store, keyPrefix: string): Upload[] {
  const uploads: Upload[] = [];
  for (const at of store.log.index.keysFrom(uploadPrefix + keyPrefix)) {
    if (!at.startsWith(uploadPrefix + keyPrefix)) break;
    const end = at.lastIndexOf("\0");
    const item = store.log.index.get(at);
    if (item !== undefined) uploads.push({ key: at.slice(uploadPrefix.length, end), uploadId: at.slice(end + 1), startedAtMs: item.metadata.modifiedAtMs });
  }
  return uploads;
}

/**
 * Makes the object out of the parts that are named, and forgets the upload.
 * @param named in ascending order of their numbers; etags without quotes
 * @throws BucketError NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, PreconditionFailed; the upload stays
 */
export async function completeUpload(
  store: Store,
  upload: { key: string; uploadId: string },
  named: readonly { number: number; etag: string }[],
  condition: WriteCondition,
): Promise<Metadata> {
  const { key, uploadId } = upload;
  return store.log.transact((current) => {
    const begun = requireUpload(current(uploadKey(key, uploadId)));
    const isOrdered = named.every(({ number }, at) => number > (named[at - 1]?.number ?? 0));
    if (!isOrdered) throw new BucketError("InvalidPartOrder", "Expected the parts in ascending order of their numbers.");
    const items = named.map(({ number, etag }, at) => {
      const item = current(partKey(uploadId, number));
      if (item?.metadata.etag !== etag) throw new BucketError("InvalidPart", `Expected part ${number} with the etag ${etag}; it is ${item?.metadata.etag ?? "not there"}.`);
      if (at < named.length - 1 && item.metadata.sizeBytes < leastPartBytes) throw new BucketError("EntityTooSmall", `Expected at least ${leastPartBytes} bytes in part ${number}; it has ${item.metadata.sizeBytes}.`);
      return item;
    });
    requireCondition(current(objectKey(key)), condition);
    const metadata: Metadata = {
      etag: etagOfParts(named.map(({ etag }) => etag)),
      modifiedAtMs: store.nowMs(),
      sizeBytes: items.reduce((sum, { metadata: { sizeBytes } }) => sum + sizeBytes, 0),
      headers: begun.metadata.headers,
    };
    const blobs: BlobReference[] = items.flatMap((item) => item.blobs);
    // The object first: torn after it, what is left is an upload that can be aborted, and nothing is lost.
    return { writes: [{ key: objectKey(key), metadata, blobs }, ...removal(current, upload)], result: metadata };
  });
}

/** Forgets an upload and its parts. @throws BucketError NoSuchUpload */
export async function abortUpload(store: Store, upload: { key: string; uploadId: string }): Promise<void> {
  await store.log.transact((current) => {
    requireUpload(current(uploadKey(upload.key, upload.uploadId)));
    return { writes: removal(current, upload), result: undefined };
  });
}

// By number and not by a walk over the index, which does not have the parts of the batch that is being built.
function removal(current: (key: string) => Item | undefined, { key, uploadId }: { key: string; uploadId: string }): Write[] {
  const known = Array.from({ length: mostParts }, (_, at) => partKey(uploadId, at + 1));
  return [...known.filter((at) => current(at) !== undefined), uploadKey(key, uploadId)].map((at) => ({ key: at }));
}

/** S3's etag of an object made of parts: the MD5 of the parts' MD5s, and how many there are. */
export function etagOfParts(etags: readonly string[]): string {
  const digest = createHash("md5").update(Buffer.concat(etags.map((etag) => Buffer.from(etag, "hex"))));
  return `${digest.digest("hex")}-${etags.length}`;
}

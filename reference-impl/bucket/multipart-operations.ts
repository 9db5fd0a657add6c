// The S3 operations of multipart uploads: their addresses, XML and headers around multipart.ts.
import { type Answer, emptyAnswer, isoTime, xmlAnswer } from "./answers.js";
import { takeIn } from "./body.js";
import { copySource } from "./copy.js";
import { BucketError } from "./errors.js";
import { headersToKeep } from "./kept-headers.js";
import { abortUpload, beginUpload, completeUpload, partsOf, putPart, requireBegun, uploadsUnder } from "./multipart.js";
import { parseRange } from "./range.js";
import { readCondition } from "./read-condition.js";
import { type BucketRequest, bodyText, unquote, writeCondition } from "./request.js";
import type { Store } from "./store.js";
import { elementsOf, textOf, type Xml, xmlDocument } from "./xml.js";

export async function createUpload(store: Store, request: BucketRequest): Promise<Answer> {
  const uploadId = await beginUpload(store, request.key, headersToKeep(request));
  return xmlAnswer(xmlDocument("InitiateMultipartUploadResult", [["Bucket", request.bucket], ["Key", request.key], ["UploadId", uploadId]]));
}

function uploadOf(request: BucketRequest): { key: string; uploadId: string } {
  return { key: request.key, uploadId: request.query.get("uploadId") ?? "" };
}

export async function uploadPart(store: Store, request: BucketRequest): Promise<Answer> {
  const upload = uploadOf(request);
  const number = Number(request.query.get("partNumber"));
  requireBegun(store, upload.key, upload.uploadId);
  if (request.header("x-amz-copy-source") === undefined) {
    const { etag } = await putPart(store, upload, number, await takeIn(request.body(), store.blobs, 0));
    return emptyAnswer(200, { etag: `"${etag}"` });
  }
  const source = store.open(copySource(request));
  if (source === undefined) throw new BucketError("NoSuchKey", "The key to copy from does not exist.");
  try {
    if (readCondition(request, source.metadata, "x-amz-copy-source-") === "not-modified") throw new BucketError("PreconditionFailed", "The copy source has not changed as the condition asks.");
    const { start, end } = parseRange(request.header("x-amz-copy-source-range"), source.metadata.sizeBytes) ?? { start: 0, end: source.metadata.sizeBytes };
    const { etag, modifiedAtMs } = await putPart(store, upload, number, await takeIn(source.read(start, end), store.blobs, 0));
    return xmlAnswer(xmlDocument("CopyPartResult", [["ETag", `"${etag}"`], ["LastModified", isoTime(modifiedAtMs)]]));
  } finally {
    source.close();
  }
}

export async function completeMultipart(store: Store, request: BucketRequest): Promise<Answer> {
  const condition = writeCondition(request);
  const named = elementsOf(await bodyText(request), "Part").map((part) => ({
    number: Number(textOf(part, "PartNumber")),
    etag: unquote(textOf(part, "ETag") ?? ""),
  }));
  if (named.length === 0) throw new BucketError("MalformedXML", "Expected a CompleteMultipartUpload with at least one Part.");
  const { etag } = await completeUpload(store, uploadOf(request), named, condition);
  return xmlAnswer(
    xmlDocument("CompleteMultipartUploadResult", [["Location", `/${request.bucket}/${request.key}`], ["Bucket", request.bucket], ["Key", request.key], ["ETag", `"${etag}"`]]),
  );
}

export async function abortMultipart(store: Store, request: BucketRequest): Promise<Answer> {
  await abortUpload(store, uploadOf(request));
  return emptyAnswer(204);
}

export function listParts(store: Store, request: BucketRequest): Answer {
  const { key, uploadId } = uploadOf(request);
  const marker = Number(request.query.get("part-number-marker") ?? 0);
  const limit = Math.min(Number(request.query.get("max-parts") ?? 1000), 1000);
  const rest = partsOf(store, key, uploadId).filter(({ number }) => number > marker);
  const page = rest.slice(0, limit);
  return xmlAnswer(
    xmlDocument("ListPartsResult", [
      ["Bucket", request.bucket],
      ["Key", key],
      ["UploadId", uploadId],
      ["PartNumberMarker", marker],
      ["NextPartNumberMarker", page.at(-1)?.number],
      ["MaxParts", limit],
      ["IsTruncated", rest.length > page.length],
      ...page.map(({ number, metadata }): Xml => [
        "Part",
        [
          ["PartNumber", number],
          ["LastModified", isoTime(metadata.modifiedAtMs)],
          ["ETag", `"${metadata.etag}"`],
          ["Size", metadata.sizeBytes],
        ],
      ]),
    ]),
  );
}

export function listUploads(store: Store, request: BucketRequest): Answer {
  const prefix = request.query.get("prefix") ?? "";
  const keyMarker = request.query.get("key-marker") ?? "";
  const idMarker = request.query.get("upload-id-marker") ?? "";
  const limit = Math.min(Number(request.query.get("max-uploads") ?? 1000), 1000);
  const all = uploadsUnder(store, prefix);
  const from = keyMarker === "" ? 0 : all.findIndex(({ key, uploadId }) => key > keyMarker || (key === keyMarker && idMarker !== "" && uploadId > idMarker));
  const rest = from < 0 ? [] : all.slice(from);
  const page = rest.slice(0, limit);
  const isTruncated = rest.length > page.length;
  return xmlAnswer(
    xmlDocument("ListMultipartUploadsResult", [
      ["Bucket", request.bucket],
      ["Prefix", prefix],
      ["KeyMarker", keyMarker],
      ["UploadIdMarker", idMarker],
      ["NextKeyMarker", isTruncated ? page.at(-1)?.key : undefined],
      ["NextUploadIdMarker", isTruncated ? page.at(-1)?.uploadId : undefined],
      ["MaxUploads", limit],
      ["IsTruncated", isTruncated],
      ...page.map(({ key, uploadId, startedAtMs }): Xml => ["Upload", [["Key", key], ["UploadId", uploadId], ["Initiated", isoTime(startedAtMs)]]]),
    ]),
  );
}

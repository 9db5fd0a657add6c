// Operations on one object: put, copy, get, head, delete.
import { type Answer, emptyAnswer, httpTime, isoTime, xmlAnswer } from "./answers.js";
import { inlineBytes, takeIn } from "./body.js";
import { checksumNames } from "./checksum.js";
import { copyObject } from "./copy.js";
import { BucketError } from "./errors.js";
import { headersToKeep } from "./kept-headers.js";
import { parseRange } from "./range.js";
import { readCondition } from "./read-condition.js";
import type { Metadata } from "./record.js";
import { type BucketRequest, writeCondition } from "./request.js";
import type { Store } from "./store.js";
import { xmlDocument } from "./xml.js";

export async function putObject(store: Store, request: BucketRequest): Promise<Answer> {
  if (request.header("x-amz-copy-source") !== undefined) {
    const { etag, modifiedAtMs } = await copyObject(store, request);
    return xmlAnswer(xmlDocument("CopyObjectResult", [["ETag", `"${etag}"`], ["LastModified", isoTime(modifiedAtMs)]]));
  }
  const condition = writeCondition(request);
  const content = await takeIn(request.body(), store.blobs);
  const { etag } = await store.put(request.key, content, headersToKeep(request), condition);
  return emptyAnswer(200, { etag: `"${etag}"` });
}

export async function deleteObject(store: Store, request: BucketRequest): Promise<Answer> {
  await store.delete(request.key, writeCondition(request));
  return emptyAnswer(204);
}

/** GET and HEAD: the body of a HEAD's answer is not sent. */
export async function getObject(store: Store, request: BucketRequest): Promise<Answer> {
  const object = store.open(request.key);
  if (object === undefined) throw new BucketError("NoSuchKey", "The specified key does not exist.");
  let isHandedOn = false;
  try {
    const { metadata } = object;
    const headers = headersOf(metadata, request.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED");
    if (readCondition(request, metadata) === "not-modified") return emptyAnswer(304, withoutChecksums(headers));
    const range = parseRange(request.header("range"), metadata.sizeBytes);
    const { start, end } = range ?? { start: 0, end: metadata.sizeBytes };
    const length = { "content-length": String(end - start) };
    const chunks = object.read(start, end);
    let body: Answer["body"];
    if (request.method === "GET" && end - start <= inlineBytes) {
      // In one write with the head, and a read that fails is still answered as an error.
      body = await joined(chunks);
    } else if (request.method === "GET") {
      body = { chunks, close: () => object.close() };
      isHandedOn = true;
    }
    if (range === undefined) return { status: 200, headers: { ...headers, ...length }, ...(body !== undefined && { body }) };
    const place = { "content-range": `bytes ${start}-${end - 1}/${metadata.sizeBytes}` };
    return { status: 206, headers: { ...withoutChecksums(headers), ...length, ...place }, ...(body !== undefined && { body }) };
  } finally {
    if (!isHandedOn) object.close();
  }
}

async function joined(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const held: Buffer[] = [];
  for await (const chunk of chunks) held.push(chunk);
  return held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
}

function headersOf(metadata: Metadata, withChecksums: boolean): Record<string, string> {
  return {
    "content-type": "binary/octet-stream",
    ...(withChecksums ? metadata.headers : withoutChecksums(metadata.headers)),
    "accept-ranges": "bytes",
    etag: `"${metadata.etag}"`,
    "last-modified": httpTime(metadata.modifiedAtMs),
  };
}

// A checksum of the whole would be taken for one of the bytes that are sent.
function withoutChecksums(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !checksumNames.includes(name)));
}

// Which operation a request asks for. What the store does not have is refused by name, never ignored.
import type { Answer } from "./answers.js";
import { bucketExists, bucketLocation, deleteObjects, list, listBuckets } from "./bucket-operations.js";
import { BucketError } from "./errors.js";
import type { Faults } from "./faults.js";
import { abortMultipart, completeMultipart, createUpload, listParts, listUploads, uploadPart } from "./multipart-operations.js";
import { deleteObject, getObject, putObject } from "./object-operations.js";
import type { BucketRequest } from "./request.js";
import type { Store } from "./store.js";

/**
 * Runs the operation.
 * @param bucket the name of the one bucket
 * @throws BucketError for everything a client is told
 */
export async function operate(store: Store, bucket: string, faults: Faults, request: BucketRequest): Promise<Answer> {
  if (request.bucket === "") {
    if (request.method === "GET") return listBuckets(bucket);
    throw notThis(request);
  }
  if (request.bucket !== bucket) throw new BucketError("NoSuchBucket", `Expected the bucket ${bucket}; got ${request.bucket}.`);
  if (request.key === "") return operateOnBucket(store, faults, request);
  return operateOnObject(store, faults, request);
}

async function operateOnBucket(store: Store, faults: Faults, request: BucketRequest): Promise<Answer> {
  const { method, query } = request;
  if (method === "HEAD" || (method === "PUT" && query.size === 0)) return bucketExists();
  if (method === "GET" && query.has("location")) return bucketLocation();
  if (method === "GET" && query.has("uploads")) return listUploads(store, request);
  if (method === "GET") return list(store, request);
  if (method === "POST" && query.has("delete")) return deleteObjects(store, request);
  throw notThis(request);
}

async function operateOnObject(store: Store, faults: Faults, request: BucketRequest): Promise<Answer> {
  const { method, query } = request;
  for (const name of ["tagging", "acl", "retention", "legal-hold", "attributes", "torrent", "restore", "versionId"]) {
    if (query.has(name)) throw new BucketError("NotImplemented", `This store has no ?${name}.`);
  }
  const isPart = query.has("uploadId");
  switch (method) {
    case "HEAD":
      return getObject(store, request);
    case "GET":
      return isPart ? listParts(store, request) : getObject(store, request);
    case "DELETE":
      return isPart ? abortMultipart(store, request) : deleteObject(store, request);
    case "PUT":
      faults.requireSpace();
      return isPart ? uploadPart(store, request) : putObject(store, request);
    case "POST":
      faults.requireSpace();
      if (query.has("uploads")) return createUpload(store, request);
      if (isPart) return completeMultipart(store, request);
  }
  throw notThis(request);
}

function notThis(request: BucketRequest): BucketError {
  return new BucketError("MethodNotAllowed", `This store has no ${request.method} for this address.`);
}

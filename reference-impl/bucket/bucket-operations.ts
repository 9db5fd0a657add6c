// Operations on the bucket as a whole: listings, bulk deletion, and the few questions clients ask before they begin.
import { type Answer, emptyAnswer, isoTime, xmlAnswer } from "./answers.js";
import { BucketError } from "./errors.js";
import { listObjects } from "./listing.js";
import { type BucketRequest, bodyText } from "./request.js";
import { encodeStrictly } from "./sigv4.js";
import type { Store } from "./store.js";
import { elementsOf, textOf, type Xml, xmlDocument } from "./xml.js";

const mostKeys = 1000;

/** ListObjectsV2, and ListObjects for older clients. */
export function list(store: Store, request: BucketRequest): Answer {
  const { query } = request;
  const isSecondVersion = query.get("list-type") === "2";
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after");
  const marker = query.get("marker");
  const limit = keyLimit(query.get("max-keys"));
  const after = (isSecondVersion ? (token === undefined ? startAfter : readToken(token)) : marker) ?? "";
  const { objects, prefixes, next } = limit === 0 ? { objects: [], prefixes: [] } : listObjects(store, { prefix, delimiter, after, limit });
  const isEncoded = query.get("encoding-type") === "url";
  const name = (text: string): string => (isEncoded ? encodeStrictly(text).replaceAll("%2F", "/") : text);
  const paging: Xml[] = isSecondVersion
    ? [
        ["KeyCount", objects.length + prefixes.length],
        ["ContinuationToken", token],
        ["NextContinuationToken", next === undefined ? undefined : writeToken(next)],
        ["StartAfter", startAfter === undefined ? undefined : name(startAfter)],
      ]
    : [
        ["Marker", name(marker ?? "")],
        ["NextMarker", next === undefined ? undefined : name(next)],
      ];
  return xmlAnswer(
    xmlDocument("ListBucketResult", [
      ["Name", request.bucket],
      ["Prefix", name(prefix)],
      ["Delimiter", delimiter === "" ? undefined : name(delimiter)],
      ["MaxKeys", limit],
      ["EncodingType", isEncoded ? "url" : undefined],
      ["IsTruncated", next !== undefined],
      ...paging,
      ...objects.map(({ key, metadata }): Xml => [
        "Contents",
        [
          ["Key", name(key)],
          ["LastModified", isoTime(metadata.modifiedAtMs)],
          ["ETag", `"${metadata.etag}"`],
          ["Size", metadata.sizeBytes],
          ["StorageClass", metadata.headers["x-amz-storage-class"] ?? "STANDARD"],
        ],
      ]),
      ...prefixes.map((one): Xml => ["CommonPrefixes", [["Prefix", name(one)]]]),
    ]),
  );
}

function keyLimit(text: string | undefined): number {
  if (text === undefined || text === "") return mostKeys;
  if (!/^\d{1,9}$/.test(text)) throw new BucketError("InvalidArgument", `Expected max-keys to be a number; got ${text}.`);
  return Math.min(Number(text), mostKeys);
}

// Opaque on purpose: a client that reads meaning into a token would not work with another store.
function writeToken(after: string): string {
  return Buffer.from(after).toString("base64url");
}

function readToken(token: string): string {
  const after = Buffer.from(token, "base64url").toString("utf8");
  if (writeToken(after) !== token || after === "") throw new BucketError("InvalidArgument", "The continuation token is not one that this store gave.");
  return after;
}

/** DeleteObjects: up to 1000 keys, each with its own outcome. */
export async function deleteObjects(store: Store, request: BucketRequest): Promise<Answer> {
  const xml = await bodyText(request);
  const keys = elementsOf(xml, "Object").map((object) => textOf(object, "Key"));
  if (keys.length === 0 || keys.length > mostKeys) throw new BucketError("MalformedXML", `Expected 1 to ${mostKeys} keys to delete; got ${keys.length}.`);
  const isQuiet = textOf(xml, "Quiet") === "true";
  const outcomes = await Promise.all(
    keys.map(async (key): Promise<Xml | undefined> => {
      try {
        if (key === undefined) throw new BucketError("MalformedXML", "Expected a Key in each Object.");
        await store.delete(key);
        return isQuiet ? undefined : ["Deleted", [["Key", key]]];
      } catch (error) {
        if (!(error instanceof BucketError)) throw error;
        return ["Error", [["Key", key], ["Code", error.code], ["Message", error.message]]];
      }
    }),
  );
  return xmlAnswer(xmlDocument("DeleteResult", outcomes.filter((outcome) => outcome !== undefined)));
}

/** The bucket exists from the start: to create it again is no error, and nothing is stored. */
export function bucketExists(): Answer {
  return emptyAnswer(200);
}

export function bucketLocation(): Answer {
  return xmlAnswer(xmlDocument("LocationConstraint", []));
}

export function listBuckets(bucket: string): Answer {
  return xmlAnswer(xmlDocument("ListAllMyBucketsResult", [["Buckets", [["Bucket", [["Name", bucket], ["CreationDate", isoTime(0)]]]]]]));
}

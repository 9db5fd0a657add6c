// Amazon's own client against the store: what it sends is what the store must understand.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { type Bucket as Store, openBucket } from "./bucket.js";
import { etagOf } from "./crash-workload.js";
import { etagOfParts, leastPartBytes } from "./multipart.js";

const Bucket = "edge";

function failure(name: string, status: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof S3ServiceException, String(error));
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
    return true;
  };
}

describe("bucket: S3", function () {
  this.timeout(30_000);
  let directory: string;
  let store: Store;
  let s3: S3Client;

  function client(secretAccessKey = store.credentials.secretAccessKey, accessKeyId = store.credentials.accessKeyId): S3Client {
    return new S3Client({ endpoint: url, region: "auto", forcePathStyle: true, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey } });
  }
  let url: string;

  async function text(Key: string, Range?: string): Promise<string | undefined> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }));
    return Body?.transformToString();
  }
  const put = (Key: string, Body: string | Buffer = Key): Promise<unknown> => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "edgemark-bucket-"));
    store = await openBucket({ directory, bucket: Bucket, fsync: false });
    ({ url } = await store.listen());
    s3 = client();
  });

  after(async () => {
    s3.destroy();
    await store.close();
    await rm(directory, { recursive: true });
  });

  it("gives back what was put, with its headers and metadata", async () => {
    const Body = "hello";
    const { ETag } = await s3.send(
      new PutObjectCommand({ Bucket, Key: "put/1", Body, ContentType: "text/plain", CacheControl: "no-store", Metadata: { colour: "red" } }),
    );

    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "put/1" }));

    assert.equal(ETag, `"${etagOf(Buffer.from(Body))}"`);
    assert.equal(await got.Body?.transformToString(), Body);
    assert.deepEqual([got.ETag, got.ContentType, got.CacheControl, got.Metadata, got.ContentLength], [ETag, "text/plain", "no-store", { colour: "red" }, 5]);
    assert.ok(got.LastModified !== undefined && Math.abs(Date.now() - got.LastModified.getTime()) < 60_000);
  });

  it("takes keys of any characters", async () => {
    for (const key of ["a b+c", "é/ü", "😀", "x&<>\"'", "a//b/", "..", "%2F", "q?x=1#y", "(!*~)"]) {
      await put(key);
      assert.equal(await text(key), key);
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: key }));
      assert.equal(Contents?.[0]?.Key, key);
    }
    await assert.rejects(put("k".repeat(1025)), failure("KeyTooLongError", 400));
  });

  it("answers 404 for what is not there", async () => {
    await assert.rejects(text("absent"), failure("NoSuchKey", 404));
    await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: "absent" })), failure("NotFound", 404));
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket: "other", Key: "k" })), failure("NoSuchBucket", 404));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "absent" }));
  });

  it("gives ranges, of small objects and of large ones", async () => {
    await put("small", "0123456789");
    const large = Buffer.alloc(1_000_000, "0123456789");
    await put("large", large);

    assert.equal(await text("small", "bytes=2-4"), "234");
    assert.equal(await text("small", "bytes=-3"), "789");
    assert.equal(await text("small", "bytes=7-"), "789");
    assert.equal(await text("large", "bytes=299999-600001"), large.toString("latin1", 299_999, 600_002));
    await assert.rejects(text("small", "bytes=10-"), failure("InvalidRange", 416));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "large" }));
    assert.equal(head.ContentLength, 1_000_000);
  });

  it("keeps to the conditions of reads", async () => {
    await put("read", "v");
    const ETag = `"${etagOf(Buffer.from("v"))}"`;
    const get = (conditions: object): Promise<unknown> => s3.send(new GetObjectCommand({ Bucket, Key: "read", ...conditions }));
    const hourMs = 3_600_000;

    await get({ IfMatch: ETag });
    await get({ IfModifiedSince: new Date(Date.now() - hourMs) });
    await assert.rejects(get({ IfMatch: '"other"' }), failure("PreconditionFailed", 412));
    await assert.rejects(get({ IfUnmodifiedSince: new Date(Date.now() - hourMs) }), failure("PreconditionFailed", 412));
    for (const conditions of [{ IfNoneMatch: ETag }, { IfModifiedSince: new Date(Date.now() + hourMs) }]) {
      await assert.rejects(get(conditions), (error) => error instanceof S3ServiceException && error.$metadata.httpStatusCode === 304);
    }
  });

  it("keeps to the conditions of writes", async () => {
    const write = (Body: string, conditions: object): Promise<{ ETag?: string | undefined }> => s3.send(new PutObjectCommand({ Bucket, Key: "write", Body, ...conditions }));

    const { ETag } = await write("1", { IfNoneMatch: "*" });
    await assert.rejects(write("2", { IfNoneMatch: "*" }), failure("PreconditionFailed", 412));
    await assert.rejects(write("2", { IfMatch: '"other"' }), failure("PreconditionFailed", 412));
    await write("2", { IfMatch: ETag });
    await assert.rejects(write("3", { IfMatch: ETag }), failure("PreconditionFailed", 412));
    await assert.rejects(s3.send(new DeleteObjectCommand({ Bucket, Key: "write", IfMatch: ETag })), failure("PreconditionFailed", 412));
    assert.equal(await text("write"), "2");
  });

  it("lets exactly one of many racing writers win", async () => {
    for (const conditions of [() => ({ IfNoneMatch: "*" }), () => ({ IfMatch: `"${etagOf(Buffer.from("race"))}"` })]) {
      const Key = `race/${conditions.toString().length}`;
      if (!("IfNoneMatch" in conditions())) await put(Key, "race");

      const racers = Array.from({ length: 20 }, (_, at) => s3.send(new PutObjectCommand({ Bucket, Key, Body: String(at), ...conditions() })));
      const outcomes = await Promise.allSettled(racers);

      const winners = outcomes.flatMap((outcome, at) => (outcome.status === "fulfilled" ? [String(at)] : []));
      assert.deepEqual(winners, [await text(Key)]);
      for (const outcome of outcomes) if (outcome.status === "rejected") failure("PreconditionFailed", 412)(outcome.reason);
    }
  });

  it("takes every checksum the client can send, and bodies whose length comes last", async () => {
    const algorithms: ChecksumAlgorithm[] = ["CRC32", "CRC32C", "SHA1", "SHA256"];
    for (const ChecksumAlgorithm of algorithms) {
      await s3.send(new PutObjectCommand({ Bucket, Key: "sum", Body: ChecksumAlgorithm, ChecksumAlgorithm }));
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: "sum", ChecksumMode: "ENABLED" }));
      assert.equal(await got.Body?.transformToString(), ChecksumAlgorithm);
    }
    const stream = Readable.from([Buffer.alloc(300_000, "s"), Buffer.alloc(400_000, "t")]);
    await s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body: stream, ContentLength: 700_000 }));
    assert.equal((await store.get("stream"))?.length, 700_000);
  });

  it("refuses a body that is not what its checksum says, and keeps nothing of it", async () => {
    const wrong = { ChecksumCRC32: "AAAAAA==" };
    await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "bad", Body: "x", ...wrong })), failure("BadDigest", 400));
    await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "bad", Body: Buffer.alloc(500_000), ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" })), failure("BadDigest", 400));
    assert.equal(await store.get("bad"), undefined);
  });

  it("refuses wrong credentials and none", async () => {
    const wrongSecret = client("wrong");
    const wrongId = client(undefined, "wrong");
    await assert.rejects(wrongSecret.send(new GetObjectCommand({ Bucket, Key: "k" })), failure("SignatureDoesNotMatch", 403));
    await assert.rejects(wrongId.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" })), failure("InvalidAccessKeyId", 403));
    assert.equal((await fetch(`${url}/${Bucket}/put/1`)).status, 403);
    wrongSecret.destroy();
    wrongId.destroy();
  });

  it("lists by prefix, delimiter, start and page", async () => {
    for (const key of ["l/a", "l/b/1", "l/b/2", "l/c", "l/d/1"]) await put(key);
    const keys = (found: { Contents?: { Key?: string | undefined }[] | undefined }): unknown[] => (found.Contents ?? []).map(({ Key }) => Key);

    const rolledUp = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", Delimiter: "/", EncodingType: "url" }));
    const later = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", StartAfter: "l/b/1" }));
    const first = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", MaxKeys: 2 }));
    const second = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "l/", MaxKeys: 9, ContinuationToken: first.NextContinuationToken }));
    const old = await s3.send(new ListObjectsCommand({ Bucket, Prefix: "l/", Marker: "l/c" }));

    assert.deepEqual([keys(rolledUp), rolledUp.CommonPrefixes?.map(({ Prefix }) => Prefix)], [["l/a", "l/c"], ["l/b/", "l/d/"]]);
    assert.deepEqual(keys(later), ["l/b/2", "l/c", "l/d/1"]);
    assert.deepEqual([keys(first), first.IsTruncated, first.KeyCount], [["l/a", "l/b/1"], true, 2]);
    assert.deepEqual([keys(second), second.IsTruncated], [["l/b/2", "l/c", "l/d/1"], false]);
    assert.deepEqual(keys(old), ["l/d/1"]);
    await s3.send(new HeadBucketCommand({ Bucket }));
    assert.deepEqual((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name), [Bucket]);
  });

  it("deletes many at once", async () => {
    await put("m/1");
    await put("m/<2>");

    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "m/1" }, { Key: "m/<2>" }, { Key: "m/absent" }] } }));

    assert.equal(Deleted?.length, 3);
    assert.deepEqual(await store.list("m/"), []);
  });

  it("copies objects, small and large, which then live on their own", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "from é", Body: Buffer.alloc(400_000, "f"), Metadata: { a: "1" } }));
    const CopySource = encodeURI(`${Bucket}/from é`);

    await s3.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: "to/2", CopySource, MetadataDirective: "REPLACE", Metadata: { b: "2" } }));
    await put("from é", "changed");

    const copy = await s3.send(new GetObjectCommand({ Bucket, Key: "to" }));
    assert.equal((await copy.Body?.transformToByteArray())?.length, 400_000);
    assert.deepEqual(copy.Metadata, { a: "1" });
    assert.deepEqual((await s3.send(new HeadObjectCommand({ Bucket, Key: "to/2" }))).Metadata, { b: "2" });
    await assert.rejects(s3.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/absent` })), failure("NoSuchKey", 404));
    await assert.rejects(s3.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource, CopySourceIfMatch: '"x"' })), failure("PreconditionFailed", 412));
  });

  it("makes one object of parts", async () => {
    const Key = "parts";
    const bodies = [Buffer.alloc(leastPartBytes, "1"), Buffer.alloc(leastPartBytes + 1, "2"), Buffer.from("end")];
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: "text/plain" }));
    const etags = await Promise.all(
      bodies.map(async (Body, at) => (await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: at + 1, Body }))).ETag),
    );
    const Parts = etags.map((ETag, at) => ({ ETag, PartNumber: at + 1 }));
    const complete = (parts: object[]): Promise<{ ETag?: string | undefined }> => s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));

    assert.deepEqual((await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts?.map(({ Size }) => Size), bodies.map(({ length }) => length));
    assert.deepEqual((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map((upload) => upload.UploadId), [UploadId]);
    await assert.rejects(complete([...Parts].reverse()), failure("InvalidPartOrder", 400));
    await assert.rejects(complete([{ ETag: '"x"', PartNumber: 1 }]), failure("InvalidPart", 400));
    assert.equal(await store.get(Key), undefined);
    const { ETag } = await complete(Parts);

    assert.equal(ETag, `"${etagOfParts(bodies.map(etagOf))}"`);
    assert.match(ETag ?? "", /-3"$/);
    assert.deepEqual(Buffer.from((await store.get(Key)) ?? []), Buffer.concat(bodies));
    assert.equal(await text(Key, `bytes=${leastPartBytes - 1}-${leastPartBytes}`), "12");
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentType, "text/plain");
    await assert.rejects(complete(Parts), failure("NoSuchUpload", 404));
  });

  it("refuses small parts in the middle, copies parts, and forgets what is aborted", async () => {
    const Key = "aborted";
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await put("source", "0123456789");
    const first = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "small" }));
    const second = await s3.send(new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 2, CopySource: `${Bucket}/source`, CopySourceRange: "bytes=0-4" }));
    const Parts = [{ PartNumber: 1, ETag: first.ETag }, { PartNumber: 2, ETag: second.CopyPartResult?.ETag }];

    assert.equal(second.CopyPartResult?.ETag, `"${etagOf(Buffer.from("01234"))}"`);
    await assert.rejects(s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } })), failure("EntityTooSmall", 400));
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));

    await assert.rejects(s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" })), failure("NoSuchUpload", 404));
    assert.deepEqual((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [], []);
  });
});

// The store as the edge uses it: its own calls, one listener a PoP, and the faults it is given.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { type Bucket as Store, type BucketListener, openBucket } from "./bucket.js";
import { etagOf } from "./crash-workload.js";

const Bucket = "edge";

describe("bucket", function () {
  this.timeout(30_000);
  let directory: string;
  let store: Store;
  const clients: S3Client[] = [];

  function clientOf({ url }: BucketListener): S3Client {
    const s3 = new S3Client({ endpoint: url, region: "auto", forcePathStyle: true, maxAttempts: 1, credentials: store.credentials });
    clients.push(s3);
    return s3;
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "edgemark-bucket-"));
    store = await openBucket({ directory, bucket: Bucket, fsync: false });
  });

  afterEach(async () => {
    for (const s3 of clients.splice(0)) s3.destroy();
    await store.close();
    await rm(directory, { recursive: true });
  });

  it("puts, gets, lists and deletes, on conditions, and has it all again when reopened", async () => {
    const large = Buffer.alloc(600_000, "l");
    const written = await store.put("a/1", Buffer.from("one"), { ifNoneMatch: "*" });
    assert.ok(typeof written === "object");
    const { etag } = written;
    assert.equal(await store.put("a/1", Buffer.from("two"), { ifNoneMatch: "*" }), "precondition-failed");
    assert.equal(await store.put("a/1", Buffer.from("two"), { ifMatch: "other" }), "precondition-failed");
    assert.deepEqual(await store.put("a/1", Buffer.from("two"), { ifMatch: etag }), { etag: etagOf(Buffer.from("two")) });
    await store.put("a/2", large);
    await store.put("b", Buffer.alloc(0));
    await store.put("gone", large);
    await store.delete("gone");
    await store.close();
    store = await openBucket({ directory, bucket: Bucket, fsync: false });

    assert.deepEqual(await store.list("a/"), ["a/1", "a/2"]);
    assert.deepEqual(await store.list(""), ["a/1", "a/2", "b"]);
    assert.equal(String(await store.get("a/1")), "two");
    assert.deepEqual(await store.get("a/2"), large);
    assert.equal((await store.get("b"))?.length, 0);
    assert.equal(await store.get("gone"), undefined);
    assert.equal((await readdir(join(directory, "blobs"))).length, 1);
  });

  it("is one process's alone", async () => {
    await assert.rejects(openBucket({ directory, bucket: Bucket }), /has it open/);
  });

  it("finishes a read of what is replaced meanwhile", async () => {
    await store.put("k", Buffer.alloc(2_000_000, "1"));
    const { Body } = await clientOf(await store.listen()).send(new GetObjectCommand({ Bucket, Key: "k" }));

    await store.put("k", Buffer.alloc(2_000_000, "2"));

    assert.equal(await Body?.transformToString(), "1".repeat(2_000_000));
  });

  it("answers writes as a full disk, and nothing else", async () => {
    await store.put("k", Buffer.from("1"));
    const s3 = clientOf(await store.listen());
    store.setFull(true);

    for (const size of [1, 2_000_000]) {
      await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: Buffer.alloc(size) })), (error) => {
        return error instanceof S3ServiceException && error.name === "InsufficientStorage" && error.$metadata.httpStatusCode === 507;
      });
    }
    await assert.rejects(store.put("k", Buffer.from("2")), /full/);
    assert.equal(String(await store.get("k")), "1");
    await store.delete("k");

    store.setFull(false);
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "3" }));
    assert.equal(String(await store.get("k")), "3");
  });

  it("adds latency to every operation", async () => {
    store.setDelayMs(30);
    const startMs = performance.now();

    await store.get("k");
    await store.list("");

    // A timer may fire up to a millisecond early.
    assert.ok(performance.now() - startMs >= 58);
  });

  it("cuts one listener off and leaves the others: a hung one answers after its restoration", async () => {
    const [cutOff, other] = [await store.listen(), await store.listen()];
    const [far, near] = [clientOf(cutOff), clientOf(other)];
    await far.send(new PutObjectCommand({ Bucket, Key: "k", Body: "0" }));
    cutOff.isolate("hang");

    let isAnswered = false;
    const late = far.send(new PutObjectCommand({ Bucket, Key: "k", Body: "late" })).finally(() => (isAnswered = true));
    await near.send(new PutObjectCommand({ Bucket, Key: "k", Body: "1" }));
    // Several turns of requests elsewhere: the hung one has had every occasion to be answered.
    for (let turn = 0; turn < 10; turn++) assert.equal(await (await near.send(new GetObjectCommand({ Bucket, Key: "k" }))).Body?.transformToString(), "1");
    assert.equal(isAnswered, false);
    cutOff.restore();
    await late;

    assert.equal(String(await store.get("k")), "late");
  });

  it("forgets what a hung listener was asked when the client goes away", async () => {
    const [cutOff, other] = [await store.listen(), await store.listen()];
    const [far, near] = [clientOf(cutOff), clientOf(other)];
    cutOff.isolate("hang");
    const abort = new AbortController();
    const sent = far.send(new PutObjectCommand({ Bucket, Key: "k", Body: "late" }), { abortSignal: abort.signal });

    setTimeout(() => abort.abort(), 50);
    await assert.rejects(sent);
    // Requests elsewhere give the end of the connection the time to arrive.
    for (let turn = 0; turn < 5; turn++) await near.send(new PutObjectCommand({ Bucket, Key: "other", Body: "1" }));
    cutOff.restore();
    await far.send(new PutObjectCommand({ Bucket, Key: "other", Body: "2" }));

    assert.equal(await store.get("k"), undefined);
  });

  it("refuses connections, those that are open too, until it is restored", async () => {
    const cutOff = await store.listen();
    const far = clientOf(cutOff);
    const get = async (): Promise<unknown> => far.send(new PutObjectCommand({ Bucket, Key: "k", Body: "1" }));
    await get();
    cutOff.isolate("refuse");

    await assert.rejects(get(), /hang up|ECONNRESET|EPIPE/);
    await assert.rejects(get(), /hang up|ECONNRESET|EPIPE/);
    cutOff.restore();

    await get();
  });
});

// Signatures against the worked examples of Amazon's documentation, and everything that must be refused.
// @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
// @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import assert from "node:assert/strict";
import { readChunked } from "./aws-chunked.js";
import { BucketError } from "./errors.js";
import { type SignedRequest, verifySignature } from "./sigv4.js";

// The documentation's own, which opens nothing.
const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const nowMs = Date.UTC(2013, 4, 24);
const scope = `${credentials.accessKeyId}/20130524/us-east-1/s3/aws4_request`;
const emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function get(changes: { path?: string; query?: string; headers?: Record<string, string> } = {}): SignedRequest {
  return {
    method: "GET",
    rawPath: changes.path ?? "/test.txt",
    rawQuery: changes.query ?? "",
    headers: {
      host: "examplebucket.s3.amazonaws.com",
      range: "bytes=0-9",
      "x-amz-content-sha256": emptyDigest,
      "x-amz-date": "20130524T000000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
      ...changes.headers,
    },
  };
}

const chunkedUpload: SignedRequest = {
  method: "PUT",
  rawPath: "/examplebucket/chunkObject.txt",
  rawQuery: "",
  headers: {
    host: "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "content-length": "66824",
    authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9`,
  },
};

const chunkedBody = [
  "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  "a".repeat(65536),
  "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  "a".repeat(1024),
  "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  "",
  "",
].join("\r\n");

async function* pieces(text: string, pieceBytes: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function decoded(text: string, pieceBytes = 5000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readChunked(pieces(text, pieceBytes), verifySignature(chunkedUpload, credentials, nowMs), new Map())) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof BucketError && error.code === code;
}

describe("bucket: signatures", () => {
  it("accepts the documentation's example", () => {
    assert.equal(verifySignature(get(), credentials, nowMs).payload, emptyDigest);
  });

  it("refuses any change of what was signed", () => {
    const changes = [{ path: "/test2.txt" }, { query: "versionId=1" }, { headers: { range: "bytes=0-99" } }, { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }];
    for (const change of changes) assert.throws(() => verifySignature(get(change), credentials, nowMs), refusal("SignatureDoesNotMatch"));
  });

  it("refuses another secret, another key id, no signature and an old one", () => {
    assert.throws(() => verifySignature(get(), { ...credentials, secretAccessKey: "other" }, nowMs), refusal("SignatureDoesNotMatch"));
    assert.throws(() => verifySignature(get(), { ...credentials, accessKeyId: "other" }, nowMs), refusal("InvalidAccessKeyId"));
    assert.throws(() => verifySignature(get({ headers: { authorization: "Basic eDp5" } }), credentials, nowMs), refusal("AccessDenied"));
    assert.throws(() => verifySignature({ ...get(), headers: {} }, credentials, nowMs), refusal("AccessDenied"));
    assert.throws(() => verifySignature(get(), credentials, nowMs + 16 * 60 * 1000), refusal("RequestTimeTooSkewed"));
    assert.throws(() => verifySignature(get({ headers: { "x-amz-date": "yesterday" } }), credentials, nowMs), refusal("AccessDenied"));
  });

  it("reads the documentation's chunked example, however it is cut", async () => {
    for (const pieceBytes of [1, 83, 70_000]) assert.equal((await decoded(chunkedBody, pieceBytes)).toString(), "a".repeat(66_560));
  });

  it("refuses a chunked body that was changed, cut short or left unsigned", async () => {
    await assert.rejects(decoded(chunkedBody.replace("aaaa", "aaab")), refusal("SignatureDoesNotMatch"));
    await assert.rejects(decoded(chunkedBody.slice(0, 60_000)), refusal("IncompleteBody"));
    await assert.rejects(decoded(chunkedBody.slice(0, -86)), refusal("IncompleteBody"));
    await assert.rejects(decoded(chunkedBody.replace(/;chunk-signature=0055[0-9a-f]+/, "")), refusal("SignatureDoesNotMatch"));
    await assert.rejects(decoded("rubbish\r\n"), refusal("InvalidRequest"));
  });
});

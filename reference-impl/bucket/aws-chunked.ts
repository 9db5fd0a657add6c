// The aws-chunked form of a body: chunks that carry their size and, when signed, a signature that covers the one
// before, then trailers. S3's clients use it to send a body whose digest they do not know beforehand.
import { createHash, timingSafeEqual } from "node:crypto";
import { BucketError } from "./errors.js";
import { chunkSignature, sha256, type Signature } from "./sigv4.js";

const longestLineBytes = 16 * 1024;
// A signed chunk is held until its signature is verified, so its size must be bounded.
const largestSignedChunkBytes = 16 * 1024 * 1024;

/**
 * The bytes inside an aws-chunked body.
 * @param trailers filled with what follows the last chunk
 * @throws BucketError IncompleteBody, SignatureDoesNotMatch, InvalidRequest
 */
export async function* readChunked(source: AsyncIterable<Buffer>, signature: Signature, trailers: Map<string, string>): AsyncGenerator<Buffer, void, undefined> {
  const isSigned = signature.payload.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  if (!isSigned && signature.payload !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    throw new BucketError("NotImplemented", `Expected a STREAMING-AWS4-HMAC-SHA256-PAYLOAD or unsigned body; got ${signature.payload}.`);
  }
  const reader = new Reader(source);
  let previous = signature.signature;
  const requireSignature = (kind: "PAYLOAD" | "TRAILER", digest: string, given: string | undefined): void => {
    const expected = chunkSignature(signature, previous, kind, digest);
    if (given?.length !== expected.length || !timingSafeEqual(Buffer.from(expected), Buffer.from(given))) {
      throw new BucketError("SignatureDoesNotMatch", "A chunk's signature is not the one that this store's secret gives.");
    }
    previous = expected;
  };
  try {
    for (;;) {
      const [, size = "", given] = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await reader.line()) ?? [];
      if (size === "") throw new BucketError("InvalidRequest", "Expected an aws-chunked body; its chunk sizes cannot be read.");
      const sizeBytes = Number.parseInt(size, 16);
      if (isSigned) {
        if (sizeBytes > largestSignedChunkBytes) throw new BucketError("InvalidRequest", `Expected signed chunks of at most ${largestSignedChunkBytes} bytes; got ${sizeBytes}.`);
        const held: Buffer[] = [];
        const digest = createHash("sha256");
        for await (const piece of reader.take(sizeBytes)) {
          digest.update(piece);
          held.push(piece);
        }
        requireSignature("PAYLOAD", digest.digest("hex"), given);
        yield* held;
      } else {
        yield* reader.take(sizeBytes);
      }
      if (sizeBytes === 0) break;
      if ((await reader.line()) !== "") throw new BucketError("InvalidRequest", "Expected a line end after an aws-chunked chunk; the chunk is longer than its size.");
    }
    // The empty line that closes the trailers is left out by some clients.
    for (let line = await reader.line(true); line !== ""; line = await reader.line(true)) {
      const colon = line.indexOf(":");
      if (colon < 1) throw new BucketError("InvalidRequest", "Expected trailers of the form name:value.");
      trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    if (isSigned && signature.payload.endsWith("-TRAILER")) {
      const given = trailers.get("x-amz-trailer-signature");
      trailers.delete("x-amz-trailer-signature");
      requireSignature("TRAILER", sha256([...trailers].map(([name, value]) => `${name}:${value}\n`).join("")), given);
    }
  } finally {
    await reader.close();
  }
}

/** Lines and counted bytes out of a stream of buffers. */
class Reader {
  readonly #source: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);
  #isEnded = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** A line without its end. @param mayEnd the end of the stream is as good as an empty line */
  async line(mayEnd = false): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf("\r\n");
      if (end >= 0) {
        const line = this.#held.toString("latin1", 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > longestLineBytes) throw new BucketError("InvalidRequest", "Expected a line end in the aws-chunked body; there is none.");
      const next = await this.#next();
      if (next === undefined) {
        if (this.#held.length > 0 || !mayEnd) throw new BucketError("IncompleteBody", "The aws-chunked body ended before its last chunk.");
        return "";
      }
      this.#held = this.#held.length === 0 ? next : Buffer.concat([this.#held, next]);
    }
  }

  async *take(sizeBytes: number): AsyncGenerator<Buffer, void, undefined> {
    let left = sizeBytes;
    while (left > 0) {
      if (this.#held.length === 0) {
        const next = await this.#next();
        if (next === undefined) throw new BucketError("IncompleteBody", "The aws-chunked body ended inside a chunk.");
        this.#held = next;
      }
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#isEnded) return undefined;
    const next = await this.#source.next();
    if (next.done !== true) return next.value;
    this.#isEnded = true;
    return undefined;
  }
}

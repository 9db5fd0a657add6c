// A request as the operations see it: address taken apart and decoded, signature verified, body verified as it is read.
import type { IncomingMessage } from "node:http";
import { inlineBytes } from "./body.js";
import { verifiedBody } from "./payload.js";
import { BucketError } from "./errors.js";
import { decode, type Signature, type SignedRequest } from "./sigv4.js";
import type { WriteCondition } from "./store.js";

export interface BucketRequest {
  readonly method: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** A header's text; several of one name are joined by commas. */
  header(name: string): string | undefined;
  /** All headers whose name starts so, in lower case. */
  headersFrom(prefix: string): [name: string, value: string][];
  /** The object's bytes, without transfer forms; ends with an error when they are not what was signed or promised. */
  body(): AsyncIterable<Buffer>;
}

/**
 * Reads and verifies a request's head.
 * @param verify checks the signature, as verifySignature of sigv4.ts does
 * @throws BucketError when the signature does not hold or the address cannot be decoded
 */
export function readRequest(message: IncomingMessage, verify: (request: SignedRequest) => Signature): BucketRequest {
  const method = message.method ?? "GET";
  const [rawPath = "/", ...rest] = (message.url ?? "/").split("?");
  const rawQuery = rest.join("?");
  const signature = verify({ method, rawPath, rawQuery, headers: message.headers });
  const [, bucket = "", ...parts] = rawPath.split("/");
  const header = (name: string): string | undefined => {
    const value = message.headers[name];
    return Array.isArray(value) ? value.join(",") : value;
  };
  return {
    method,
    bucket: decode(bucket),
    key: decode(parts.join("/")),
    query: parseQuery(rawQuery),
    header,
    headersFrom: (prefix) =>
      Object.keys(message.headers)
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name, header(name) ?? ""]),
    body: () => verifiedBody(isSmall(header("content-length")) ? wholeBody(message) : message, signature, header),
  };
}

function isSmall(contentLength: string | undefined): boolean {
  return contentLength !== undefined && Number(contentLength) <= inlineBytes;
}

// A stream's own iterator costs more than all else that is done for a small body.
async function* wholeBody(message: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.once("end", resolve);
    message.once("close", () => reject(new BucketError("IncompleteBody", "The connection was closed in the middle of the body.")));
    message.once("error", reject);
  });
  yield* chunks;
}

function parseQuery(rawQuery: string): ReadonlyMap<string, string> {
  const pairs = rawQuery.split("&").filter((pair) => pair !== "");
  return new Map(
    pairs.map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [decode(name), decode(value.join("=").replaceAll("+", "%20"))];
    }),
  );
}

/**
 * The conditions a write was sent with.
 * @throws BucketError NotImplemented for a condition that would otherwise be ignored in silence
 */
export function writeCondition(request: BucketRequest): WriteCondition {
  const ifMatch = request.header("if-match");
  const ifNoneMatch = request.header("if-none-match");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw new BucketError("NotImplemented", `Expected If-None-Match: * on a write; got ${ifNoneMatch}.`);
  return { ...(ifMatch !== undefined && { ifMatch: unquote(ifMatch) }), ...(ifNoneMatch === "*" && { ifNoneMatch }) };
}

/** An etag without its quotes. */
export function unquote(etag: string): string {
  return etag.trim().replace(/^(?:W\/)?"(.*)"$/, "$1");
}

/** A whole body as text, for the small XML requests. */
export async function bodyText(request: BucketRequest, limitBytes = 4 * 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request.body()) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) throw new BucketError("InvalidRequest", `Expected a body of at most ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

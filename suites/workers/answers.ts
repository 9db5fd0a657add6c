// Reads HTTP/1.1 answers off a connection's bytes, strictly: a body that should not be there is taken for the beginning
// of the next answer, and told as such.
import { AssertionError } from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { parsedWithin } from "../runner/json.js";

/** A few bytes of gzip can hold gigabytes. */
const longestGunzippedBytes = 32 * 1024 * 1024;

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case, repeated ones joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The complete final answers at the beginning of what was received; interim ones (1xx) are left out.
 * @param received Latin-1, so that one letter is one byte
 * @param methods of the requests, in order; GET where there are none: an answer to HEAD has no body
 * @throws AssertionError when something else than an answer comes where one must begin
 */
export function answersIn(received: string, methods: readonly string[] = []): readonly WireAnswer[] {
  const answers: WireAnswer[] = [];
  let at = 0;
  while (at < received.length) {
    const headEnd = received.indexOf("\r\n\r\n", at);
    const head = received.slice(at, headEnd === -1 ? undefined : headEnd);
    if (!"HTTP/1.1 ".startsWith(head.slice(0, 9))) {
      throw new AssertionError({ message: `the beginning of an answer expected; ${JSON.stringify(head.slice(0, 60))} came after ${answers.length} answers` });
    }
    if (headEnd === -1) return answers;
    const [statusLine = "", ...lines] = head.split("\r\n");
    const status = Number(statusLine.slice(9, 12));
    const headers = headersOf(lines);
    at = headEnd + 4;
    if (status < 200) continue;
    const hasBody = status !== 204 && status !== 304 && methods[answers.length] !== "HEAD";
    const body = hasBody ? bodyAt(received, at, headers) : { text: "", end: at };
    if (body === undefined) return answers;
    answers.push({ status, headers, body: body.text });
    at = body.end;
  }
  return answers;
}

/** A text as JSON. @throws AssertionError that shows the text when it is none */
export function parsedJson(text: string, what: string): unknown {
  try {
    return parsedWithin(text);
  } catch {
    throw new AssertionError({ message: `${what} as JSON expected; ${JSON.stringify(text.slice(0, 200))} came` });
  }
}

/** What gzip holds, as text. @throws AssertionError that shows the first bytes when it is not gzip */
export function gunzipped(bytes: Uint8Array): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: longestGunzippedBytes }).toString("utf8");
  } catch {
    throw new AssertionError({ message: `a body in gzip expected; ${JSON.stringify(Buffer.from(bytes.subarray(0, 60)).toString("latin1"))} came` });
  }
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

/** @returns undefined when the body is not complete */
function bodyAt(received: string, start: number, headers: Readonly<Record<string, string>>): { readonly text: string; readonly end: number } | undefined {
  if (headers["transfer-encoding"]?.toLowerCase() !== "chunked") {
    const length = Number(headers["content-length"] ?? Number.NaN);
    // Without a length the body ends with the connection: everything there is.
    if (Number.isNaN(length)) return { text: received.slice(start), end: received.length };
    return received.length < start + length ? undefined : { text: received.slice(start, start + length), end: start + length };
  }
  let text = "";
  for (let at = start; ; ) {
    const lineEnd = received.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = parseInt(received.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) throw new AssertionError({ message: `the size of a chunk expected; ${JSON.stringify(received.slice(at, at + 40))} came` });
    const end = lineEnd + 2 + size + 2;
    if (received.length < end) return undefined;
    if (size === 0) return { text, end };
    text += received.slice(lineEnd + 2, end - 2);
    at = end;
  }
}

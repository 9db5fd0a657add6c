// A response as the engine hands it over to be cached: one serialized HTTP/1.1 message, head and body.

export interface StoredResponse {
  readonly status: number;
  readonly statusText: string;
  /** In order, names as sent. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** Parses a serialized response. @returns undefined when it is none */
export function parseResponse(bytes: Uint8Array): StoredResponse | undefined {
  const end = endOfHead(bytes);
  if (end === undefined) return undefined;
  let head = "";
  // Header values are bytes: latin1 keeps every one of them.
  for (const byte of bytes.subarray(0, end)) head += String.fromCharCode(byte);
  const [statusLine = "", ...lines] = head.split("\r\n");
  const match = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(statusLine);
  if (match === null) return undefined;
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const body = bytes.subarray(end + 4);
  const isChunked = headers.some(([name, value]) => name.toLowerCase() === "transfer-encoding" && value.toLowerCase() === "chunked");
  return {
    status: Number(match[1]),
    statusText: match[2] ?? "",
    headers: headers.filter(([name]) => name.toLowerCase() !== "transfer-encoding"),
    body: isChunked ? unchunk(body) : body,
  };
}

function endOfHead(bytes: Uint8Array): number | undefined {
  for (let at = 0; at + 3 < bytes.length; at++) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return undefined;
}

function unchunk(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  while (at < bytes.length) {
    let line = "";
    while (at < bytes.length && bytes[at] !== 10) line += String.fromCharCode(bytes[at++] ?? 0);
    at++;
    const size = parseInt(line, 16);
    if (!(size > 0)) break;
    parts.push(bytes.subarray(at, at + size));
    total += size;
    at += size + 2;
  }
  const whole = new Uint8Array(total);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

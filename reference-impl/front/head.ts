// HTTP/1.1 message heads at the ingress: parsed strictly, because a head that two programs read differently is how
// requests are smuggled. What is ambiguous is refused here and never reaches an isolate.

/** How the body that follows a head is delimited. */
export type BodyFraming = { readonly kind: "none" } | { readonly kind: "length"; readonly bytes: number } | { readonly kind: "chunked" } | { readonly kind: "until-close" };

/** What the header lines of a request say. */
export interface Fields {
  /** Names as sent, values trimmed, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly host: string;
  readonly framing: BodyFraming;
  readonly isUpgrade: boolean;
  /** The client says Connection: close: its connection ends after the answer. */
  readonly isLast: boolean;
}

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** The same object as that of the head before, where a client sends the same lines again. */
  readonly fields: Fields;
}

/** A request that is refused at the ingress, with the status to say so. */
export class BadRequest extends Error {
  constructor(
    readonly status: 400 | 413 | 414 | 431 | 501 | 505,
    message: string,
  ) {
    super(message);
  }
}

/** "16 KB / 128 KB": the documented sizes of a URL and of all request headers (WK-08). */
const maximumTargetBytes = 16 * 1024;
export const maximumHeadBytes = 128 * 1024 + maximumTargetBytes;

const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Control characters other than tab are never part of a field value (RFC 9110, 5.5).
const badValuePattern = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Longer header lines are not remembered: a connection should cost little while it waits. */
const rememberedLength = 4096;

/** Reads the request heads of one connection. Most clients send the same header lines with every request: these are read once. */
export class RequestHeads {
  #lines = "";
  #fields: Fields | undefined;

  /**
   * Parses a request head (without the empty line that ends it), in latin1 so that every byte survives.
   * @throws BadRequest when a strict reader and a lax one could disagree about it
   */
  read(text: string): RequestHead {
    const end = text.indexOf("\r\n");
    const requestLine = (end === -1 ? text : text.slice(0, end)).split(" ");
    const [method = "", target = "", protocol = ""] = requestLine;
    if (requestLine.length !== 3 || !tokenPattern.test(method)) throw new BadRequest(400, "malformed request line");
    if (protocol !== "HTTP/1.1") throw new BadRequest(505, "HTTP/1.1 is spoken here");
    if (target.length > maximumTargetBytes) throw new BadRequest(414, "the URL is longer than 16 KB");
    if (method === "CONNECT") throw new BadRequest(501, "CONNECT is not supported");
    return { method, target, fields: this.#read(end === -1 ? "" : text.slice(end + 2)) };
  }

  #read(lines: string): Fields {
    if (this.#fields !== undefined && lines === this.#lines) return this.#fields;
    const fields = parseFields(lines);
    if (lines.length <= rememberedLength) {
      this.#lines = lines;
      this.#fields = fields;
    }
    return fields;
  }
}

/** @param text header lines, with CRLF between them */
function parseFields(text: string): Fields {
  const headers: (readonly [string, string])[] = [];
  let host: string | undefined;
  let length: number | undefined;
  let isChunked = false;
  let isUpgrade = false;
  let isLast = false;
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    if (colon < 1 || !tokenPattern.test(name)) throw new BadRequest(400, "malformed header line");
    const value = line.slice(colon + 1).trim();
    if (badValuePattern.test(value)) throw new BadRequest(400, "control character in a header value");
    switch (name.toLowerCase()) {
      case "host":
        if (host !== undefined) throw new BadRequest(400, "more than one Host header");
        host = value;
        break;
      case "content-length":
        if (length !== undefined || !/^\d{1,15}$/.test(value)) throw new BadRequest(400, "malformed Content-Length");
        length = Number(value);
        break;
      case "transfer-encoding":
        if (isChunked || value.toLowerCase() !== "chunked") throw new BadRequest(501, "the only transfer coding is chunked");
        isChunked = true;
        break;
      case "upgrade":
        isUpgrade = true;
        break;
      case "connection":
        isLast ||= value.toLowerCase().split(",").some((option) => option.trim() === "close");
        break;
    }
    headers.push([name, value]);
  }
  if (host === undefined) throw new BadRequest(400, "a Host header is required");
  if (isChunked && length !== undefined) throw new BadRequest(400, "ambiguous body length");
  const framing: BodyFraming = isChunked ? { kind: "chunked" } : length !== undefined && length > 0 ? { kind: "length", bytes: length } : { kind: "none" };
  return { headers, host, framing, isUpgrade, isLast };
}

export interface ResponseHead {
  readonly status: number;
  readonly framing: BodyFraming;
}

/** Reads the response heads of one connection. Most follow one like them. */
export class ResponseHeads {
  #text = "";
  #method = "";
  #head: ResponseHead | undefined;

  /** {@link parseResponseHead}, unless it is the same as the one before. */
  read(text: string, requestMethod: string): ResponseHead {
    if (this.#head !== undefined && text === this.#text && requestMethod === this.#method) return this.#head;
    this.#text = text;
    this.#method = requestMethod;
    this.#head = parseResponseHead(text, requestMethod);
    return this.#head;
  }
}

/**
 * Reads the status and body framing of a response from the engine, which is trusted to be well-formed.
 * @param requestMethod a response to HEAD has no body whatever its headers say
 */
export function parseResponseHead(text: string, requestMethod: string): ResponseHead {
  const status = Number(text.slice(9, 12));
  if (status < 200 || status === 204 || status === 304 || requestMethod === "HEAD") return { status, framing: { kind: "none" } };
  if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(text)) return { status, framing: { kind: "chunked" } };
  const length = /\r\ncontent-length:[ \t]*(\d+)/i.exec(text)?.[1];
  if (length === undefined) return { status, framing: { kind: "until-close" } };
  return { status, framing: length === "0" ? { kind: "none" } : { kind: "length", bytes: Number(length) } };
}

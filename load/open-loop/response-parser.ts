// Just enough HTTP/1.1 to know when an answer is complete, who gave it and whether the connection can be used again.
// Node's own client costs more per request than this whole driver; a latency tool must not measure itself.
import type { Answer } from "./answer.js";

/** A head is short; a target that sends more is not measured further. */
const maxHeadBytes = 64 * 1024;
/** As much of a body as a classify function may look at. */
const keptBodyBytes = 16 * 1024;

type State = "head" | "sized" | "chunk-size" | "chunk-data" | "chunk-end" | "trailers" | "until-close" | "complete" | "malformed";

/** Parses one answer; a new one is made for every request. */
export class ResponseParser implements Answer {
  status = 0;
  #state: State = "head";
  #head = "";
  /** Bytes of the body or of the chunk that are still to come. */
  #leftBytes = 0;
  #line = "";
  #kept = "";
  #mayReuse = true;
  readonly #keepsBody: boolean;

  constructor(keepsBody: boolean) {
    this.#keepsBody = keepsBody;
  }

  get isComplete(): boolean {
    return this.#state === "complete";
  }
  get isMalformed(): boolean {
    return this.#state === "malformed";
  }
  /** Whether the connection may carry another request. */
  get mayReuse(): boolean {
    return this.#mayReuse && this.isComplete;
  }
  get body(): string {
    return this.#kept;
  }

  /** @param name in lower case @returns the first value */
  header(name: string): string | undefined {
    const pattern = new RegExp(`\\r\\n${name.replace(/[^a-z0-9-]/g, "")}:[ \\t]*([^\\r\\n]*?)[ \\t]*\\r\\n`, "i");
    return pattern.exec(this.#head)?.[1];
  }

  /** Takes the next bytes; isComplete and isMalformed tell what came of it. */
  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && this.#state !== "malformed") {
      if (this.#state === "complete") {
        // Nobody asked for more: the connection is out of step.
        this.#mayReuse = false;
        return;
      }
      at = this.#state === "head" ? this.#takeHead(bytes, at) : this.#takeBody(bytes, at);
    }
  }

  /** The peer closed: an answer without a length ends here, any other is cut off. */
  end(): void {
    if (this.#state === "until-close") this.#state = "complete";
  }

  #takeHead(bytes: Buffer, from: number): number {
    const before = this.#head.length;
    this.#head += bytes.toString("latin1", from, Math.min(bytes.length, from + maxHeadBytes));
    const end = this.#head.indexOf("\r\n\r\n", Math.max(0, before - 3));
    if (end === -1) {
      if (this.#head.length >= maxHeadBytes) this.#state = "malformed";
      return bytes.length;
    }
    this.#head = this.#head.slice(0, end + 4);
    this.#readHead();
    return from + end + 4 - before;
  }

  #readHead(): void {
    const status = /^HTTP\/1\.[01] (\d{3})[ \r]/.exec(this.#head)?.[1];
    if (status === undefined) {
      this.#state = "malformed";
      return;
    }
    this.status = Number(status);
    // An interim answer: the real one follows.
    if (this.status < 200) {
      this.#head = "";
      return;
    }
    if (/\r\nconnection:[^\r\n]*close/i.test(this.#head) || this.#head.startsWith("HTTP/1.0")) this.#mayReuse = false;
    if (this.status === 204 || this.status === 304) this.#state = "complete";
    else if (/\r\ntransfer-encoding:[^\r\n]*chunked/i.test(this.#head)) this.#state = "chunk-size";
    else this.#readLength();
  }

  #readLength(): void {
    const length = /\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n/i.exec(this.#head)?.[1];
    if (length === undefined) {
      this.#state = "until-close";
      this.#mayReuse = false;
      return;
    }
    this.#leftBytes = Number(length);
    this.#state = this.#leftBytes === 0 ? "complete" : "sized";
  }

  #takeBody(bytes: Buffer, from: number): number {
    if (this.#state === "sized" || this.#state === "chunk-data" || this.#state === "until-close") {
      const isBounded = this.#state !== "until-close";
      const to = isBounded ? Math.min(bytes.length, from + this.#leftBytes) : bytes.length;
      if (this.#keepsBody && this.#kept.length < keptBodyBytes) this.#kept += bytes.toString("utf8", from, Math.min(to, from + keptBodyBytes));
      if (!isBounded) return to;
      this.#leftBytes -= to - from;
      if (this.#leftBytes === 0) this.#state = this.#state === "sized" ? "complete" : "chunk-end";
      return to;
    }
    return this.#takeLine(bytes, from);
  }

  /** Chunk sizes, the line end after a chunk, and trailers: all are lines. */
  #takeLine(bytes: Buffer, from: number): number {
    const newline = bytes.indexOf(0x0a, from);
    const to = newline === -1 ? bytes.length : newline + 1;
    this.#line += bytes.toString("latin1", from, to);
    if (this.#line.length > maxHeadBytes) this.#state = "malformed";
    if (newline === -1) return to;
    const line = this.#line.trimEnd();
    this.#line = "";
    if (this.#state === "chunk-end") this.#state = line === "" ? "chunk-size" : "malformed";
    else if (this.#state === "trailers") this.#state = line === "" ? "complete" : "trailers";
    else {
      const size = /^[0-9a-f]{1,12}(?=\s*(;|$))/i.exec(line)?.[0];
      this.#leftBytes = size === undefined ? 0 : Number.parseInt(size, 16);
      this.#state = size === undefined ? "malformed" : this.#leftBytes === 0 ? "trailers" : "chunk-data";
    }
    return to;
  }
}

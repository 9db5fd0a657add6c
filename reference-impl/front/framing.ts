// Where a message body ends, followed byte by byte without holding the body: the ingress must know when a request is
// over, so that the next one can go to another process of the PoP without any being lost.
import { BadRequest, type BodyFraming } from "./head.js";

export interface BodyTracker {
  /**
   * Reads on from `offset`.
   * @returns the offset just past the last byte of the body in this chunk
   * @throws BadRequest when chunked framing is malformed
   */
  consume(chunk: Buffer, offset: number): number;
  readonly isDone: boolean;
}

const cr = 13;
const lf = 10;
/** A chunk-size line or the trailers that are longer than this are an attack. */
const maximumLineBytes = 16 * 1024;

const nothing: BodyTracker = { consume: (_chunk, offset) => offset, isDone: true };
const untilClose: BodyTracker = { consume: (chunk) => chunk.length, isDone: false };

/** A tracker for one body. */
export function trackBody(framing: BodyFraming): BodyTracker {
  switch (framing.kind) {
    case "none":
      return nothing;
    case "until-close":
      return untilClose;
    case "length":
      return trackLength(framing.bytes);
    case "chunked":
      return new ChunkedTracker();
  }
}

function trackLength(bytes: number): BodyTracker {
  let left = bytes;
  return {
    consume(chunk, offset) {
      const taken = Math.min(left, chunk.length - offset);
      left -= taken;
      return offset + taken;
    },
    get isDone() {
      return left === 0;
    },
  };
}

/** RFC 9112, 7.1: size line, data, CRLF, ..., a size of zero, trailers, an empty line. */
class ChunkedTracker implements BodyTracker {
  isDone = false;
  #state: "size" | "data" | "data-end" | "trailer" = "size";
  #line = "";
  #left = 0;

  consume(chunk: Buffer, offset: number): number {
    let at = offset;
    while (at < chunk.length && !this.isDone) {
      if (this.#state === "data") {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) this.#state = "data-end";
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (byte !== lf) {
        this.#line += String.fromCharCode(byte);
        if (this.#line.length > maximumLineBytes) throw new BadRequest(400, "chunk line too long");
        continue;
      }
      if (this.#line.charCodeAt(this.#line.length - 1) !== cr) throw new BadRequest(400, "bare line feed in chunked framing");
      this.#endOfLine(this.#line.slice(0, -1));
      this.#line = "";
    }
    return at;
  }

  #endOfLine(line: string): void {
    switch (this.#state) {
      case "size": {
        const size = /^([0-9a-fA-F]{1,12})(?:[ \t]*;.*)?$/.exec(line)?.[1];
        if (size === undefined) throw new BadRequest(400, "malformed chunk size");
        this.#left = parseInt(size, 16);
        this.#state = this.#left === 0 ? "trailer" : "data";
        return;
      }
      case "data-end":
        if (line !== "") throw new BadRequest(400, "a chunk is longer than its size");
        this.#state = "size";
        return;
      case "trailer":
        if (line === "") this.isDone = true;
        return;
      case "data":
        return;
    }
  }
}

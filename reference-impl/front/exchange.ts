// One request and its answer on a client's connection: how far both have come, and what they mean for the connection on
// which they travel. It sends nothing itself.
import { type BodyTracker, trackBody } from "./framing.js";
import type { RequestHead, ResponseHeads } from "./head.js";

/**
 * The engine closes a connection some time after an answer that was given before a long body was read (it drains 64 KiB).
 * A connection that carried more than this is not used again, so that no later request meets that close.
 */
const longBodyBytes = 16 * 1024;
const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
/** What ends a head. */
export const headEnd = Buffer.from("\r\n\r\n");

/** What a request needs to be sent a second time. */
export interface Repetition {
  readonly text: string;
  readonly host: string;
}

/** @returns whether a request may be sent twice: it has no body, and no effect by its method */
export function isRepeatable({ method, fields }: RequestHead): boolean {
  return fields.framing.kind === "none" && !fields.isUpgrade && safeMethods.has(method);
}

export class Exchange {
  readonly request: BodyTracker;
  /** The connection ends after the answer: the client wants it, or the PoP is going. */
  isLast: boolean;
  response: BodyTracker | undefined;
  /** The response has no length: it ends when the engine closes the connection. */
  endsWithConnection = false;
  /** Request body that was passed on. */
  bodyBytes = 0;
  /** The answer is the beginning of a tunnel. */
  isUpgraded = false;
  readonly #method: string;
  /** Bytes of a response head that is not complete yet. */
  #headBytes: Buffer | undefined;
  /** The answer began before the request was over. */
  #isEarly = false;

  /**
   * @param generation of the process that was asked
   * @param again how to send the request once more, when that is harmless and its connection was used before
   */
  constructor(
    head: RequestHead,
    readonly generation: number,
    public again: Repetition | undefined,
  ) {
    this.#method = head.method;
    this.request = trackBody(head.fields.framing);
    this.isLast = head.fields.isLast;
  }

  /** No byte of the answer has come. */
  get isUnanswered(): boolean {
    return this.response === undefined && this.#headBytes === undefined;
  }

  get isOver(): boolean {
    return this.response?.isDone === true && this.request.isDone;
  }

  /** The engine may close the connection some time after this. */
  get spoilsConnection(): boolean {
    return this.#isEarly || this.bodyBytes > longBodyBytes;
  }

  /** Reads a response head, which may be an interim one. @param heads reads those of the connection @returns the offset after it */
  readResponseHead(heads: ResponseHeads, chunk: Buffer, offset: number): number {
    const before = this.#headBytes?.length ?? 0;
    const bytes = this.#headBytes === undefined ? chunk.subarray(offset) : Buffer.concat([this.#headBytes, chunk.subarray(offset)]);
    const end = bytes.indexOf(headEnd);
    if (end === -1) {
      this.#headBytes = bytes;
      return chunk.length;
    }
    this.#headBytes = undefined;
    const head = heads.read(bytes.toString("latin1", 0, end), this.#method);
    if (head.status === 101) {
      this.isUpgraded = true;
      this.response = trackBody({ kind: "until-close" });
    } else if (head.status >= 200) {
      this.response = trackBody(head.framing);
      this.endsWithConnection = head.framing.kind === "until-close";
      this.#isEarly = !this.request.isDone;
    }
    return offset + end + headEnd.length - before;
  }
}

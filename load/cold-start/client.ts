// One open connection that is asked one request at a time and timed to the first byte of the answer. The client's own cold
// start (modules, connection, compiled code) costs more than an isolate's, so all of it is over before a sample is taken.
import { connect, type Socket } from "node:net";
import { EdgemarkError } from "../../contract/errors.js";
import { ResponseParser } from "../open-loop/response-parser.js";
import { beforeHeader } from "./script.js";

export interface FirstByte {
  /** From the moment the last byte of the request was handed over to the first byte of the answer, ms. */
  readonly firstByteMs: number;
  readonly status: number;
  /** How many requests the isolate had answered before; undefined when the answer does not say. */
  readonly before: number | undefined;
}

export interface AskOptions {
  /** "/" by default. */
  readonly path?: string;
  /** The beginning of the head, which says for whom it is, goes out so long before its end; default 0: all at once. */
  readonly aheadMs?: number;
  /** Called right before the end of the head goes out. */
  readonly onSend?: () => void;
}

export interface ColdClient {
  /**
   * Asks once.
   * @param host the Host header
   * @throws EdgemarkError target.refused when no answer comes
   */
  ask(host: string, options?: AskOptions): Promise<FirstByte>;
  close(): void;
}

interface Waiting {
  readonly parser: ResponseParser;
  sentMs: number;
  firstByteMs: number | undefined;
  readonly resolve: (answer: FirstByte) => void;
  readonly reject: (error: Error) => void;
}

/** An answer that takes longer is no cold start: a deployment that is broken. */
const timeoutMs = 30_000;

/** Opens a connection. @param url http://host:port @throws EdgemarkError target.refused when it cannot be opened */
export async function openColdClient(url: string): Promise<ColdClient> {
  const { hostname, port } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port === "" ? 80 : port), noDelay: true });
  let waiting: Waiting | undefined;
  const fail = (words: string): void => {
    const failed = waiting;
    waiting = undefined;
    failed?.reject(new EdgemarkError("target.refused", `an answer from ${url} expected; ${words}; see what the target says`));
  };
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("error", (cause) => reject(new EdgemarkError("target.refused", `a connection to ${url} expected; ${cause.message}; see whether the target still runs`, { cause })));
  });
  socket.on("error", (error) => fail(error.message));
  socket.on("close", () => fail("the connection was closed"));
  socket.on("data", (bytes: Buffer) => {
    const nowMs = performance.now();
    if (waiting === undefined) return;
    waiting.firstByteMs ??= nowMs - waiting.sentMs;
    waiting.parser.push(bytes);
    if (waiting.parser.isMalformed) return fail("what came is not HTTP");
    if (!waiting.parser.isComplete) return;
    const { parser, firstByteMs, resolve } = waiting;
    waiting = undefined;
    const before = parser.header(beforeHeader);
    resolve({ firstByteMs, status: parser.status, before: before === undefined ? undefined : Number(before) });
  });
  return {
    async ask(host, { path = "/", aheadMs = 0, onSend } = {}) {
      const begin = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n`, "latin1");
      const end = Buffer.from("Accept: */*\r\n\r\n", "latin1");
      const answer = new Promise<FirstByte>((resolve, reject) => {
        waiting = { parser: new ResponseParser(false), sentMs: Infinity, firstByteMs: undefined, resolve, reject };
      });
      // It may fail while the rest of the head is still held back.
      answer.catch(() => undefined);
      const current = waiting;
      const timer = setTimeout(() => fail(`none came in ${timeoutMs} ms`), timeoutMs + aheadMs);
      try {
        if (aheadMs > 0) {
          socket.write(begin);
          await new Promise((resolve) => setTimeout(resolve, aheadMs));
        }
        onSend?.();
        if (current !== undefined) current.sentMs = performance.now();
        socket.write(aheadMs > 0 ? end : Buffer.concat([begin, end]));
        return await answer;
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      waiting = undefined;
      socket.destroy();
    },
  };
}

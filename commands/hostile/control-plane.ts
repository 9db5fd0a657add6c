// A control plane that can break every rule of gRPC: HTTP/2 spoken by hand, so that a test decides each byte of an
// answer. The honest door (contract/target/serve.ts) would not let any of this out.
import { type Http2Server, type Http2Session, type ServerHttp2Stream, createServer } from "node:http2";
import { type Verb, methodOf, verbs } from "../../contract/target/service.js";

/** One call of a verb, complete: what the client sent is read and forgotten, but for the first message of a Deploy. */
export interface Call {
  readonly stream: ServerHttp2Stream;
  /** Ends the call with a message. */
  answer(message: Record<string, unknown>): void;
  /** Sends one message of several. @returns whether the connection wants more now */
  send(message: Record<string, unknown>): boolean;
  /** Ends the call with bytes in place of a message, framed as one. */
  answerBytes(bytes: Uint8Array): void;
  /** Ends the call with a status. */
  refuse(status: number, message: string): void;
}

export type Handler = (call: Call) => void;

/**
 * Serves the verbs that are given; the others answer UNIMPLEMENTED.
 * @returns the server, which listens on a free port of loopback
 */
export async function serveControlPlane(handlers: Partial<Record<Verb, Handler>>): Promise<{ readonly server: Http2Server; readonly port: number }> {
  const server = createServer();
  server.on("sessionError", () => undefined);
  server.on("session", (session: Http2Session) => session.on("error", () => undefined));
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    stream.on("error", () => undefined);
    stream.resume();
    stream.on("end", () => {
      const name = String(headers[":path"]).split("/").at(-1);
      const verb = verbs.find((one) => one === name);
      const handler = verb === undefined ? undefined : handlers[verb];
      const call = callOn(stream, verb ?? "Describe");
      if (handler === undefined) call.refuse(12, "not here");
      else handler(call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

function callOn(stream: ServerHttp2Stream, verb: Verb): Call {
  let isBegun = false;
  const begin = (): void => {
    if (isBegun || stream.destroyed) return;
    isBegun = true;
    stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  };
  const encode = (message: Record<string, unknown>): Buffer => framed(methodOf(verb).responseSerialize(message));
  const send = (message: Record<string, unknown>): boolean => (begin(), !stream.destroyed && stream.write(encode(message)));
  const answerBytes = (bytes: Uint8Array): void => (begin(), void stream.end(framed(bytes)));
  return {
    stream,
    send,
    answerBytes,
    answer: (message) => (begin(), void stream.end(encode(message))),
    refuse(status, message) {
      if (stream.destroyed) return;
      stream.respond({ ":status": 200, "content-type": "application/grpc+proto", "grpc-status": String(status), "grpc-message": encodeURIComponent(message) }, { endStream: true });
    },
  };
}

/** gRPC's frame: not compressed, then the length. */
export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
}

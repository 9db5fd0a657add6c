// Ways to misbehave over HTTP, each a function that gets the bare connection of one request. They are what a broken
// proxy, a crashed runtime or somebody who means harm would send.
import { type Server, type Socket, createServer } from "node:net";

export interface Exchange {
  readonly socket: Socket;
  /** The request's head: its request line and headers, Latin-1. */
  readonly head: string;
}

/** Answers one request, or does not. */
export type Answering = (exchange: Exchange) => void;

const head = (...headers: readonly string[]): string => `HTTP/1.1 200 OK\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`;

/** A whole answer, after which the connection is closed. */
export function answerWith(body: string | Uint8Array, ...headers: readonly string[]): Answering {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return ({ socket }) => {
    socket.write(head(...headers, `content-length: ${bytes.byteLength}`, "connection: close"));
    socket.end(bytes);
  };
}

/** Bytes as they are, then the end of the connection. */
export const raw =
  (bytes: string | Uint8Array): Answering =>
  ({ socket }) =>
    void socket.end(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);

/** Begins with some bytes, then sends a part again and again, as fast as it is taken, until the connection is closed. */
export function endless(first: string, part: Uint8Array): Answering {
  return ({ socket }) => {
    socket.write(first, "latin1");
    const more = (): void => {
      while (!socket.destroyed && socket.write(part));
    };
    socket.on("drain", more);
    more();
  };
}

/** Sends one byte after the other, slowly, for ever. */
export function trickling(text: string, intervalMs: number): Answering {
  return ({ socket }) => {
    let at = 0;
    const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ""), intervalMs);
    socket.on("close", () => clearInterval(timer));
  };
}

const markup = "<script>alert(document.domain)</script><img src=x onerror=alert(1)>";
/** What a reader must never meet as it is: markup, an escape of a terminal, a C1 control, a right-to-left override. */
export const poison = `${markup}\u001b[2J\u009b31m\u202egnp.exe\u0007]]>"'&|\``;

export const bodyPart = Buffer.alloc(64 * 1024, "x");
const chunk = (content: string): string => `${Buffer.byteLength(content).toString(16)}\r\n${content}\r\n`;
const chunkedHead = head("transfer-encoding: chunked");

/** Every misbehaviour over HTTP, by name. */
export const answerings = {
  silent: () => undefined,
  reset: ({ socket }) => void socket.resetAndDestroy(),
  closing: ({ socket }) => void socket.end(),
  "endless-body": endless(chunkedHead, Buffer.from(chunk(bodyPart.toString()))),
  "endless-body-in-single-bytes": endless(chunkedHead, Buffer.from(chunk("x").repeat(10_000))),
  "endless-body-without-length": endless(head("connection: close"), bodyPart),
  "endless-lines": endless(chunkedHead, Buffer.from(chunk("\n".repeat(60_000)))),
  "endless-chunk-extension": endless(`${chunkedHead}1;`, bodyPart),
  "endless-trailers": endless(`${chunkedHead}0\r\n`, Buffer.from("x-trailer: 1\r\n".repeat(1_000))),
  "endless-headers": endless("HTTP/1.1 200 OK\r\n", Buffer.from("x-header: 1\r\n".repeat(1_000))),
  "endless-status-line": endless("HTTP/1.1 200 ", bodyPart),
  "endless-informational": endless("", Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(1_000))),
  "headers-of-10-mb": raw(`HTTP/1.1 200 OK\r\n${`x-header: ${"x".repeat(1_000)}\r\n`.repeat(10_000)}content-length: 2\r\n\r\nok`),
  "slow-headers": trickling("HTTP/1.1 200 OK\r\nx: y", 100),
  "slow-body": ({ socket, head: request }) => {
    socket.write(chunkedHead);
    trickling(chunk("x"), 100)({ socket, head: request });
  },
  "no-http": raw(`220 ftp.example ready ${poison}\r\n`),
  "null-bytes": raw("\u0000".repeat(10_000)),
  "two-lengths": raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk"),
  "negative-length": raw("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nok"),
  "length-too-long": raw("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nok"),
  "length-too-short": raw("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nok and more"),
  "bad-chunk": raw(`${chunkedHead}zz\r\nok\r\n0\r\n\r\n`),
  "chunk-cut": raw(`${chunkedHead}5\r\nok`),
  "unasked-upgrade": raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n\u0081\u0000"),
  "redirect-loop": raw("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
  "status-999": raw("HTTP/1.1 999 \u009b31m\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"),
  "invalid-utf-8": answerWith(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]), "content-type: application/json"),
  "json-cut": answerWith('{"ok": tru', "content-type: application/json"),
  "json-null": answerWith("null", "content-type: application/json"),
  "json-list-of-null": answerWith("[null]", "content-type: application/json"),
  "json-number": answerWith("7", "content-type: application/json"),
  "json-deep": answerWith("[".repeat(200_000) + "]".repeat(200_000), "content-type: application/json"),
  "json-prototype": answerWith('{"ok":true,"value":{"text":7,"keys":{"length":-1},"list_complete":true},"__proto__":{"ok":1},"constructor":null,"toString":1,"env":{"toString":0}}', "content-type: application/json"),
  "json-list-prototype": answerWith('[{"ok":true,"value":{"text":7,"keys":[null],"list_complete":true,"cursor":{}},"__proto__":null,"toString":1}]', "content-type: application/json"),
  "json-of-10-mb": answerWith(JSON.stringify({ ok: false, name: "x".repeat(1_000_000), message: "\n".repeat(4_000_000), expected: "\n".repeat(2_000_000), observed: "a\n".repeat(1_500_000), stack: "" })),
  "lines-of-10-mb": answerWith("\n".repeat(10_000_000)),
  "bytes-of-10-mb": answerWith(Buffer.alloc(10_000_000, 0xff)),
  poison: answerWith(JSON.stringify({ ok: false, name: poison, message: poison, expected: poison, observed: poison, stack: poison, greeting: poison }), "content-type: text/html"),
  "poison-headers": answerWith("ok", `x-colo: ${markup}`, `x-version: ${markup}`, `cf-ray: ${markup}`, `set-cookie: ${markup}`, "x-c1: \u009b31m"),
} as const satisfies Record<string, Answering>;

export type AnsweringName = keyof typeof answerings;

/** Listens on a free port of loopback and hands each request to what `answering` gives. */
export async function serveDataPlane(answering: Answering): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    let received = "";
    const read = (bytes: Buffer): void => {
      received += bytes.toString("latin1");
      const end = received.indexOf("\r\n\r\n");
      if (end === -1) return;
      socket.off("data", read);
      socket.resume();
      answering({ socket, head: received.slice(0, end) });
    };
    socket.on("data", read);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

// What the ingress says itself, when a request never reaches an isolate.
import type { BadRequest } from "./head.js";

export type OwnStatus = BadRequest["status"] | 404;

const texts: Readonly<Record<OwnStatus, string>> = {
  400: "Bad Request",
  404: "Not Found",
  413: "Content Too Large",
  414: "URI Too Long",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  505: "HTTP Version Not Supported",
};

/** A whole response, after which the connection ends. */
export function ownAnswer(status: OwnStatus, message: string): string {
  const body = `${message}\n`;
  return (
    `HTTP/1.1 ${status} ${texts[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}

// What the HTTP checks share: the fixture that mirrors requests and answers as it is told, and text on the wire.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { CheckContext, ExchangeRequest } from "../../check.js";
import { answersIn, type WireAnswer } from "../answers.js";
import { httpFixture } from "../fixtures.js";
import { openExchange, openWire, pathAt, type Address, type StreamedAnswer } from "../../tools/wire.js";

export const base = { level: "isolate", needs: ["workers"], fixture: httpFixture } as const;

/** What the fixture says of the request that reached it. */
export interface Mirrored {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly hasBody: boolean;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly text: string;
}

export function parseMirrored(answer: unknown): Mirrored {
  const field = (name: string): unknown => (typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined);
  const headers = field("headers");
  assert.ok(Array.isArray(headers), `the mirrored request expected; ${JSON.stringify(answer)?.slice(0, 200)} came`);
  return {
    method: String(field("method")),
    url: String(field("url")),
    headers: Object.fromEntries(headers.map((pair: unknown) => (Array.isArray(pair) ? [String(pair[0]), String(pair[1])] : ["", ""]))),
    hasBody: field("hasBody") === true,
    sizeBytes: Number(field("sizeBytes")),
    sha256: String(field("sha256")),
    text: String(field("text")),
  };
}

export async function mirror({ fixture }: CheckContext, request: ExchangeRequest): Promise<Mirrored> {
  const response = await fixture.request(request);
  assert.equal(response.status, 200, `status 200 for ${request.path.slice(0, 100)} expected; ${response.status} came`);
  return parseMirrored(response.json());
}

/** Path and query of a URL as it is written; URL would normalize what is to be judged. */
export const tailOf = (url: string): string => url.replace(/^[a-z]+:\/\/[^/]*/, "");

export interface Wanted {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | null;
  readonly as?: "stream" | "fixed";
  readonly encodeBody?: "automatic" | "manual";
}

/** Has the worker answer as wanted. @returns the answer with headers as they came on the wire */
export async function answered(context: CheckContext, wanted: Wanted, { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {}): Promise<StreamedAnswer> {
  const exchange = openExchange(context.fixture.endpoint(), { method, headers, path: wantedPath(wanted) }, context.signal);
  exchange.end();
  return exchange.answer();
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** 8 MiB in which every page differs from the one before. */
export function largeBody(): Uint8Array {
  const bytes = new Uint8Array(8 * 1024 * 1024);
  for (let index = 0; index < bytes.length; index++) bytes[index] = index * 7 + (index >> 8);
  return bytes;
}

/** A request head, as it stands on the wire. */
export function headOf(endpoint: Address, method: string, path: string, ...headers: readonly string[]): string {
  return [`${method} ${pathAt(endpoint, path)} HTTP/1.1`, `Host: ${endpoint.host}`, ...headers, "", ""].join("\r\n");
}

/** Sends text as it is on a connection of its own, and reads as many answers as there are methods. */
export async function exchanged(context: CheckContext, methods: readonly string[], ...parts: readonly string[]): Promise<readonly WireAnswer[]> {
  const wire = await openWire(context.fixture.endpoint(), context.signal);
  try {
    for (const part of parts) wire.send(part);
    return answersIn(await wire.read((received) => answersIn(received, methods).length >= methods.length, `${methods.length} answers`), methods);
  } finally {
    wire.close();
  }
}

export const wantedPath = (wanted: Wanted): string => `/answer?wanted=${encodeURIComponent(JSON.stringify(wanted))}`;

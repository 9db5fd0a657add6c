// One HTTP exchange between the driver and a deployment. The target may be hostile: whatever it answers (nothing, for
// ever, a byte a second, gigabytes, rubbish), the exchange ends by its deadline with an answer or a failed assertion.
import { AssertionError } from "node:assert";
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { ExchangeRequest, ExchangeResponse } from "../check.js";
import { bytesInPieces, type BytesInPieces } from "./bytes-in-pieces.js";
import { parsedWithin } from "./json.js";
import { brokenConnectionCodes, codeOf } from "./outcome.js";
import { plainLine, plainText } from "./plain.js";

export const exchangeDefaults = { deadlineMs: 10_000, maxBodyBytes: 32 * 1024 * 1024, maxHeaderBytes: 64 * 1024 } as const;
const shownBodyBytes = 500;
const secretHeaders = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

/** An exchange without a usable answer: the target's failure, with what went over the wire. */
export class ExchangeFailure extends AssertionError {
  readonly evidence: string;
  constructor(message: string, evidence: string, cause?: unknown) {
    super({ message });
    this.evidence = evidence;
    if (cause !== undefined) this.cause = cause;
  }
}

/** Connections of one run; closed at its end. */
export interface ConnectionPool {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  close(): void;
}

/**
 * A connection for each exchange, closed after it. Kept-alive connections would be faster, but a server may close an idle
 * one at any time, and the reset that follows looks like a crash; and on anycast they would stay with one PoP.
 * @returns a pool whose close() ends what is under way
 */
export function openPool(): ConnectionPool {
  const http = new HttpAgent({ keepAlive: false });
  const https = new HttpsAgent({ keepAlive: false });
  return {
    http,
    https,
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** What an exchange has seen so far; filled as it goes, so that a failure can show it. */
interface Progress {
  status?: number;
  statusText?: string;
  rawHeaders?: readonly string[];
  readonly body: BytesInPieces;
  receivedBytes: number;
}

/**
 * Sends one request and reads its whole answer.
 * @param pool connections to use
 * @param endpoint where to connect, and the Host to send
 * @param request what to send
 * @param signal ends the exchange at once
 * @throws ExchangeFailure when there is no complete answer before the deadline
 */
export function exchange(
  pool: ConnectionPool,
  endpoint: { readonly url: string; readonly host: string },
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeResponse> {
  const deadlineMs = request.deadlineMs ?? exchangeDefaults.deadlineMs;
  const maxBodyBytes = request.maxBodyBytes ?? exchangeDefaults.maxBodyBytes;
  const progress: Progress = { body: bytesInPieces(), receivedBytes: 0 };

  return new Promise((resolve, reject) => {
    let outgoing: ClientRequest | undefined;
    let isSettled = false;
    const settle = (finish: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      request.hangUp?.removeEventListener("abort", onHangUp);
      finish();
    };
    const fail = (message: string, cause?: unknown): void =>
      settle(() => {
        outgoing?.destroy();
        reject(new ExchangeFailure(message, describe(endpoint, request, progress), cause));
      });
    const onAbort = (): void => fail("the check was over before there was an answer");
    const onHangUp = (): void => fail("the client hung up before there was an answer");
    const timer = setTimeout(() => fail(`no complete answer within ${deadlineMs} ms: ${soFar(progress)}`), deadlineMs);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) return onAbort();
    request.hangUp?.addEventListener("abort", onHangUp);
    if (request.hangUp?.aborted === true) return onHangUp();

    const onError = (error: unknown): void => fail(brokenBecause(error, progress), error);
    const onResponse = (incoming: IncomingMessage): void => {
      progress.status = incoming.statusCode ?? 0;
      progress.statusText = incoming.statusMessage ?? "";
      progress.rawHeaders = incoming.rawHeaders;
      incoming.on("data", (chunk: Buffer) => {
        progress.receivedBytes += chunk.length;
        if (progress.receivedBytes > maxBodyBytes) return fail(`a body of at most ${maxBodyBytes} bytes expected; more came`);
        progress.body.add(chunk);
      });
      incoming.on("error", onError);
      incoming.on("end", () => incoming.complete && settle(() => resolve(answer(endpoint, request, progress))));
      incoming.on("close", () => fail(`crashed: the connection broke in the middle of the answer (${soFar(progress)})`));
    };
    try {
      outgoing = start(pool, endpoint, request);
      outgoing.on("response", onResponse);
      outgoing.on("upgrade", (incoming, socket) => {
        socket.destroy();
        progress.status = incoming.statusCode ?? 101;
        progress.statusText = incoming.statusMessage ?? "";
        progress.rawHeaders = incoming.rawHeaders;
        settle(() => resolve(answer(endpoint, request, progress)));
      });
      outgoing.on("error", onError);
      outgoing.end(request.body);
    } catch (error) {
      // A request that cannot be written (a bad header name) is the check's mistake, not the target's.
      settle(() => reject(error instanceof Error ? error : new Error(String(error))));
    }
  });
}

function start(pool: ConnectionPool, endpoint: { readonly url: string; readonly host: string }, request: ExchangeRequest): ClientRequest {
  const url = new URL(endpoint.url);
  const isSecure = url.protocol === "https:";
  // "close" would let a server that answers early reset the connection while the request is still being sent.
  const headers: Record<string, string | string[]> = { host: endpoint.host, connection: "keep-alive" };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = typeof value === "string" ? value : [...value];
  if (request.body !== undefined && headers["content-length"] === undefined) headers["content-length"] = String(Buffer.byteLength(request.body));
  const options = {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    method: request.method ?? "GET",
    path: (url.pathname === "/" ? "" : url.pathname.replace(/\/$/, "")) + request.path,
    headers,
    maxHeaderSize: exchangeDefaults.maxHeaderBytes,
  };
  return isSecure
    ? httpsRequest({ ...options, agent: pool.https, servername: endpoint.host.replace(/:\d+$/, "") })
    : httpRequest({ ...options, agent: pool.http });
}

function answer(endpoint: { readonly url: string; readonly host: string }, request: ExchangeRequest, progress: Progress): ExchangeResponse {
  const bytes = progress.body.all();
  const text = bytes.toString("utf8");
  const headers = new Map<string, string>();
  const setCookie: string[] = [];
  for (const [name, value] of pairs(progress.rawHeaders ?? [])) {
    if (name === "set-cookie") setCookie.push(value);
    else headers.set(name, headers.has(name) ? `${headers.get(name) ?? ""}, ${value}` : value);
  }
  return {
    status: progress.status ?? 0,
    // fromEntries defines properties, so that a header named __proto__ is one like any other.
    headers: Object.fromEntries(headers),
    setCookie,
    bytes,
    text,
    json() {
      try {
        return parsedWithin(text);
      } catch (cause) {
        const message = `a JSON body expected; ${text === "" ? "an empty body" : plainLine(text, 200)} came`;
        throw new ExchangeFailure(message, describe(endpoint, request, progress), cause);
      }
    },
  };
}

function* pairs(rawHeaders: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    yield [(rawHeaders[index] ?? "").toLowerCase(), rawHeaders[index + 1] ?? ""];
  }
}

function soFar(progress: Progress): string {
  if (progress.status === undefined) return "not even a status line came";
  return `status ${progress.status} and ${progress.receivedBytes} bytes of the body came`;
}

function brokenBecause(error: unknown, progress: Progress): string {
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (code === "HPE_HEADER_OVERFLOW") return `headers of at most ${exchangeDefaults.maxHeaderBytes} bytes expected; more came`;
  if (code.startsWith("HPE_")) return `an HTTP/1.1 answer expected; what came breaks the protocol (${plainLine(detail, 200)})`;
  if (brokenConnectionCodes.has(code)) {
    const where = progress.status === undefined ? "before an answer" : `in the middle of the answer (${soFar(progress)})`;
    return `crashed: the connection broke ${where} (${code})`;
  }
  return `the exchange failed: ${plainLine(detail, 200)}`;
}

/** The exchange as evidence: request line, status, headers, first bytes; secrets left out. */
function describe(endpoint: { readonly url: string; readonly host: string }, request: ExchangeRequest, progress: Progress): string {
  const lines = [`${request.method ?? "GET"} ${request.path} (Host: ${endpoint.host}, to ${endpoint.url})`];
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    lines.push(`> ${name}: ${secretHeaders.has(name.toLowerCase()) ? "[redacted]" : String(value)}`);
  }
  if (progress.status === undefined) lines.push("no answer");
  else lines.push(`HTTP ${progress.status} ${progress.statusText ?? ""}`);
  for (const [name, value] of pairs(progress.rawHeaders ?? [])) {
    lines.push(`< ${name}: ${secretHeaders.has(name) ? "[redacted]" : value}`);
  }
  const body = progress.body.all().subarray(0, shownBodyBytes).toString("utf8");
  if (body !== "") lines.push("", body);
  if (progress.receivedBytes > shownBodyBytes) lines.push(`… (${progress.receivedBytes} bytes)`);
  return plainText(lines.map((line) => line.slice(0, 600)).join("\n"), 6_000);
}

// How a cached response answers a conditional or ranged request: whole, 304, 206 or 416.
import { headerOf } from "./freshness.js";
import type { StoredResponse } from "./message.js";

export interface Asked {
  readonly range?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
}

export interface CachedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
}

/** The answer to a match. @param ageSeconds how long the response has been kept */
export function answerMatch(stored: StoredResponse, asked: Asked, ageSeconds: number): CachedAnswer {
  const headers: (readonly [string, string])[] = [...stored.headers.filter(([name]) => !/^(age|content-length)$/i.test(name)), ["Age", String(Math.floor(ageSeconds))]];
  if (isUnchanged(stored, asked)) return { status: 304, headers, body: null };
  const range = stored.status === 200 && asked.range !== undefined ? parseRange(asked.range, stored.body.length) : undefined;
  if (range === undefined) return { status: stored.status, headers, body: stored.body };
  if (range === "unsatisfiable") return { status: 416, headers: [...headers, ["Content-Range", `bytes */${stored.body.length}`]], body: null };
  return {
    status: 206,
    headers: [...headers, ["Content-Range", `bytes ${range.first}-${range.last}/${stored.body.length}`]],
    body: stored.body.subarray(range.first, range.last + 1),
  };
}

/** RFC 9110, 13.2.2: If-None-Match, when it is there, alone decides. */
function isUnchanged(stored: StoredResponse, asked: Asked): boolean {
  if (asked.ifNoneMatch !== undefined) {
    const tag = (headerOf(stored, "etag") ?? "").replace(/^W\//, "");
    return tag !== "" && asked.ifNoneMatch.split(",").some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === tag);
  }
  if (asked.ifModifiedSince === undefined) return false;
  const modified = Date.parse(headerOf(stored, "last-modified") ?? "");
  return modified <= Date.parse(asked.ifModifiedSince);
}

/** One range of bytes; several at once are answered whole. */
function parseRange(text: string, sizeBytes: number): { readonly first: number; readonly last: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text.trim());
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") {
    const suffix = Number(match[2]);
    return suffix === 0 || sizeBytes === 0 ? "unsatisfiable" : { first: Math.max(0, sizeBytes - suffix), last: sizeBytes - 1 };
  }
  const first = Number(match[1]);
  const last = match[2] === "" ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1);
  if (first >= sizeBytes) return "unsatisfiable";
  return last < first ? undefined : { first, last };
}

// What may be cached and for how long, as the Cache API's documents say it. HTTP ages are the worker's own, in real
// seconds: a time scale shortens the platform's timers and not these.
import type { StoredResponse } from "./message.js";

/** Without a word about freshness, responses live as long as the platform's defaults for their status. */
const defaultSecondsByStatus: Readonly<Record<number, number>> = { 200: 7200, 301: 7200, 302: 1200, 303: 1200, 404: 180, 410: 180 };

export type Storable = { readonly kind: "store"; readonly response: StoredResponse; readonly seconds: number } | { readonly kind: "refuse"; readonly reason: string };

/** All values of a header, joined as HTTP says. */
export function headerOf(response: StoredResponse, name: string): string | undefined {
  const values = response.headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}

/** Decides whether and how long a response is kept. @param nowMs wall time, ms */
export function judgeStorable(response: StoredResponse, nowMs: number): Storable {
  const directives = directivesOf(headerOf(response, "cache-control") ?? "");
  const isCookiePrivate = (directives.get("private") ?? "").toLowerCase() === "set-cookie";
  if (directives.has("no-store") || directives.has("no-cache")) return { kind: "refuse", reason: "Cache-Control forbids it" };
  if (directives.has("private") && !isCookiePrivate) return { kind: "refuse", reason: "Cache-Control: private" };
  if (headerOf(response, "set-cookie") !== undefined && !isCookiePrivate) return { kind: "refuse", reason: "it sets a cookie" };
  const seconds = lifetimeSeconds(response, directives, nowMs);
  if (!(seconds > 0)) return { kind: "refuse", reason: "it is stale already" };
  const headers = isCookiePrivate ? response.headers.filter(([name]) => name.toLowerCase() !== "set-cookie") : response.headers;
  return { kind: "store", response: { ...response, headers }, seconds };
}

function lifetimeSeconds(response: StoredResponse, directives: ReadonlyMap<string, string>, nowMs: number): number {
  const shared = directives.get("s-maxage") ?? directives.get("max-age");
  if (shared !== undefined) return Number(shared) - Number(headerOf(response, "age") ?? 0);
  const expires = headerOf(response, "expires");
  if (expires !== undefined) return (Date.parse(expires) - nowMs) / 1000;
  return defaultSecondsByStatus[response.status] ?? 0;
}

function directivesOf(value: string): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const [, name, quoted, plain] of value.matchAll(/([a-z-]+)(?:=(?:"([^"]*)"|([^,\s]*)))?/gi)) directives.set((name ?? "").toLowerCase(), quoted ?? plain ?? "");
  return directives;
}

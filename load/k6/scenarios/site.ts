// What every scenario needs: where the site is, by PoP. Runs inside k6.
import { check } from "k6";
import type { RefinedParams, Response } from "k6/http";

interface Endpoint {
  readonly popId: string;
  readonly url: string;
  readonly host: string;
}

/** PoPs that are asked, from the environment: the same script runs here and in a cluster. */
export const endpoints = JSON.parse(__ENV["EDGEMARK_ENDPOINTS"] ?? "[]") as readonly Endpoint[];

/** The PoP of this user: users are spread evenly. @param offset another one than the user's own */
export function popOf(user: number, offset = 0): Endpoint {
  const found = endpoints[(user + offset) % Math.max(1, endpoints.length)];
  if (found === undefined) throw new Error('EDGEMARK_ENDPOINTS was expected to name PoPs: [{"popId":"fra","url":"http://127.0.0.1:8787","host":"site.example"}]');
  return found;
}

/** Parameters of a request to a PoP. @param name what thresholds and reports call it */
export function to({ popId, host }: Endpoint, name: string): RefinedParams<"text"> {
  return { headers: { Host: host, "Content-Type": "application/json" }, tags: { name, pop: popId }, responseType: "text" };
}

/** Counts an expectation in the metric checks. @returns whether it held */
export function expect(response: Response, words: string, holds: (response: Response) => boolean): boolean {
  return check(response, { [words]: holds });
}

/** A member of a JSON answer; undefined when there is none. */
export function member(response: Response, name: string): string | undefined {
  if (response.status !== 200 || typeof response.body !== "string") return undefined;
  const value = (JSON.parse(response.body) as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : undefined;
}

// The request lines that the native KV binding sends, taken apart by hand: a URL object per read would cost more than
// the read. Form: https://host/<key, percent-encoded>?urlencoded=true&name=value...
import { Refusal } from "./refusal.js";

export interface Target {
  /** The key, decoded; "" for the namespace itself. */
  readonly key: string;
  /** What follows the question mark. */
  readonly query: string;
}

/** @throws Refusal when the key is not percent-encoded UTF-8 */
export function parseTarget(url: string): Target {
  const slash = url.indexOf("/", url.indexOf("://") + 3);
  const question = url.indexOf("?");
  // A list has no path at all: https://host?prefix=a
  const start = slash === -1 || (question !== -1 && question < slash) ? url.length : slash + 1;
  const path = question === -1 || question < start ? url.slice(start) : url.slice(start, question);
  return { key: decoded(path), query: question === -1 ? "" : url.slice(question + 1) };
}

/** The value of a query parameter, or null. */
export function parameter(query: string, name: string): string | null {
  for (let start = 0; start < query.length; ) {
    const next = query.indexOf("&", start);
    const end = next === -1 ? query.length : next;
    if (query.startsWith(name, start) && query.charCodeAt(start + name.length) === equalsSign) {
      return decoded(query.slice(start + name.length + 1, end).replaceAll("+", " "));
    }
    start = end + 1;
  }
  return null;
}

const equalsSign = 61;

function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, "Could not URL-decode key name");
  }
}

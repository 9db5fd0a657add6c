// Listings: keys under a prefix, rolled up at a delimiter, a page at a time.
import type { Metadata } from "./record.js";
import { compareKeys } from "./sorted-keys.js";
import type { Store } from "./store.js";

export interface ListingOptions {
  readonly prefix: string;
  /** Empty: no roll-up. */
  readonly delimiter: string;
  /** Only keys after this one; a rolled-up prefix counts as a key. Empty: from the start. */
  readonly after: string;
  /** Keys and prefixes together, 1 to 1000. */
  readonly limit: number;
}

export interface Listing {
  readonly objects: readonly { readonly key: string; readonly metadata: Metadata }[];
  readonly prefixes: readonly string[];
  /** What the next page comes after; absent on the last page. */
  readonly next?: string;
}

/** One page, as the store is at this moment. */
export function listObjects(store: Store, options: ListingOptions): Listing {
  const { prefix, delimiter, after, limit } = options;
  const objects: { key: string; metadata: Metadata }[] = [];
  const prefixes: string[] = [];
  let last = "";
  // The prefix whose keys are being passed over: told on this page, or the last one of the page before.
  let passing = after;
  let start: string | undefined = compareKeys(after, prefix) > 0 ? after : prefix;
  while (start !== undefined) {
    const keys = store.keysFrom(start);
    start = undefined;
    for (const key of keys) {
      if (!key.startsWith(prefix)) break;
      if (after !== "" && compareKeys(key, after) <= 0) continue;
      const rolledUp = rollUp(key, prefix, delimiter);
      if (rolledUp !== undefined && rolledUp === passing) continue;
      if (objects.length + prefixes.length >= limit) return { objects, prefixes, next: last };
      last = rolledUp ?? key;
      if (rolledUp === undefined) {
        const metadata = store.metadata(key);
        if (metadata !== undefined) objects.push({ key, metadata });
      } else {
        prefixes.push(rolledUp);
        passing = rolledUp;
        // Jumps over (nearly all of) what rolls up into it: a cluster's log has thousands of keys under one prefix.
        start = `${rolledUp}\u{10ffff}`;
        break;
      }
    }
  }
  return { objects, prefixes };
}

function rollUp(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "") return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

// Listing a striped namespace: each shard gives a page of its own keys, and the pages merge into one in UTF-8 byte
// order. The cursor is the last place that was looked at, so keys written or deleted meanwhile shift nothing.
import { Refusal } from "./refusal.js";

export interface ListedKey {
  readonly name: string;
  /** Unix seconds, null when the key has no end. */
  readonly expiration: number | null;
  /** JSON, null when there is none. */
  readonly metadata: string | null;
}

export interface Page {
  /** In UTF-8 byte order. */
  readonly keys: readonly ListedKey[];
  /** Every key up to and including this one was looked at; null when all were. */
  readonly lookedUntil: string | null;
}

/** Orders strings as their UTF-8 bytes: as UTF-16 units, but surrogate pairs (above U+FFFF) after all others. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/**
 * Merges one page of each shard into one page of the namespace.
 * @param limit most keys of the merged page
 */
export function mergePages(pages: readonly Page[], limit: number): Page {
  // Beyond the place that the slowest shard reached, a key of that shard may still be missing.
  let horizon: string | null = null;
  for (const { lookedUntil } of pages) {
    if (lookedUntil !== null && (horizon === null || compareUtf8(lookedUntil, horizon) < 0)) horizon = lookedUntil;
  }
  const reached = pages.flatMap((page) => page.keys.filter((key) => horizon === null || compareUtf8(key.name, horizon) <= 0));
  reached.sort((a, b) => compareUtf8(a.name, b.name));
  if (reached.length <= limit) return { keys: reached, lookedUntil: horizon };
  const keys = reached.slice(0, limit);
  return { keys, lookedUntil: keys.at(-1)?.name ?? null };
}

/** Asks one shard for the keys after a place. */
export type AskShard = (shard: number, after: string, limit: number) => Promise<Page>;

/** Keys are spread by a hash: of ten thousand pages, one wants more of a shard than its mean and so many deviations. */
const shareDeviations = 4;

/**
 * One page of the namespace. A shard is asked for its share of it and some, as it would otherwise give four times what the page
 * holds; where the keys lie otherwise, those that stopped at their share are asked for the rest.
 * @param after the last place of the page before, "" at the start
 */
export async function listStriped(ask: AskShard, shards: number, after: string, limit: number): Promise<Page> {
  const mean = limit / shards;
  const share = Math.min(limit, Math.ceil(mean + shareDeviations * Math.sqrt(mean)));
  const pages = await Promise.all(Array.from({ length: shards }, (_, shard) => ask(shard, after, share)));
  const merged = mergePages(pages, limit);
  if (merged.keys.length === limit || merged.lookedUntil === null || share === limit) return merged;
  const whole = pages.map(async (page, shard): Promise<Page> => {
    if (page.lookedUntil === null || page.keys.length < share) return page;
    const { keys, lookedUntil } = await ask(shard, page.lookedUntil, limit - share);
    return { keys: [...page.keys, ...keys], lookedUntil };
  });
  return mergePages(await Promise.all(whole), limit);
}

/** A cursor that says nothing to the worker which carries it. */
export function encodeCursor(lookedUntil: string): string {
  return btoa(encodeURIComponent(lookedUntil)).replaceAll("=", "");
}

/** @throws Refusal for what is no cursor of ours */
export function decodeCursor(cursor: string): string {
  try {
    return decodeURIComponent(atob(cursor));
  } catch {
    throw new Refusal(400, "Invalid cursor");
  }
}

/** The body of a list answer. The native binding parses metadata that is a string of JSON. */
export function listAnswer(page: Page): string {
  const keys = page.keys.map(({ name, expiration, metadata }) => ({
    name,
    ...(expiration === null ? {} : { expiration }),
    ...(metadata === null ? {} : { metadata }),
  }));
  return JSON.stringify(page.lookedUntil === null ? { keys, list_complete: true } : { keys, list_complete: false, cursor: encodeCursor(page.lookedUntil) });
}

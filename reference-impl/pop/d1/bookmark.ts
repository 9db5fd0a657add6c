// Bookmarks: a point in a database's history, as text that sorts by age. The width is fixed, as clients compare texts.
// Form: <sequence, high and low half> - <reserved> - <identity of the database>, in hexadecimal.

export interface Bookmark {
  /** Number of the last change that the bookmark saw, from 0. */
  readonly sequence: number;
  /** The database: 32 hexadecimal digits, new when the database is created. */
  readonly identity: string;
}

const pattern = /^([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{32})$/;

/** @param sequence 0 to 2^53 - 1 */
export function formatBookmark({ sequence, identity }: Bookmark): string {
  const high = Math.floor(sequence / 0x1_0000_0000);
  const low = sequence % 0x1_0000_0000;
  return `${hex(high)}-${hex(low)}-${hex(0)}-${identity}`;
}

/** @returns undefined when the text is no bookmark */
export function parseBookmark(text: string): Bookmark | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, high = "", low = "", , identity = ""] = match;
  const sequence = Number.parseInt(high, 16) * 0x1_0000_0000 + Number.parseInt(low, 16);
  return Number.isSafeInteger(sequence) ? { sequence, identity } : undefined;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** Constraints that a session may begin with in place of a bookmark. */
export const firstPrimary = "first-primary";
export const firstUnconstrained = "first-unconstrained";

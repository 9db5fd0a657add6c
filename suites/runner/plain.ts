// Makes strings of unknown origin safe to keep and to print: cut, with control and direction characters spelled out,
// so that a target cannot draw on a terminal or turn a line around.
import { inspect } from "node:util";

/** Longest expected or observed value that a result keeps. */
export const valueLimitChars = 2_000;

// C0 and C1 controls, DEL, soft hyphen, Arabic letter mark, zero-width and direction characters, line and paragraph
// separators, byte order mark, tags, and surrogates without a partner.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

function spelled(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function cut(text: string, limitChars: number): string {
  return text.length <= limitChars ? text : `${text.slice(0, limitChars)}… (${text.length} characters)`;
}

/**
 * One printable line.
 * @param text anything, from anywhere
 * @param limitChars longest text that is kept whole
 */
export function plainLine(text: string, limitChars = valueLimitChars): string {
  return cut(text, limitChars).replace(unsafe, spelled);
}

/** Like {@link plainLine}, but keeps line ends, for evidence of several lines. */
export function plainText(text: string, limitChars = valueLimitChars): string {
  return cut(text, limitChars).replace(unsafe, (character) => (character === "\n" ? "\n" : spelled(character)));
}

/** A value of a comparison as one printable line. */
export function plainValue(value: unknown): string {
  if (typeof value === "string") return plainLine(JSON.stringify(value.slice(0, valueLimitChars + 1)));
  const shown = inspect(value, { depth: 6, maxStringLength: 500, maxArrayLength: 50, breakLength: Infinity, compact: true });
  return plainLine(shown);
}

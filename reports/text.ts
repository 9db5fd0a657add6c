// Strings of a run come from a target that may be hostile. This file makes them harmless for a reader (nothing
// invisible, nothing endless); the three escapers make the result harmless for a format. Every writer goes through here.

/** Longest string a report shows, in UTF-16 units; result.json keeps the whole. */
export const longestShown = 2_000;

// C0 and C1 controls, soft hyphen, every bidi control, zero-width characters, fillers, separators, tags, variation
// selectors' supplement, interlinear marks, lone surrogates: whatever a reader cannot see or that moves what he sees.
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
// Stacked combining marks overflow the lines around them.
const markPile = /(\p{M}{3})(\p{M}+)/gu;

/** A cut string with its note must not be cut again. */
const roomForNote = 64;

/**
 * A string as a report may show it: cut, with what cannot be seen spelled out as ‹U+202E›.
 * @param options `lines`: keep line feeds and tabs (for preformatted blocks), else they become spaces with a sign;
 * `limit`: UTF-16 units kept, default 2,000 (and the note of a cut that {@link shortened} made)
 */
export function visible(text: string, options: { readonly lines?: boolean; readonly limit?: number } = {}): string {
  const limit = options.limit ?? longestShown;
  const isCut = text.length > limit + (options.limit === undefined ? roomForNote : 0);
  const kept = isCut ? cut(text, limit) : text;
  // Line ends first: CRLF is one line end, and a lone CR must not hide what stands before it.
  const ends = kept.replace(/\r\n/g, "\n");
  const shown = ends
    .replace(invisible, (character) => {
      if (character === "\n") return options.lines === true ? "\n" : " ↵ ";
      if (character === "\t") return options.lines === true ? "\t" : " ";
      return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`;
    })
    .replace(markPile, (_, first: string, rest: string) => `${first}‹+${rest.length} marks›`);
  return isCut ? `${shown}${noteOf(text)}` : shown;
}

function noteOf(text: string): string {
  return `… (cut: ${grouped(text.length)} characters)`;
}

/**
 * A document (or any JSON) in which no string is longer than a report shows. Every writer begins with it, so that joining
 * strings later never makes copies of what nobody will see.
 */
export function shortened<T>(value: T): T {
  // The shape is kept: only strings change, and only in length.
  return shortenedValue(value) as T;
}

function shortenedValue(value: unknown): unknown {
  if (typeof value === "string") return value.length > longestShown + roomForNote ? cut(value, longestShown) + noteOf(value) : value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(shortenedValue);
  if (typeof value !== "object" || value === null) return value;
  const seen = new Set<string>();
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    let name = key.length > longestShown ? cut(key, longestShown) : key;
    // Two keys that differ only beyond the cut stay two.
    if (seen.has(name)) name = `${name}… (${seen.size})`;
    seen.add(name);
    return [name, shortenedValue(inner)];
  });
  return Object.fromEntries(entries);
}

/** Cuts without halving a surrogate pair. */
function cut(text: string, limit: number): string {
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

/** An integer with commas between thousands, the same on every machine. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

const htmlEntities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for HTML and SVG, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => htmlEntities[character] ?? "");
}

/** Text for XML 1.0: what the grammar forbids even as an entity is removed. */
export function escapeXml(text: string): string {
  return escapeHtml(text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")).replace(/\r/g, "&#13;");
}

/**
 * Text for Markdown as forges read it: no markup, no table cell, no HTML, and nobody is notified. Entities keep their
 * letters and lose their meaning; a zero-width space ends mentions, issue numbers and links before they begin.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[&<>`*_[\]|\\~#@!${}]|:(?=[\w/+-])/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/&#(64|35|58);(?=\S)/g, "&#$1;&#8203;")
    .replace(/\bwww\./gi, "$&&#8203;")
    .replace(/^(\s*\d*)([.)](?=\s|$)|[-+=])/, (_, before: string, sign: string) => `${before}&#${sign.charCodeAt(0)};`);
}

/** A code span of Markdown. Tame text stays readable in the raw file; anything else is escaped inside a code element. */
export function markdownCode(text: string): string {
  return /^[\w ./,=:+%-]+$/.test(text) && text.trim() === text ? `\`${text}\`` : `<code>${escapeMarkdown(text)}</code>`;
}

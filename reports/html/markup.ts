// HTML that cannot be injected into: a tagged template whose values are made visible and escaped unless they are
// markup themselves. No other file of the page concatenates strings into HTML.
import { escapeHtml, visible } from "../text.js";

/** Markup that this project wrote. Only {@link html} and {@link trusted} make it. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Value = string | number | Markup | undefined | readonly Value[];

/** Builds markup; strings and numbers are escaped, undefined is nothing, lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let source = parts[0] ?? "";
  for (const [index, value] of values.entries()) source += render(value) + (parts[index + 1] ?? "");
  return new Markup(source);
}

/** A text of several lines, for preformatted blocks. */
export function lines(text: string): Markup {
  return new Markup(escapeHtml(visible(text, { lines: true })));
}

/** Our own constant text (style, script) as markup, unescaped. Never for anything from a document. */
export function trusted(source: string): Markup {
  return new Markup(source);
}

function render(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "string") return escapeHtml(visible(value));
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "–";
  if (value instanceof Markup) return value.source;
  return value.map(render).join("");
}

/**
 * Hands out element ids: readable, safe in a URL's fragment, unique on the page.
 * @param taken ids the page uses itself
 */
export function anchors(taken: readonly string[]): (wanted: string) => string {
  const used = new Set(taken);
  return (wanted) => {
    const base = wanted.slice(0, 120).replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "") || "check";
    let name = base;
    for (let number = 2; used.has(name); number++) name = `${base}-${number}`;
    used.add(name);
    return name;
  };
}

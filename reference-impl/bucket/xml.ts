// XML as S3 writes it, and as much reading as its two request bodies need. No general parser: less to attack.

/** An element: its content is text, children, or absent (left out). */
export type Xml = readonly [name: string, content: string | number | boolean | readonly Xml[] | undefined];

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

function escape(text: string): string {
  // Control characters are not XML, but may be in keys: written as references, which S3's clients read.
  return text.replace(/[&<>"'\u0000-\u001f\ufffe\uffff]/g, (character) => entities[character] ?? `&#x${character.charCodeAt(0).toString(16)};`);
}

function element([name, content]: Xml): string {
  if (content === undefined) return "";
  const inner = typeof content === "object" ? content.map(element).join("") : escape(String(content));
  return `<${name}>${inner}</${name}>`;
}

/** A document with S3's name space. */
export function xmlDocument(root: string, content: readonly Xml[]): string {
  const inner = content.map(element).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
}

/** An error document, which has no name space. */
export function xmlError(code: string, message: string, resource: string, requestId: string): string {
  const inner = ([["Code", code], ["Message", message], ["Resource", resource], ["RequestId", requestId]] as const).map(element).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`;
}

/** The raw contents of all elements of a name, in order. The name may not nest in itself (S3's never do). */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}\\s*>`, "g"))].map((match) => match[1] ?? "");
}

/** The text of the first element of a name. */
export function textOf(xml: string, name: string): string | undefined {
  const raw = elementsOf(xml, name)[0];
  return raw === undefined ? undefined : unescape(raw);
}

const characters: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return characters[name] ?? whole;
    const point = hex !== undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal ?? "", 10);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

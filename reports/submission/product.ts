// PRODUCT.yaml: what a vendor says of the product that a certificate is about. Read from YAML here and nowhere else, and
// written as a form when a vendor has none yet.
import { parseDocument } from "yaml";
import { didYouMean, messageOf } from "../../contract/errors.js";
import { visible } from "../text.js";

interface Field {
  /** What the form asks. */
  readonly words: string;
  readonly isRequired: boolean;
  readonly expected: string;
  readonly holds: (value: string) => boolean;
}

const line: Pick<Field, "expected" | "holds"> = { expected: "one line of at most 200 characters", holds: (value) => value.length <= 200 && !/[\n\r]/.test(value) };
const address: Pick<Field, "expected" | "holds"> = { expected: "an https address", holds: (value) => /^https:\/\/[^\s/]+\.[^\s/]+(\/\S*)?$/.test(value) && value.length <= 500 };

/** Every field, in the order of the form. */
export const productFields = {
  vendor: { words: "who makes the product", isRequired: true, ...line },
  name: { words: "the product, as its vendor calls it", isRequired: true, ...line },
  version: { words: "the version that was certified; the one its adapter describes", isRequired: true, ...line },
  target: { words: "the certificate's subject: the name and version that the adapter describes", isRequired: true, expected: "name@version", holds: (value) => /^[^\s@][^@\n]*@[^@\n]+$/.test(value) && value.length <= 400 },
  signer: { words: "the key that signed, as keygen and verify print it", isRequired: true, expected: "sha256: and 64 hexadecimal digits", holds: (value) => /^sha256:[0-9a-f]{64}$/.test(value) },
  website: { words: "where people read of the product", isRequired: true, ...address },
  documentation: { words: "where they read how it is used", isRequired: true, ...address },
  contact: { words: "whom to ask about this submission", isRequired: true, expected: "an e-mail address or an https address", holds: (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) || address.holds(value) },
  description: { words: "the product in a sentence or two", isRequired: false, expected: "at most 500 characters", holds: (value) => value.length <= 500 },
  repository: { words: "its source, where that is public", isRequired: false, ...address },
  logo: { words: "a picture of it, SVG preferred", isRequired: false, ...address },
} as const satisfies Record<string, Field>;

export type ProductField = keyof typeof productFields;
export type Product = Readonly<Partial<Record<ProductField, string>>>;

/** Larger than any product's description; a parser is not handed what a stranger likes. */
const longestText = 20_000;

/** @returns what could be read, and what is wrong, one sentence each */
export function parseProduct(text: string): { readonly product: Product; readonly problems: readonly string[] } {
  if (text.length > longestText) return { product: {}, problems: [`expected at most ${longestText} characters; it has ${text.length}`] };
  let content: unknown;
  try {
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) return { product: {}, problems: [`expected YAML; ${error.message.split("\n")[0] ?? ""}`] };
    content = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    return { product: {}, problems: [`expected YAML; ${messageOf(error)}`] };
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) return { product: {}, problems: [`expected the fields ${Object.keys(productFields).join(", ")}; the file holds something else`] };
  const given: Readonly<Record<string, unknown>> = { ...content };
  const names = Object.keys(productFields);
  const problems = Object.keys(given).filter((key) => !names.includes(key)).map((key) => {
    return `unknown field ${visible(key, { limit: 60 })}; ${didYouMean(key, names, `expected one of ${names.join(", ")}`)}`;
  });
  const product: Partial<Record<ProductField, string>> = {};
  for (const [name, field] of fieldEntries) {
    const value = given[name];
    // 1.10 without quotes is the number 1.1: said, and not guessed at.
    if (typeof value === "number" || typeof value === "boolean") problems.push(`${name}: expected text; ${String(value)} came; put it in quotes`);
    else if (value === undefined || value === null || value === "") {
      if (field.isRequired) problems.push(`${name}: expected ${field.expected} (${field.words}); it is ${value === undefined ? "missing" : "empty"}`);
    } else if (typeof value !== "string" || !field.holds(value)) problems.push(`${name}: expected ${field.expected}; ${visible(typeof value === "string" ? value : JSON.stringify(value), { limit: 80 })} came`);
    else product[name] = value;
  }
  return { product, problems };
}

/** @returns PRODUCT.yaml to be filled in: what a run knows is in it, the rest is empty and says what is asked */
export function productForm(known: Product): string {
  const fields = fieldEntries.map(([name, { words, isRequired }]) => `# ${words}${isRequired ? "" : " (may be left out)"}\n${isRequired || known[name] !== undefined ? "" : "# "}${name}: ${JSON.stringify(known[name] ?? "")}\n`);
  return `# The product that this submission is about; edgemark submission check says what is missing.\n${fields.join("")}`;
}

// The one place that turns the table's keys back into their type.
const fieldEntries = Object.entries(productFields) as readonly (readonly [ProductField, Field])[];

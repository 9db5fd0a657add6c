// Reads the fields of a message that a stranger sent, and collects everything that is wrong with it instead of
// stopping at the first. Used for answers of targets and for requests to them alike.

/** What a text field must be. */
export interface TextRule {
  /** Longest text that is kept, in UTF-16 units; the rest is cut and "…" set. */
  readonly max: number;
  /** A text that must not be empty, and must match; too long is then a difference, not cut. */
  readonly pattern?: { readonly test: RegExp; readonly means: string };
  readonly required?: boolean;
}

/** A message under examination; nested ones share the list of differences. */
export class Fields {
  readonly #raw: Readonly<Record<string, unknown>>;
  readonly #where: string;
  readonly differences: string[];

  constructor(raw: unknown, where: string, differences: string[] = []) {
    this.#where = where;
    this.differences = differences;
    if (isRecord(raw)) this.#raw = raw;
    else {
      this.#raw = {};
      this.differences.push(`${where || "the message"}: expected a message; ${show(raw)} came`);
    }
  }

  /** Notes one difference of a field, in the words "expected X; Y came". */
  differs(name: string, expected: string, came: unknown): void {
    this.differences.push(`${this.#path(name)}: expected ${expected}; ${show(came)} came`);
  }

  text(name: string, rule: TextRule): string {
    return this.#text(name, this.#raw[name], rule);
  }

  texts(name: string, rule: TextRule & { readonly most: number }): string[] {
    return this.#list(name, rule.most).map((value, index) => this.#text(`${name}[${index}]`, value, rule));
  }

  number(name: string, rule: { readonly least: number; readonly most: number; readonly means: string }): number {
    const value = this.#raw[name];
    if (typeof value === "number" && value >= rule.least && value <= rule.most) return value;
    this.differs(name, rule.means, value);
    return rule.least;
  }

  flag(name: string): boolean {
    return this.#raw[name] === true;
  }

  bytes(name: string): Uint8Array {
    const value = this.#raw[name];
    if (value instanceof Uint8Array) return value;
    this.differs(name, "bytes", value);
    return new Uint8Array();
  }

  has(name: string): boolean {
    return isRecord(this.#raw[name]);
  }

  message(name: string): Fields {
    return new Fields(this.#raw[name], this.#path(name), this.differences);
  }

  messages(name: string, most: number): Fields[] {
    return this.#list(name, most).map((value, index) => new Fields(value, `${this.#path(name)}[${index}]`, this.differences));
  }

  /** A map of finite numbers that are not negative unless `least` says so. */
  numbers(name: string, rule: { readonly most: number; readonly least: number }): Record<string, number> {
    const raw = this.#raw[name] ?? {};
    if (!isRecord(raw)) {
      this.differs(name, "a map of numbers", raw);
      return {};
    }
    const entries = Object.entries(raw);
    if (entries.length > rule.most) this.differs(name, `at most ${rule.most} entries`, entries.length);
    const kept: [string, number][] = [];
    for (const [key, value] of entries.slice(0, rule.most)) {
      const label = this.#text(`${name} key`, key, { max: 100, required: true });
      if (typeof value === "number" && Number.isFinite(value) && value >= rule.least) kept.push([label, value]);
      else this.differs(`${name}[${show(label)}]`, `a finite number of at least ${rule.least}`, value);
    }
    return Object.fromEntries(kept);
  }

  #path(name: string): string {
    return this.#where === "" ? name : `${this.#where}.${name}`;
  }

  #list(name: string, most: number): readonly unknown[] {
    const value = this.#raw[name] ?? [];
    if (!Array.isArray(value)) {
      this.differs(name, "a list", value);
      return [];
    }
    const list: readonly unknown[] = value;
    if (list.length > most) this.differs(name, `at most ${most} entries`, list.length);
    return list.slice(0, most);
  }

  #text(name: string, value: unknown, rule: TextRule): string {
    if (typeof value !== "string") {
      this.differs(name, "text", value);
      return "";
    }
    // The decoder puts U+FFFD where bytes were not UTF-8.
    if (value.includes("\uFFFD")) this.differs(name, "valid UTF-8", value);
    if (rule.pattern !== undefined && (value !== "" || rule.required === true)) {
      if (value.length > rule.max || !rule.pattern.test.test(value)) this.differs(name, rule.pattern.means, value);
      return value.slice(0, rule.max);
    }
    // Terminal escapes and other controls of a stranger never reach a terminal or a report.
    const clean = value.slice(0, rule.max + 1).replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029]/g, " ");
    if (rule.required === true && clean.trim() === "") this.differs(name, "text that is not blank", value);
    return clean.length > rule.max ? `${clean.slice(0, rule.max)}…` : clean;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as it is shown in a message: short, on one line, without control characters. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  return Array.isArray(value) ? "a list" : "a message";
}

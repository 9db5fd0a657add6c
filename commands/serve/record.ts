// Reads values of a stranger's configuration and collects everything that is wrong with it, each with its path.

export type RawRecord = Readonly<Record<string, unknown>>;

/** Whether a value is a table. */
export function isRecord(value: unknown): value is RawRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A reader over one table of a configuration; nested readers share the list of problems. */
export class Reader {
  readonly #record: RawRecord;
  readonly #path: string;
  readonly problems: string[];

  constructor(value: unknown, path: string, problems: string[] = []) {
    this.problems = problems;
    this.#path = path;
    this.#record = isRecord(value) ? value : {};
    if (!isRecord(value)) problems.push(`${path === "" ? "the configuration" : path}: a table expected; ${shown(value)} came`);
  }

  raw(key: string): unknown {
    return this.#record[key];
  }

  text(key: string): string | undefined {
    return this.#typed(key, "text", (value): value is string => typeof value === "string");
  }

  /** A text that must be there. @returns "" when it is not, and the problem is noted */
  required(key: string): string {
    const value = this.text(key);
    if (value === undefined && this.#record[key] === undefined) this.problems.push(`${this.#at(key)}: a text expected; it is missing`);
    return value ?? "";
  }

  flag(key: string): boolean | undefined {
    return this.#typed(key, "true or false", (value): value is boolean => typeof value === "boolean");
  }

  texts(key: string): readonly string[] {
    return this.#typed(key, "a list of texts", (value): value is readonly string[] => Array.isArray(value) && value.every((one) => typeof one === "string")) ?? [];
  }

  /** A table of texts. */
  textTable(key: string): Readonly<Record<string, string>> {
    return { ...this.#typed(key, "a table of texts", (value): value is Readonly<Record<string, string>> => isRecord(value) && Object.values(value).every((one) => typeof one === "string")) };
  }

  table(key: string): Reader | undefined {
    const value = this.#record[key];
    return value === undefined ? undefined : new Reader(value, this.#at(key), this.problems);
  }

  /** The tables of a list. */
  tables(key: string): readonly Reader[] {
    const list = this.#typed(key, "a list of tables", (value): value is readonly unknown[] => Array.isArray(value)) ?? [];
    return list.map((value, index) => new Reader(value, `${this.#at(key)}[${index}]`, this.problems));
  }

  entries(): readonly (readonly [string, unknown])[] {
    return Object.entries(this.#record);
  }

  /** Notes that a value is not what it must be. */
  differs(key: string, expected: string): void {
    this.problems.push(`${this.#at(key)}: ${expected} expected; ${shown(this.#record[key])} came`);
  }

  #at(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #typed<T>(key: string, expected: string, isIt: (value: unknown) => value is T): T | undefined {
    const value = this.#record[key];
    if (value === undefined) return undefined;
    if (isIt(value)) return value;
    this.differs(key, expected);
    return undefined;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

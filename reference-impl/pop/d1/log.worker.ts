// The log of a primary: every change with its number, in the object's own key-value table, which users can neither see
// nor touch and which commits together with their rows. When it grows long, the oldest part becomes an image.
import type { LogEntry } from "./wire.js";

interface LogState {
  readonly identity: string;
  /** Number of the last change. */
  readonly head: number;
  /** Wall time of the last change, ms: times never go back. */
  readonly headAtMs: number;
  /** Number of the change that the base image holds; 0 with no image is the empty database. */
  readonly base: number;
  readonly baseAtMs: number;
  readonly basePages: number;
  readonly characters: number;
  readonly baseCharacters: number;
}

interface EntryRecord {
  readonly atMs: number;
  readonly parts: number;
  readonly pages: number;
  readonly characters: number;
}

/** The engine takes values of up to 4 MB; a text can need two bytes a character. */
const partCharacters = 900_000;
/** Beyond this and twice the base, the log is folded into a new base. */
const longCharacters = 16_000_000;

function key(sequence: number): string {
  return sequence.toString(16).padStart(14, "0");
}

export class Log {
  #state: LogState;

  constructor(private readonly kv: SyncKvStorage) {
    this.#state = kv.get<LogState>("log") ?? { identity: "", head: 0, headAtMs: 0, base: 0, baseAtMs: 0, basePages: 0, characters: 0, baseCharacters: 0 };
  }

  /** "" until the database is created. */
  get identity(): string {
    return this.#state.identity;
  }

  get head(): number {
    return this.#state.head;
  }

  get base(): number {
    return this.#state.base;
  }

  create(identity: string): void {
    this.#set({ ...this.#state, identity });
  }

  /** Whether the log has become so long that a new base is worth its while. */
  get isLong(): boolean {
    return this.#state.characters > longCharacters + 2 * this.#state.baseCharacters;
  }

  /**
   * Adds the next change. Inside the transaction that makes it.
   * @param pages an image of the database after the change, where the change cannot be told otherwise
   */
  append(body: string, pages: readonly string[], nowMs: number): number {
    const sequence = this.#state.head + 1;
    const atMs = Math.max(nowMs, this.#state.headAtMs);
    const parts = Math.ceil(body.length / partCharacters);
    for (let part = 0; part < parts; part++) this.kv.put(`part ${key(sequence)} ${key(part)}`, body.slice(part * partCharacters, (part + 1) * partCharacters));
    pages.forEach((page, index) => this.#putPage(sequence, index, page));
    const characters = body.length + pages.reduce((sum, page) => sum + page.length, 0);
    this.kv.put(`entry ${key(sequence)}`, { atMs, parts, pages: pages.length, characters } satisfies EntryRecord);
    this.#set({ ...this.#state, head: sequence, headAtMs: atMs, characters: this.#state.characters + characters });
    return sequence;
  }

  /** Reads the state again after a transaction that was undone. */
  reload(): void {
    const state = this.kv.get<LogState>("log");
    if (state !== undefined) this.#state = state;
    else this.#state = { identity: "", head: 0, headAtMs: 0, base: 0, baseAtMs: 0, basePages: 0, characters: 0, baseCharacters: 0 };
  }

  /** Entries after one, at least one if there is any and at most so many characters of them. */
  after(sequence: number, characters: number): readonly LogEntry[] {
    const entries: LogEntry[] = [];
    let total = 0;
    for (let next = sequence + 1; next <= this.#state.head && total < characters; next++) {
      const entry = this.entry(next);
      if (entry === undefined) break;
      entries.push(entry);
      total += entry.body.length;
    }
    return entries;
  }

  entry(sequence: number): LogEntry | undefined {
    const record = this.kv.get<EntryRecord>(`entry ${key(sequence)}`);
    if (record === undefined) return undefined;
    let body = "";
    for (let part = 0; part < record.parts; part++) body += this.kv.get<string>(`part ${key(sequence)} ${key(part)}`) ?? "";
    return { sequence, atMs: record.atMs, body, pages: record.pages };
  }

  *pages(sequence: number, count: number): Generator<string> {
    for (let index = 0; index < count; index++) yield this.page(sequence, index);
  }

  page(sequence: number, index: number): string {
    let text = "";
    for (let part = 0; ; part++) {
      const piece = this.kv.get<string>(`page ${key(sequence)} ${key(index)} ${key(part)}`);
      if (piece === undefined) return text;
      text += piece;
    }
  }

  basePages(): Generator<string> {
    return this.pages(this.#state.base, this.#state.basePages);
  }

  /** Number of the last change at or before a time, undefined when the log begins later. */
  at(timeMs: number): number | undefined {
    if (this.#state.base > 0 && timeMs < this.#state.baseAtMs) return undefined;
    let low = this.#state.base;
    let high = this.#state.head;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.kv.get<EntryRecord>(`entry ${key(middle)}`)?.atMs ?? 0) <= timeMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Makes the present state the base and forgets what was before it. Inside a transaction. */
  rebase(pages: readonly string[]): void {
    const { head, headAtMs, base } = this.#state;
    const outdated = [...this.kv.list({ prefix: "page " })].map(([name]) => name);
    for (const name of outdated) this.kv.delete(name);
    for (let sequence = base; sequence <= head; sequence++) {
      const record = this.kv.get<EntryRecord>(`entry ${key(sequence)}`);
      for (let part = 0; part < (record?.parts ?? 0); part++) this.kv.delete(`part ${key(sequence)} ${key(part)}`);
      this.kv.delete(`entry ${key(sequence)}`);
    }
    pages.forEach((page, index) => this.#putPage(head, index, page));
    this.#set({ ...this.#state, base: head, baseAtMs: headAtMs, basePages: pages.length, characters: 0, baseCharacters: pages.reduce((sum, page) => sum + page.length, 0) });
  }

  #putPage(sequence: number, index: number, page: string): void {
    for (let part = 0; part * partCharacters < page.length; part++) {
      this.kv.put(`page ${key(sequence)} ${key(index)} ${key(part)}`, page.slice(part * partCharacters, (part + 1) * partCharacters));
    }
  }

  #set(state: LogState): void {
    this.kv.put("log", state);
    this.#state = state;
  }
}

// The log of a primary: every change with its number, in the object's own key-value table, which users can neither see
// nor touch and which commits together with their rows. When it grows long, the oldest part becomes an image.
import type { Aside } from "./change.js";
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
  readonly sizeBytes: number;
  readonly baseBytes: number;
}

interface EntryRecord {
  readonly atMs: number;
  readonly parts: number;
  readonly values: number;
  readonly pages: number;
  readonly sizeBytes: number;
  /** Who asked for it. */
  readonly call: string;
  /** The change is that the database is again as after this one. */
  readonly restored?: number;
}

/** What a change is made of. */
export interface Appended {
  /** JSON of changes, "" for an image or a restore. */
  readonly body?: string;
  readonly values?: Aside;
  /** An image of the database after the change, where the change cannot be told otherwise. */
  readonly pages?: readonly string[];
  readonly restored?: number;
  readonly nowMs: number;
  readonly call: string;
}

const empty: LogState = { identity: "", head: 0, headAtMs: 0, base: 0, baseAtMs: 0, basePages: 0, sizeBytes: 0, baseBytes: 0 };
/** The engine takes values of up to 2 MB. */
const partBytes = 900_000;
/** Beyond this and twice the base, the log is folded into a new base. */
const longBytes = 16_000_000;
/** So many bytes are written, or so many entries dropped, in one transaction: the engine does not commit one much larger than 2 MB. */
const stepBytes = 500_000;
const stepEntries = 500;
const recentCalls = 200;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

function key(sequence: number): string {
  return sequence.toString(16).padStart(14, "0");
}

export class Log {
  #state: LogState;

  constructor(private readonly kv: SyncKvStorage) {
    this.#state = kv.get<LogState>("log") ?? empty;
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
    return this.#state.sizeBytes > longBytes + 2 * this.#state.baseBytes;
  }

  /** Adds the next change. Inside the transaction that makes it. */
  append({ body = "", values = [], pages = [], restored, nowMs, call }: Appended): number {
    const sequence = this.#state.head + 1;
    const atMs = Math.max(nowMs, this.#state.headAtMs);
    const parts = this.#putParts(`part ${key(sequence)}`, body);
    values.forEach((value, index) => this.kv.put(`value ${key(sequence)} ${key(index)}`, value));
    pages.forEach((page, index) => this.#putParts(`page ${key(sequence)} ${key(index)}`, page));
    const sizeBytes = 100 + body.length + values.reduce((sum, value) => sum + value.byteLength, 0) + pages.reduce((sum, page) => sum + page.length, 0);
    this.kv.put(`entry ${key(sequence)}`, { atMs, parts, values: values.length, pages: pages.length, sizeBytes, call, ...(restored === undefined ? {} : { restored }) } satisfies EntryRecord);
    this.#set({ ...this.#state, head: sequence, headAtMs: atMs, sizeBytes: this.#state.sizeBytes + sizeBytes });
    return sequence;
  }

  /** Reads the state again after a transaction that was undone. */
  reload(): void {
    this.#state = this.kv.get<LogState>("log") ?? empty;
  }

  /** Entries after one, at least one if there is any and about so many bytes of them. @returns null when they lead through a restore */
  after(sequence: number, mostBytes: number): readonly LogEntry[] | null {
    const entries: LogEntry[] = [];
    let total = 0;
    for (let next = sequence + 1; next <= this.#state.head && total < mostBytes; next++) {
      const record = this.#record(next);
      if (record === undefined) break;
      if (record.restored !== undefined) return entries.length === 0 ? null : entries;
      entries.push(this.#read(next, record));
      total += record.sizeBytes;
    }
    return entries;
  }

  /** The entries that lead from the base to a change, restores followed back. @throws Error when one is missing */
  *path(sequence: number): Generator<LogEntry> {
    const steps: number[] = [];
    for (let at = sequence; at > this.#state.base; ) {
      const { restored } = this.#found(at);
      if (restored === undefined) steps.push(at--);
      else at = restored;
    }
    for (const step of steps.reverse()) yield this.#read(step, this.#found(step));
  }

  /** Whether one of the last changes was made by this call. */
  hasCall(call: string): boolean {
    for (let at = this.#state.head; at > Math.max(this.#state.base, this.#state.head - recentCalls); at--) if (this.#record(at)?.call === call) return true;
    return false;
  }

  *pages(sequence: number, count: number): Generator<string> {
    for (let index = 0; index < count; index++) yield this.page(sequence, index);
  }

  page(sequence: number, index: number): string {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const piece = this.kv.get<Uint8Array>(`page ${key(sequence)} ${key(index)} ${key(pieces.length)}`);
      if (piece === undefined) return joined(pieces);
      pieces.push(piece);
    }
  }

  basePages(): Generator<string> {
    return this.pages(this.#state.base, this.#state.basePages);
  }

  /** Number of the last change before a time, undefined when the log begins later. What the same millisecond may still bring is not in it. */
  at(timeMs: number): number | undefined {
    if (this.#state.base > 0 && timeMs <= this.#state.baseAtMs) return undefined;
    let low = this.#state.base;
    let high = this.#state.head;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#record(middle)?.atMs ?? 0) < timeMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * Makes a state the base and forgets what was before it, in steps that the engine can commit. Changes may be added meanwhile.
   * @param pages the database as it is now
   * @param commit ends a step's transaction
   */
  async rebase(pages: readonly string[], commit: () => Promise<void>): Promise<void> {
    const { head, headAtMs, base, identity, sizeBytes } = this.#state;
    const isOver = (): boolean => this.#state.identity !== identity || this.#state.base !== base;
    let written = 0;
    for (const [index, page] of pages.entries()) {
      this.#putParts(`page ${key(head)} ${key(index)}`, page);
      written += page.length;
      if (written < stepBytes) continue;
      written = 0;
      await commit();
      if (isOver()) return;
    }
    // A restore since then leads back before the new base.
    for (let at = head + 1; at <= this.#state.head; at++) if (this.#record(at)?.restored !== undefined) return;
    this.#set({ ...this.#state, base: head, baseAtMs: headAtMs, basePages: pages.length, sizeBytes: this.#state.sizeBytes - sizeBytes, baseBytes: pages.reduce((sum, page) => sum + page.length, 0) });
    await commit();
    await this.#forget(base, head, commit);
  }

  /** Drops entries up to the base, and images before it. */
  async #forget(from: number, base: number, commit: () => Promise<void>): Promise<void> {
    for (let sequence = from, count = 0; sequence <= base && this.#state.base === base; sequence++) {
      const names = ["part", "value", ...(sequence < base ? ["page"] : [])].flatMap((kind) => [...this.kv.list({ prefix: `${kind} ${key(sequence)} ` })].map(([name]) => name));
      for (const name of [...names, `entry ${key(sequence)}`]) this.kv.delete(name);
      count += 1 + names.length;
      if (count < stepEntries) continue;
      count = 0;
      await commit();
    }
  }

  /** @returns how many parts there are */
  #putParts(name: string, text: string): number {
    const bytes = encoder.encode(text);
    const parts = Math.ceil(bytes.byteLength / partBytes);
    for (let part = 0; part < parts; part++) this.kv.put(`${name} ${key(part)}`, bytes.slice(part * partBytes, (part + 1) * partBytes));
    return parts;
  }

  #record(sequence: number): EntryRecord | undefined {
    return this.kv.get<EntryRecord>(`entry ${key(sequence)}`);
  }

  #found(sequence: number): EntryRecord {
    const record = this.#record(sequence);
    if (record === undefined) throw new Error(`expected change ${sequence} in the log; it is not there`);
    return record;
  }

  #read(sequence: number, { atMs, parts, values, pages }: EntryRecord): LogEntry {
    const pieces = Array.from({ length: parts }, (_, part) => this.kv.get<Uint8Array>(`part ${key(sequence)} ${key(part)}`) ?? new Uint8Array());
    return { sequence, atMs, body: joined(pieces), values: Array.from({ length: values }, (_, index) => this.kv.get<Uint8Array>(`value ${key(sequence)} ${key(index)}`) ?? new Uint8Array()), pages };
  }

  #set(state: LogState): void {
    this.kv.put("log", state);
    this.#state = state;
  }
}

function joined(pieces: readonly Uint8Array[]): string {
  return pieces.map((piece, index) => decoder.decode(piece, { stream: index < pieces.length - 1 })).join("");
}

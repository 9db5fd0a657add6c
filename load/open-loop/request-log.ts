// What happened to every request of a run, in columns: some 24 bytes a request, all of them kept, so that percentiles, time
// series and gaps are computed afterwards from the same record.
import type { Isolate } from "./answer.js";

/**
 * ok: answered below 400. status: answered with 400 or more. reset: the connection broke. refused: nobody listens.
 * unreachable: it could not be opened otherwise. timeout: no complete answer in time. malformed: not HTTP.
 * saturated: never sent, the driver had no connection left or came too late. aborted: cut off by the end of the run.
 */
export const outcomes = ["ok", "status", "reset", "refused", "unreachable", "timeout", "malformed", "saturated", "aborted"] as const;
export type Outcome = (typeof outcomes)[number];

/** One request. Times in ms from the start of the run. */
export interface RequestSample {
  readonly intendedMs: number;
  /** How long after the intended time the driver sent it. */
  readonly lagMs: number;
  /** From the intended time to the end of the answer, or to the failure. */
  readonly latencyMs: number;
  readonly outcome: Outcome;
  /** Who answered, as the run's classify function says. */
  readonly tag: string | undefined;
  /** Whether the isolate that answered had answered before, when the answer said so. */
  readonly isolate?: Isolate;
}

/** The columns of a log as they go from thread to thread. */
export interface LogColumns {
  readonly intendedMs: Float64Array<ArrayBuffer>;
  readonly lagMs: Float32Array<ArrayBuffer>;
  readonly latencyMs: Float64Array<ArrayBuffer>;
  readonly outcome: Uint8Array<ArrayBuffer>;
  readonly tag: Uint16Array<ArrayBuffer>;
  readonly isolate: Uint8Array<ArrayBuffer>;
  readonly tags: readonly (string | undefined)[];
  readonly length: number;
}

/** More different tags than any target has PoPs; what exceeds it is counted as the last. */
const maxTags = 1_000;
const tagOverflow = "other";

/** The columns of a run. Requests are numbered in the order of their intended times. */
export class RequestLog {
  readonly #intendedMs: Float64Array<ArrayBuffer>;
  readonly #lagMs: Float32Array<ArrayBuffer>;
  readonly #latencyMs: Float64Array<ArrayBuffer>;
  /** 0 while open, else 1 + index of the outcome. */
  readonly #outcome: Uint8Array<ArrayBuffer>;
  readonly #tag: Uint16Array<ArrayBuffer>;
  /** 0 unknown, 1 cold, 2 warm. */
  readonly #isolate: Uint8Array<ArrayBuffer>;
  readonly #tags: (string | undefined)[] = [undefined];
  readonly #tagIndex = new Map<string, number>();
  /** Requests begun so far. */
  length = 0;

  constructor(capacity: number) {
    this.#intendedMs = new Float64Array(capacity);
    this.#lagMs = new Float32Array(capacity);
    this.#latencyMs = new Float64Array(capacity);
    this.#outcome = new Uint8Array(capacity);
    this.#tag = new Uint16Array(capacity);
    this.#isolate = new Uint8Array(capacity);
  }

  /** Puts the logs of several threads of one run together, in the order of the schedule. */
  static merged(parts: readonly LogColumns[]): RequestLog {
    const whole = new RequestLog(parts.reduce((sum, { length }) => sum + length, 0));
    const at = parts.map(() => 0);
    for (;;) {
      let first = -1;
      let firstMs = Infinity;
      parts.forEach((part, index) => {
        const position = at[index] ?? 0;
        const intendedMs = position < part.length ? (part.intendedMs[position] ?? Infinity) : Infinity;
        if (intendedMs < firstMs) [first, firstMs] = [index, intendedMs];
      });
      const part = parts[first];
      if (part === undefined) return whole;
      const position = at[first] ?? 0;
      at[first] = position + 1;
      whole.#take(part, position);
    }
  }

  #take(part: LogColumns, position: number): void {
    const index = this.length++;
    this.#intendedMs[index] = part.intendedMs[position] ?? 0;
    this.#lagMs[index] = part.lagMs[position] ?? 0;
    this.#latencyMs[index] = part.latencyMs[position] ?? 0;
    this.#outcome[index] = part.outcome[position] ?? 0;
    this.#isolate[index] = part.isolate[position] ?? 0;
    const tag = part.tags[part.tag[position] ?? 0];
    if (tag !== undefined) this.#tag[index] = this.#tagOf(tag);
  }

  /** The columns themselves, to be transferred: this log is not usable after that. */
  columns(): LogColumns {
    return {
      intendedMs: this.#intendedMs,
      lagMs: this.#lagMs,
      latencyMs: this.#latencyMs,
      outcome: this.#outcome,
      tag: this.#tag,
      isolate: this.#isolate,
      tags: this.#tags,
      length: this.length,
    };
  }

  /** @returns the request's number */
  begin(intendedMs: number, sentMs: number): number {
    const index = this.length++;
    this.#intendedMs[index] = intendedMs;
    this.#lagMs[index] = sentMs - intendedMs;
    return index;
  }

  end(index: number, endedMs: number, outcome: Outcome, tag?: string, isolate?: Isolate): void {
    this.#latencyMs[index] = endedMs - (this.#intendedMs[index] ?? 0);
    this.#outcome[index] = outcomes.indexOf(outcome) + 1;
    if (tag !== undefined) this.#tag[index] = this.#tagOf(tag);
    if (isolate !== undefined) this.#isolate[index] = isolate === "cold" ? 1 : 2;
  }

  isOpen(index: number): boolean {
    return index < this.length && this.#outcome[index] === 0;
  }

  intendedMs(index: number): number {
    return this.#intendedMs[index] ?? 0;
  }

  sample(index: number): RequestSample {
    const isolate = this.#isolate[index] ?? 0;
    return {
      intendedMs: this.#intendedMs[index] ?? 0,
      lagMs: this.#lagMs[index] ?? 0,
      latencyMs: this.#latencyMs[index] ?? 0,
      outcome: outcomes[(this.#outcome[index] ?? 0) - 1] ?? "aborted",
      tag: this.#tags[this.#tag[index] ?? 0],
      ...(isolate === 0 ? {} : { isolate: isolate === 1 ? "cold" : "warm" }),
    };
  }

  *[Symbol.iterator](): Generator<RequestSample> {
    for (let index = 0; index < this.length; index++) yield this.sample(index);
  }

  #tagOf(tag: string): number {
    const known = this.#tagIndex.get(tag);
    if (known !== undefined) return known;
    if (this.#tags.length > maxTags && tag !== tagOverflow) return this.#tagOf(tagOverflow);
    this.#tagIndex.set(tag, this.#tags.length);
    this.#tags.push(tag);
    return this.#tags.length - 1;
  }
}

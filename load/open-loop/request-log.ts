// What happened to every request of a run, in columns: 30 bytes a request, all of them kept, so that percentiles, time
// series and gaps are computed afterwards from the same record.

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
}

/** More different tags than any target has PoPs; what exceeds it is counted as the last. */
const maxTags = 1_000;
const tagOverflow = "other";

/** The columns of a run. Requests are numbered in the order of their intended times. */
export class RequestLog {
  readonly #intendedMs: Float64Array;
  readonly #lagMs: Float32Array;
  readonly #latencyMs: Float64Array;
  /** 0 while open, else 1 + index of the outcome. */
  readonly #outcome: Uint8Array;
  readonly #tag: Uint16Array;
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
  }

  /** @returns the request's number */
  begin(intendedMs: number, sentMs: number): number {
    const index = this.length++;
    this.#intendedMs[index] = intendedMs;
    this.#lagMs[index] = sentMs - intendedMs;
    return index;
  }

  end(index: number, endedMs: number, outcome: Outcome, tag: string | undefined): void {
    this.#latencyMs[index] = endedMs - (this.#intendedMs[index] ?? 0);
    this.#outcome[index] = outcomes.indexOf(outcome) + 1;
    if (tag !== undefined) this.#tag[index] = this.#tagOf(tag);
  }

  isOpen(index: number): boolean {
    return index < this.length && this.#outcome[index] === 0;
  }

  intendedMs(index: number): number {
    return this.#intendedMs[index] ?? 0;
  }

  sample(index: number): RequestSample {
    return {
      intendedMs: this.#intendedMs[index] ?? 0,
      lagMs: this.#lagMs[index] ?? 0,
      latencyMs: this.#latencyMs[index] ?? 0,
      outcome: outcomes[(this.#outcome[index] ?? 0) - 1] ?? "aborted",
      tag: this.#tags[this.#tag[index] ?? 0],
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

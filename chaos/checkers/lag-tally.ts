// Adds proven lags up: the matrix from the writing PoP to the reading one, look-ups that found nothing apart, reads
// after a delete, and whether a PoP saw its own writes; and keeps the worst read of each kind beyond the promise.
import type { Operation } from "../../contract/history/types.js";
import type { Anomaly } from "./anomaly.js";
import { lagNs, popOf, type ReadLag, type SettledWrite } from "./read-lag.js";
import { isDelete, shown, type TimedOperation } from "./register-history.js";

/** Reads of one kind, and the largest lag that any of them proves. */
export interface LagFigure {
  readonly reads: number;
  /** Reads that certainly missed a write. */
  readonly staleReads: number;
  readonly windowMs: number;
}

export interface LagFigures {
  /** Per pair: how long after a write at the writer settled the reader still answered something older. */
  readonly pairs: readonly (LagFigure & { readonly writerPopId: string; readonly readerPopId: string })[];
  /** Look-ups that found nothing; stale when the key had certainly been created. */
  readonly negative: LagFigure;
  /** Reads that found a value; stale when the key had certainly been deleted since. */
  readonly deletes: LagFigure;
  /** Reads at a PoP after a write there had returned, and how many missed it. Reported, not promised. */
  readonly readYourWrites: readonly { readonly popId: string; readonly reads: number; readonly missed: number }[];
  readonly readCount: number;
}

interface Tally {
  reads: number;
  staleReads: number;
  largestNs: number;
}

interface Beyond {
  anomaly: Omit<Anomaly, "reads">;
  reads: number;
}

/** Collects one read after the other; figures() and anomalies() may be asked at the end. */
export class LagTally {
  largestNs = -Infinity;
  #readCount = 0;
  readonly #promisedNs: number;
  readonly #pairs = new Map<string, Map<string, Tally>>();
  readonly #own = new Map<string, Tally>();
  readonly #negative: Tally = empty();
  readonly #deletes: Tally = empty();
  readonly #beyond = new Map<string, Beyond>();
  readonly #keysBeyond = new Set<string>();

  constructor(promisedNs: number | undefined) {
    this.#promisedNs = promisedNs ?? Infinity;
  }

  add(key: string, lag: ReadLag): void {
    const { read, missed, missedByPop } = lag;
    const reader = popOf(read);
    this.#readCount++;
    this.largestNs = Math.max(this.largestNs, lagNs(read, missed));
    for (const [writer, missedThere] of missedByPop) count(this.#pair(writer, reader), lagNs(read, missedThere));
    if (lag.ownWriteReturnedNs < read.callNs) count(entry(this.#own, reader), lagNs(read, missedByPop.get(reader)));
    if (read.operation.output === null) count(this.#negative, lagNs(read, missed));
    else count(this.#deletes, lagNs(read, lag.missedDelete));
    if (lagNs(read, missed) > this.#promisedNs) this.#addBeyond(key, lag);
  }

  /** Whether a single read of the key proves more than what is promised. */
  isBeyond(key: string): boolean {
    return this.#keysBeyond.has(key);
  }

  anomalies(): Anomaly[] {
    return [...this.#beyond.values()]
      .map(({ anomaly, reads }) => ({ ...anomaly, reads }))
      .sort((a, b) => (b.staleMs ?? 0) - (a.staleMs ?? 0));
  }

  figures(): LagFigures {
    const pairs = [...this.#pairs].flatMap(([writerPopId, readers]) =>
      [...readers].map(([readerPopId, tally]) => ({ writerPopId, readerPopId, ...figure(tally) })),
    );
    const readYourWrites = [...this.#own].map(([popId, { reads, staleReads }]) => ({ popId, reads, missed: staleReads }));
    return { pairs, negative: figure(this.#negative), deletes: figure(this.#deletes), readYourWrites, readCount: this.#readCount };
  }

  #pair(writer: string, reader: string): Tally {
    let readers = this.#pairs.get(writer);
    if (readers === undefined) {
      readers = new Map();
      this.#pairs.set(writer, readers);
    }
    return entry(readers, reader);
  }

  #addBeyond(key: string, lag: ReadLag): void {
    const { read, source } = lag;
    this.#keysBeyond.add(key);
    const isResurrected = read.operation.output !== null && lagNs(read, lag.missedDelete) > this.#promisedNs;
    const kind = read.operation.output === null ? "negative" : isResurrected ? "resurrected" : "stale";
    const missed = isResurrected ? lag.missedDelete : lag.missed;
    if (missed === undefined) return;
    const readerPopId = popOf(read);
    const writerPopId = popOf(missed.write);
    const name = `${kind} ${writerPopId} ${readerPopId}`;
    const staleMs = lagNs(read, missed) / 1e6;
    const known = this.#beyond.get(name);
    if (known !== undefined) known.reads++;
    if (known !== undefined && (known.anomaly.staleMs ?? 0) >= staleMs) return;
    const anomaly = { kind, key, readerPopId, writerPopId, staleMs, text: this.#text(key, lag, missed), operations: shownOperations(read, source, missed) } as const;
    if (known === undefined) this.#beyond.set(name, { anomaly, reads: 1 });
    else known.anomaly = anomaly;
  }

  #text(key: string, { read }: ReadLag, missed: SettledWrite): string {
    const { operation } = missed.write;
    const event = isDelete(operation) ? "the delete" : `the write of ${shown(operation.input)}`;
    const answer = read.operation.output === null ? "nothing" : shown(read.operation.output);
    const lateMs = (lagNs(read, missed) / 1e6).toFixed(1);
    return `PoP ${popOf(read)} returned ${answer} for key ${shown(key)} ${lateMs} ms after ${event} at PoP ${popOf(missed.write)} had taken effect; ${this.#promisedNs / 1e6} ms are allowed`;
  }
}

/** What proves the lag: the value read and what settled it, the write missed and what settled that, the read. */
function shownOperations(read: TimedOperation, source: SettledWrite | undefined, missed: SettledWrite): Operation[] {
  const all = [...(source === undefined ? [] : [source.write, source.settledBy]), missed.write, missed.settledBy, read];
  return [...new Set(all)].sort((a, b) => a.callNs - b.callNs).map(({ operation }) => operation);
}

function empty(): Tally {
  return { reads: 0, staleReads: 0, largestNs: 0 };
}

function entry(tallies: Map<string, Tally>, name: string): Tally {
  let tally = tallies.get(name);
  if (tally === undefined) {
    tally = empty();
    tallies.set(name, tally);
  }
  return tally;
}

function count(tally: Tally, lag: number): void {
  tally.reads++;
  if (lag <= 0) return;
  tally.staleReads++;
  tally.largestNs = Math.max(tally.largestNs, lag);
}

function figure({ reads, staleReads, largestNs }: Tally): LagFigure {
  return { reads, staleReads, windowMs: largestNs / 1e6 };
}

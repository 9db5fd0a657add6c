// A history of transactions on lists that are only appended to: each appends unique values to lists and reads whole lists. This is
// where recorded JSON becomes columns: of transactions, of all that they appended, and of all that they read.
import type { Operation } from "../../contract/history/types.js";
import { AppendNumbers } from "./append-numbers.js";
import { none, Numbering, TimeColumns, type Times } from "./columns.js";
import { GrowingColumn } from "./growing-column.js";
import { shown } from "./register-history.js";
import { notOfThisModel } from "./timeline.js";

export const transactionOperations =
  'transaction([["append", list, unique value], ["r", list, null]...]) -> the same, with the whole list in place of each null';

/** The transactions of one key, which share no list with those of another. A transaction is its place among them. */
export interface TransactionHistory {
  readonly operations: readonly Operation[];
  readonly times: Times;
  /** 1 for what certainly happened: it was answered, or something of it was read. */
  readonly isCommitted: Uint8Array;
  /** The names of lists, which are numbered from 0. */
  readonly lists: readonly string[];
  readonly appends: {
    /** The number of an append, by its list and value. */
    readonly numbers: AppendNumbers;
    readonly transaction: Int32Array;
    readonly list: Int32Array;
    /** 1 where its transaction appended to the list after it. */
    readonly isFollowed: Uint8Array;
  };
  /** Of transactions that were answered. */
  readonly reads: {
    readonly transaction: Int32Array;
    readonly list: Int32Array;
    /** How much the transaction itself had appended to the list before. */
    readonly own: Int32Array;
    readonly elements: readonly (readonly unknown[])[];
  };
  /** Answered transactions that read a list in which they had read or appended before. */
  readonly rereading: readonly number[];
}

/** @throws EdgemarkError usage.input for an operation of another form, or a value appended twice to one list */
export function transactionHistories(operations: readonly Operation[]): TransactionHistory[] {
  const byKey = new Map<string, Operation[]>();
  let key: string | undefined;
  let all: Operation[] = [];
  for (const operation of operations) {
    if (operation.action !== "transaction") throw unfit(operation, `came ${shown(operation.action)}`);
    if (operation.key !== key) {
      key = operation.key;
      all = byKey.get(key) ?? [];
      byKey.set(key, all);
    }
    all.push(operation);
  }
  return [...byKey.values()].map((few) => new Intake(few).history());
}

/** The columns of one key while its transactions are taken in. */
class Intake {
  readonly #numbering = new Numbering();
  readonly #lists: string[] = [];
  readonly #numbers = new AppendNumbers();
  readonly #appendedBy = new GrowingColumn();
  readonly #followed: number[] = [];
  readonly #readBy = new GrowingColumn();
  readonly #readList = new GrowingColumn();
  readonly #readOwn = new GrowingColumn();
  readonly #elements: (readonly unknown[])[] = [];
  readonly #rereading: number[] = [];
  /** By list: its last append, how many its transaction had made by then, and the last transaction that read it. */
  readonly #latest: number[] = [];
  readonly #latestOwn: number[] = [];
  readonly #latestReader: number[] = [];

  constructor(private readonly operations: readonly Operation[]) {}

  history(): TransactionHistory {
    const { operations } = this;
    const collected = new TimeColumns(operations.length);
    const isCommitted = new Uint8Array(operations.length);
    for (let row = 0; row < operations.length; row++) {
      const operation = operations[row];
      if (operation === undefined) continue;
      collected.set(row, operation.callNs, operation.returnNs);
      const isAnswered = operation.outcome === "ok";
      if (isAnswered) isCommitted[row] = 1;
      this.#takeIn(operation, row, isAnswered);
    }
    const isFollowed = new Uint8Array(this.#numbers.size);
    for (const append of this.#followed) isFollowed[append] = 1;
    return {
      operations,
      times: collected.finish(operations),
      isCommitted,
      lists: this.#lists,
      appends: { numbers: this.#numbers, transaction: this.#appendedBy.taken(), list: this.#numbers.lists, isFollowed },
      reads: { transaction: this.#readBy.taken(), list: this.#readList.taken(), own: this.#readOwn.taken(), elements: this.#elements },
      rereading: this.#rereading,
    };
  }

  #takeIn(operation: Operation, row: number, isAnswered: boolean): void {
    const steps = listed(operation, isAnswered ? operation.output : operation.input);
    for (let at = 0; at < steps.length; at++) {
      const step = listed(operation, steps[at]);
      const [action, name] = [step[0], step[1]];
      if (typeof name !== "string") throw unfit(operation, `a list is named ${shown(name)}`);
      const list = this.#listOf(name);
      if (action === "append") this.#append(operation, row, list, step[2]);
      else if (action !== "r") throw unfit(operation, `it has ${shown(action)}`);
      else if (isAnswered) this.#read(row, list, listed(operation, step[2]));
    }
  }

  #listOf(name: string): number {
    const list = this.#numbering.of(name);
    if (list === this.#lists.length) {
      this.#lists.push(name);
      this.#latest.push(none);
      this.#latestOwn.push(0);
      this.#latestReader.push(none);
    }
    return list;
  }

  #append(operation: Operation, row: number, list: number, value: unknown): void {
    if (value === undefined || value === null) throw unfit(operation, `${shown(value)} is appended`);
    const append = this.#numbers.add(list, value);
    if (append === none) throw unfit(operation, `${shown(value)} is appended twice to list ${shown(this.#lists[list])}`);
    const own = this.#ownBefore(list, row);
    if (own > 0) this.#followed.push(this.#latest[list] ?? none);
    this.#appendedBy.add(row);
    this.#latest[list] = append;
    this.#latestOwn[list] = own + 1;
  }

  #read(row: number, list: number, elements: readonly unknown[]): void {
    const own = this.#ownBefore(list, row);
    if ((own > 0 || this.#latestReader[list] === row) && this.#rereading.at(-1) !== row) this.#rereading.push(row);
    this.#latestReader[list] = row;
    this.#readBy.add(row);
    this.#readList.add(list);
    this.#readOwn.add(own);
    this.#elements.push(elements);
  }

  #ownBefore(list: number, row: number): number {
    const latest = this.#latest[list] ?? none;
    return latest !== none && this.#appendedBy.at(latest) === row ? (this.#latestOwn[list] ?? 0) : 0;
  }
}

/** An append has a value, an answered read has elements. */
export interface Step {
  readonly list: string;
  readonly value?: unknown;
  readonly elements?: readonly unknown[];
}

/** The steps of one transaction, for whoever looks at it alone. */
export function stepsOf(operation: Operation): readonly Step[] {
  const isAnswered = operation.outcome === "ok";
  return listed(operation, isAnswered ? operation.output : operation.input).flatMap((one): Step[] => {
    const [action, list, value] = listed(operation, one);
    if (typeof list !== "string") return [];
    if (action === "append") return [{ list, value }];
    return isAnswered ? [{ list, elements: listed(operation, value) }] : [];
  });
}

function listed(operation: Operation, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unfit(operation, `a list was expected where ${shown(value)} is`);
  return value;
}

function unfit(operation: Operation, what: string): Error {
  return notOfThisModel(operation, transactionOperations, what);
}

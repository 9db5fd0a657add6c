// A history of transactions on lists that are only appended to: each appends unique values to lists and reads whole lists. This is
// where recorded JSON becomes transactions, and their lists with all that was appended and read.
import type { Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import { identity, notOfThisModel, type Timeline } from "./timeline.js";

export const transactionOperations =
  'transaction([["append", list, unique value], ["r", list, null]...]) -> the same, with the whole list in place of each null';

export interface Append {
  readonly transaction: Transaction;
  readonly value: unknown;
  /** Whether its transaction appended nothing to the list after it. */
  isLast: boolean;
}

export interface Read {
  readonly transaction: Transaction;
  readonly list: List;
  readonly elements: readonly unknown[];
  /** What the transaction itself had appended to the list before. */
  readonly own: number;
}

export interface List {
  readonly name: string;
  readonly appends: Map<unknown, Append>;
  /** Of transactions that were answered. */
  readonly reads: Read[];
  /** While transactions are taken in: the last append, and how many of its transaction came before it and with it. */
  latest?: { readonly append: Append; readonly own: number };
}

export interface Transaction {
  readonly operation: Operation;
  /** Its place in the history of its key. */
  readonly index: number;
  readonly call: number;
  /** Infinity when its answer was lost. */
  readonly end: number;
  /** Whether it certainly happened: it was answered, or something of it was read. */
  isCommitted: boolean;
  /** In its order. */
  readonly steps: readonly Step[];
}

/** An append has a value, an answered read has elements. */
export interface Step {
  readonly list: List;
  readonly value?: unknown;
  readonly elements?: readonly unknown[];
}

/** The transactions of one key, which share no list with those of another. */
export interface TransactionHistory {
  readonly key: string;
  readonly transactions: readonly Transaction[];
  readonly lists: readonly List[];
}

/** @throws EdgemarkError usage.input for an operation of another form, or a value appended twice to one list */
export function transactionHistories(operations: readonly Operation[], time: Timeline): TransactionHistory[] {
  const byKey = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.action !== "transaction") throw unfit(operation, `came ${shown(operation.action)}`);
    const known = byKey.get(operation.key);
    if (known === undefined) byKey.set(operation.key, [operation]);
    else known.push(operation);
  }
  return [...byKey].map(([key, all]) => oneKey(key, all, time));
}

function oneKey(key: string, operations: readonly Operation[], time: Timeline): TransactionHistory {
  const lists = new Map<string, List>();
  const transactions: Transaction[] = [];
  const listOf = (name: string): List => {
    let list = lists.get(name);
    if (list === undefined) {
      list = { name, appends: new Map(), reads: [] };
      lists.set(name, list);
    }
    return list;
  };
  for (const operation of operations) {
    const isAnswered = operation.outcome === "ok";
    const steps: Step[] = [];
    const transaction: Transaction = { operation, index: transactions.length, call: time(operation.callNs), end: time(operation.returnNs), isCommitted: isAnswered, steps };
    transactions.push(transaction);
    for (const one of listed(operation, isAnswered ? operation.output : operation.input)) {
      const [action, name, value] = listed(operation, one);
      if (typeof name !== "string") throw unfit(operation, `a list is named ${shown(name)}`);
      const list = listOf(name);
      if (action === "append") {
        steps.push({ list, value: append(list, transaction, value) });
      } else if (action !== "r") throw unfit(operation, `it has ${shown(action)}`);
      else if (isAnswered) {
        const elements = listed(operation, value).map(identity);
        steps.push({ list, elements });
        list.reads.push({ transaction, list, elements, own: ownBefore(list, transaction) });
      }
    }
  }
  return { key, transactions, lists: [...lists.values()] };
}

function append(list: List, transaction: Transaction, value: unknown): unknown {
  const element = identity(value);
  if (value === undefined || value === null) throw unfit(transaction.operation, `${shown(value)} is appended`);
  if (list.appends.has(element)) throw unfit(transaction.operation, `${shown(value)} is appended twice to list ${shown(list.name)}`);
  const one: Append = { transaction, value, isLast: true };
  const own = ownBefore(list, transaction);
  if (own > 0 && list.latest !== undefined) list.latest.append.isLast = false;
  list.latest = { append: one, own: own + 1 };
  list.appends.set(element, one);
  return element;
}

function ownBefore({ latest }: List, transaction: Transaction): number {
  return latest?.append.transaction === transaction ? latest.own : 0;
}

function listed(operation: Operation, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unfit(operation, `a list was expected where ${shown(value)} is`);
  return value;
}

function unfit(operation: Operation, what: string): Error {
  return notOfThisModel(operation, transactionOperations, what);
}

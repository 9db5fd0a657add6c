// Turns the operations on one key into what a register checker needs: each value with the interval in which it must
// have taken effect and the reads that returned it. Values must be unique; null (absent) alone may be written often.
import { EdgemarkError } from "../../contract/errors.js";
import type { Operation } from "../../contract/history/types.js";

/** An operation on a time axis in nanoseconds from the beginning of the history; exact up to 104 days. */
export interface TimedOperation {
  readonly operation: Operation;
  readonly callNs: number;
  /** Infinity when the answer was lost. */
  readonly returnNs: number;
}

/** One written value with the reads that returned it. */
export interface WrittenValue {
  readonly write: TimedOperation;
  readonly reads: TimedOperation[];
  /** The write took effect by then: it had returned, or somebody had read its value. */
  deadlineNs: number;
  /** The operation whose return is the deadline. */
  settledBy: TimedOperation;
  /** The latest call of a read of it, -Infinity when nobody read it. */
  lastReadCallNs: number;
}

/** A read that no staleness explains. */
export interface ImpossibleRead {
  readonly kind: "garbage" | "failed-write" | "future";
  readonly read: TimedOperation;
  readonly write?: TimedOperation;
}

export interface RegisterHistory {
  readonly key: string;
  /** Writes that have an effect somebody can see: a lost write that nobody read has none. */
  readonly values: readonly WrittenValue[];
  readonly deletes: readonly TimedOperation[];
  readonly nullReads: readonly TimedOperation[];
  readonly impossible: readonly ImpossibleRead[];
  /** Some write's answer was lost, so it may land at any later time. */
  readonly hasOpenWrites: boolean;
  /** Set when values repeat, so that a read cannot be assigned to a write. */
  readonly ambiguous?: string;
}

/**
 * Splits a history by key.
 * Actions: write (input; null deletes), delete, read (output; null is absent). Reads without an answer say nothing.
 * @throws EdgemarkError usage.input for another action, or an answered read without a value or a return
 */
export function registerHistories(operations: readonly Operation[]): RegisterHistory[] {
  let base: bigint | undefined;
  for (const { callNs } of operations) if (base === undefined || callNs < base) base = callNs;
  const origin = base ?? 0n;
  const byKey = new Map<string, TimedOperation[]>();
  for (const operation of operations) {
    const timed = {
      operation,
      callNs: Number(operation.callNs - origin),
      returnNs: operation.returnNs === null ? Infinity : Number(operation.returnNs - origin),
    };
    const list = byKey.get(operation.key);
    if (list === undefined) byKey.set(operation.key, [timed]);
    else list.push(timed);
  }
  return [...byKey].map(([key, timed]) => oneKey(key, timed));
}

/** A value as something that can be compared: strings stay cheap, everything else by its JSON. */
function identity(value: unknown): string {
  return typeof value === "string" ? `"${value}` : JSON.stringify(value);
}

export function isDelete(operation: Operation): boolean {
  return operation.action === "delete" || (operation.action === "write" && operation.input === null);
}

function oneKey(key: string, operations: readonly TimedOperation[]): RegisterHistory {
  const values = new Map<string, WrittenValue>();
  const failed = new Map<string, TimedOperation>();
  const deletes: TimedOperation[] = [];
  const reads: TimedOperation[] = [];
  let ambiguous: string | undefined;
  let hasOpenWrites = false;

  for (const timed of operations) {
    const { operation } = timed;
    if (operation.action === "read") {
      if (operation.outcome === "ok") reads.push(checkedRead(timed));
      continue;
    }
    if (operation.action !== "write" && operation.action !== "delete") throw unknownAction(operation);
    if (operation.action === "write" && operation.input === undefined) throw incomplete(operation, "a write has no input");
    const written = identity(operation.input);
    if (operation.outcome === "fail") {
      if (!isDelete(operation)) failed.set(written, timed);
      continue;
    }
    if (operation.outcome === "info") hasOpenWrites = true;
    if (isDelete(operation)) deletes.push(timed);
    else if (values.has(written)) ambiguous = `value ${shown(operation.input)} was written twice to key ${shown(key)}`;
    else values.set(written, { write: timed, reads: [], deadlineNs: timed.returnNs, settledBy: timed, lastReadCallNs: -Infinity });
  }

  const nullReads: TimedOperation[] = [];
  const impossible: ImpossibleRead[] = [];
  for (const read of reads) {
    if (read.operation.output === null) {
      nullReads.push(read);
      continue;
    }
    const wanted = identity(read.operation.output);
    const value = values.get(wanted);
    const failedWrite = failed.get(wanted);
    if (value === undefined) {
      impossible.push(failedWrite === undefined ? { kind: "garbage", read } : { kind: "failed-write", read, write: failedWrite });
    } else if (read.returnNs < value.write.callNs) impossible.push({ kind: "future", read, write: value.write });
    else assign(value, read);
  }
  return {
    key,
    values: [...values.values()].filter((value) => value.reads.length > 0 || value.write.returnNs !== Infinity),
    deletes,
    nullReads,
    impossible,
    hasOpenWrites,
    ...(ambiguous === undefined ? {} : { ambiguous }),
  };
}

function assign(value: WrittenValue, read: TimedOperation): void {
  value.reads.push(read);
  if (read.callNs > value.lastReadCallNs) value.lastReadCallNs = read.callNs;
  if (read.returnNs < value.deadlineNs) {
    value.deadlineNs = read.returnNs;
    value.settledBy = read;
  }
}

function checkedRead(timed: TimedOperation): TimedOperation {
  if (timed.operation.output === undefined) throw incomplete(timed.operation, "an answered read has no output (null means absent)");
  if (timed.returnNs === Infinity) throw incomplete(timed.operation, "an answered read has no return");
  return timed;
}

/** A value cut for a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function unknownAction(operation: Operation): EdgemarkError {
  return new EdgemarkError(
    "usage.input",
    `expected the actions read, write and delete of a register; key ${shown(operation.key)} has ${shown(operation.action)}; choose the model of this history`,
  );
}

function incomplete(operation: Operation, what: string): EdgemarkError {
  return new EdgemarkError("usage.input", `expected complete operations; on key ${shown(operation.key)} ${what}; record the history again`);
}

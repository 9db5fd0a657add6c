// A history of sessions on a database whose one primary numbers its writes: every item that is read says by which write it was
// last changed. This is where recorded JSON becomes the numbers that the judgement of sessions needs.
import type { Operation } from "../../contract/history/types.js";
import { shown } from "./register-history.js";
import { notOfThisModel, type Timeline } from "./timeline.js";

export const sessionOperations =
  'write({items, session?, bookmark?}) -> {version, bookmark?}, read({session?, bookmark?}) -> {versions: {item: version}, bookmark?}; a version is the write\'s place in the order of the primary, 0 for an item that was never written';

/** An answered operation in numbers. */
export interface SessionStep {
  readonly operation: Operation;
  /** undefined: outside of sessions, which only the primary may answer. */
  readonly session: string | undefined;
  /** The bookmark that it was asked with, and the one that it answered. */
  readonly given: string | undefined;
  readonly answered: string | undefined;
  /** The place of a write; undefined for a read. */
  readonly version: number | undefined;
  /** The items that were written or read. */
  readonly items: readonly string[];
  /** Of a read, by which write each of `items` was last changed; empty for a write. */
  readonly versions: readonly number[];
  readonly call: number;
  readonly end: number;
}

/** A write whose answer was lost: it may have any place, or none. */
export interface LostWrite {
  readonly operation: Operation;
  readonly items: readonly string[];
  readonly call: number;
}

/** The operations on one database. */
export interface SessionHistory {
  readonly key: string;
  /** In the order of their calls. */
  readonly steps: SessionStep[];
  readonly lost: LostWrite[];
}

/** @throws EdgemarkError usage.input for an operation of another form */
export function sessionHistories(operations: readonly Operation[], time: Timeline): SessionHistory[] {
  const byKey = new Map<string, SessionHistory>();
  for (const operation of operations) {
    let history = byKey.get(operation.key);
    if (history === undefined) {
      history = { key: operation.key, steps: [], lost: [] };
      byKey.set(operation.key, history);
    }
    const isWrite = operation.action === "write";
    if (!isWrite && operation.action !== "read") throw unfit(operation, `came ${shown(operation.action)}`);
    const asked = fieldsOf(operation.input);
    const call = time(operation.callNs);
    if (operation.outcome === "ok") history.steps.push(stepOf(operation, asked, isWrite, call, time(operation.returnNs)));
    else if (isWrite && operation.outcome === "info") history.lost.push({ operation, items: itemsOf(operation, asked), call });
  }
  for (const { steps } of byKey.values()) {
    if (steps.some(({ call }, index) => call < (steps[index - 1]?.call ?? -Infinity))) steps.sort((a, b) => a.call - b.call);
  }
  return [...byKey.values()];
}

type Fields = Readonly<Record<string, unknown>>;
const none: Fields = {};

/** The parse boundary: what is no object has no fields. */
function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : none;
}

const nothing: readonly never[] = [];

// One literal for all steps: of objects of one shape, a million are judged several times as fast.
function stepOf(operation: Operation, asked: Fields, isWrite: boolean, call: number, end: number): SessionStep {
  const answer = fieldsOf(operation.output);
  const session = textOf(operation, asked, "session");
  const given = textOf(operation, asked, "bookmark");
  const answered = textOf(operation, answer, "bookmark");
  let version: number | undefined;
  let items: readonly string[];
  let versions: readonly number[] = nothing;
  if (isWrite) {
    const told = answer["version"];
    if (!isPlace(told) || told === 0) throw unfit(operation, `an answered write has the version ${shown(told)}`);
    version = told;
    items = itemsOf(operation, asked);
  } else {
    const found = answer["versions"];
    if (typeof found !== "object" || found === null || Array.isArray(found)) throw unfit(operation, "an answered read has no versions");
    items = Object.keys(found);
    versions = Object.values(found);
    for (let index = 0; index < versions.length; index++) if (!isPlace(versions[index])) throw unfit(operation, `item ${shown(items[index])} has the version ${shown(versions[index])}`);
  }
  return { operation, session, given, answered, version, items, versions, call, end };
}

function isPlace(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function textOf(operation: Operation, fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  throw unfit(operation, `${name} is ${shown(value)}, no text`);
}

function itemsOf(operation: Operation, asked: Fields): readonly string[] {
  const items = asked["items"];
  if (!Array.isArray(items) || items.length === 0 || !items.every((item) => typeof item === "string")) throw unfit(operation, "a write names no items");
  return items;
}

function unfit(operation: Operation, what: string): Error {
  return notOfThisModel(operation, sessionOperations, what);
}

// A history of sessions on a database whose one primary numbers its writes: every item that is read says by which write it was
// last changed. This is where recorded JSON becomes the columns of numbers that the judgement of sessions runs over.
import type { Operation } from "../../contract/history/types.js";
import { none, TimeColumns, type Times } from "./columns.js";
import { GrowingColumn } from "./growing-column.js";
import { sortRows } from "./radix-sort.js";
import { endOf, RecentNumbering } from "./recent-numbering.js";
import { shown } from "./register-history.js";
import { SessionColumns } from "./session-columns.js";
import { notOfThisModel } from "./timeline.js";

export const sessionOperations =
  'write({items, session?, bookmark?}) -> {version, bookmark?}, read({session?, bookmark?}) -> {versions: {item: version}, bookmark?}; a version is the write\'s place in the order of the primary, 0 for an item that was never written';

/** A write whose answer was lost: it may have any place, or none. */
export interface LostWrite {
  readonly row: number;
  readonly items: ReadonlySet<number>;
}

/** The operations on one database. */
export interface SessionHistory {
  readonly operations: readonly Operation[];
  readonly times: Times;
  readonly columns: SessionColumns;
  /** The answered operations, in the order of their calls. */
  readonly rows: Int32Array;
  readonly lost: readonly LostWrite[];
  /** How many items there are; they are numbered from 0. */
  readonly items: number;
  /** @returns the name of an item in a row */
  readonly itemName: (row: number, item: number) => string;
}

/** One database while its operations are taken in. */
class Database {
  readonly rows = new GrowingColumn();
  readonly lost: LostWrite[] = [];
  readonly #sessions = new RecentNumbering();
  /** Of its sessions, their numbers among those of all databases. */
  readonly #sessionNumbers: number[] = [];
  readonly items = new RecentNumbering();

  constructor(readonly number: number) {}

  sessionOf(name: string, process: number, columns: SessionColumns): number {
    return (this.#sessionNumbers[this.#sessions.of(name, process)] ??= columns.sessions++);
  }
}

/** @throws EdgemarkError usage.input for an operation of another form */
export function sessionHistories(operations: readonly Operation[]): { readonly histories: readonly SessionHistory[]; readonly columns: SessionColumns; readonly times: Times } {
  const collected = new TimeColumns(operations.length);
  const columns = new SessionColumns(operations.length);
  const databases = new Map<string, Database>();
  let key: string | undefined;
  let database = new Database(0);
  for (let row = 0; row < operations.length; row++) {
    const operation = operations[row];
    if (operation === undefined) continue;
    collected.set(row, operation.callNs, operation.returnNs);
    if (operation.key !== key) {
      key = operation.key;
      const known = databases.get(key);
      database = known ?? new Database(databases.size);
      if (known === undefined) databases.set(key, database);
    }
    takeIn(operation, row, columns, database);
    columns.endRow(row);
  }
  const times = collected.finish(operations);
  const histories = [...databases.values()].map(({ rows, lost, items }): SessionHistory => ({
    operations,
    times,
    columns,
    rows: byCall(rows.taken(), times),
    lost,
    items: items.size,
    itemName: (row, item) => namesOf(operations[row]).find((name) => items.of(name, endOf(name)) === item) ?? "",
  }));
  return { histories, columns, times };
}

function byCall(rows: Int32Array, { call }: Times): Int32Array {
  let before = 0;
  for (let at = 0; at < rows.length; at++) {
    const now = call[rows[at] ?? 0] ?? 0;
    if (now < before) return sortRows(rows, call);
    before = now;
  }
  return rows;
}

function takeIn(operation: Operation, row: number, columns: SessionColumns, database: Database): void {
  const { action, outcome } = operation;
  const isWrite = action === "write";
  if (!isWrite && action !== "read") throw unfit(operation, `came ${shown(action)}`);
  const asked = fieldsOf(operation.input);
  if (outcome === "ok") answered(operation, row, asked, isWrite, columns, database);
  else if (isWrite && outcome === "info") database.lost.push({ row, items: new Set(itemsOf(operation, asked).map((item) => database.items.of(item, endOf(item)))) });
}

function answered(operation: Operation, row: number, asked: Fields, isWrite: boolean, columns: SessionColumns, database: Database): void {
  const answer = fieldsOf(operation.output);
  const session = textOf(operation, "session", asked["session"]);
  const given = textOf(operation, "bookmark", asked["bookmark"]);
  const got = textOf(operation, "bookmark", answer["bookmark"]);
  database.rows.add(row);
  const own = session === undefined ? none : database.sessionOf(session, operation.process, columns);
  const { bookmarks } = columns;
  const goesOn = own !== none && given !== undefined && columns.latestText[own] === given;
  const now = got === undefined ? none : bookmarks.of(database.number, got);
  columns.session[row] = own;
  columns.given[row] = goesOn ? (columns.latestBookmark[own] ?? none) : given === undefined ? none : bookmarks.of(database.number, given);
  columns.answered[row] = now;
  if (own !== none) {
    columns.latestBookmark[own] = now;
    columns.latestText[own] = got;
  }
  if (isWrite) {
    const version = answer["version"];
    if (!isPlace(version) || version === 0) throw unfit(operation, `an answered write has the version ${shown(version)}`);
    columns.version[row] = version;
    const items = itemsOf(operation, asked);
    for (let at = 0; at < items.length; at++) {
      const item = items[at] ?? "";
      columns.addItem(database.items.of(item, endOf(item)), version);
    }
    return;
  }
  const found = answer["versions"];
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw unfit(operation, "an answered read has no versions");
  const versions = found as Fields;
  // Without a list of the names: what is read from JSON inherits none.
  for (const item in versions) {
    const version = versions[item];
    if (!isPlace(version)) throw unfit(operation, `item ${shown(item)} has the version ${shown(version)}`);
    columns.addItem(database.items.of(item, endOf(item)), version);
  }
}

type Fields = Readonly<Record<string, unknown>>;
const noFields: Fields = {};

/** The parse boundary: what is no object has no fields. */
function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : noFields;
}

function isPlace(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function textOf(operation: Operation, name: string, value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return undefined;
  throw unfit(operation, `${name} is ${shown(value)}, no text`);
}

function itemsOf(operation: Operation, asked: Fields): readonly string[] {
  const items = asked["items"];
  if (!Array.isArray(items) || items.length === 0) throw unfit(operation, "a write names no items");
  for (let at = 0; at < items.length; at++) if (typeof items[at] !== "string") throw unfit(operation, "a write names no items");
  return items as readonly string[];
}

/** The items of an operation by their names. */
function namesOf(operation: Operation | undefined): readonly string[] {
  const versions = fieldsOf(operation?.output)["versions"];
  return operation?.action === "read" ? Object.keys(fieldsOf(versions)) : operation === undefined ? [] : itemsOf(operation, fieldsOf(operation.input));
}

/** @returns the session that an operation belongs to; undefined outside of sessions */
export function sessionOf(operation: Operation): string | undefined {
  return textOf(operation, "session", fieldsOf(operation.input)["session"]);
}

function unfit(operation: Operation, what: string): Error {
  return notOfThisModel(operation, sessionOperations, what);
}

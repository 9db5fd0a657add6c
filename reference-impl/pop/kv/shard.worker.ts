// A shard: the one place where a key's truth is. A Durable Object with SQLite, so it has a single owner among all PoPs,
// and what it acknowledged is durable. Writes to a key are ordered by their arrival here: the last one wins.
import { DurableObject } from "cloudflare:workers";
import { GroupCommit } from "./group-commit.js";
import type { ListedKey, Page } from "./listing.js";
import { sizes } from "./limits.js";
import { registryName } from "./placement.js";
import { admit, isLive, nextMoment, type RowState } from "./rows.js";
import { currentClock, platformNow, type KvEnv } from "./settings.worker.js";
import type { StoredReading, StoredWrite, WriteOutcome } from "./stored.js";
import { deleteBlob } from "./values.worker.js";

/** Columns in the order of SELECT; the value comes last, so that the others are read without its pages. */
const schema = `
  CREATE TABLE IF NOT EXISTS entry (
    key TEXT PRIMARY KEY, deadline INTEGER, deleted INTEGER NOT NULL, written INTEGER NOT NULL, changed INTEGER NOT NULL,
    write_id TEXT NOT NULL, expiration INTEGER, metadata TEXT, blob TEXT, size INTEGER NOT NULL, value BLOB);
  CREATE INDEX IF NOT EXISTS entry_deadline ON entry (deadline) WHERE deadline IS NOT NULL;
  CREATE INDEX IF NOT EXISTS entry_deleted ON entry (changed) WHERE deleted = 1;
  CREATE TABLE IF NOT EXISTS garbage (blob TEXT PRIMARY KEY, due INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS registered (name TEXT PRIMARY KEY);`;

type StateColumns = { key: string; deadline: number | null; deleted: number; written: number; changed: number; write_id: string };
type ValueColumns = StateColumns & { metadata: string | null; blob: string | null; size: number; value: ArrayBuffer | null };
type ListColumns = StateColumns & { expiration: number | null; metadata: string | null };

const stateColumns = "key, deadline, deleted, written, changed, write_id";

/** Deleted and expired rows stay this long, for writes that are sent again; then the alarm removes them. */
const graveMs = 30_000;
/** A replaced value stays this long, for readers that hold its name. */
const replacedBlobMs = 30_000;
/** A value that was announced and not written down within this time is an orphan. */
const announcedBlobMs = 600_000;

export class KvShard extends DurableObject<KvEnv> {
  readonly #sql = this.ctx.storage.sql;
  #moment = 0;
  #isRegistered = false;
  /** Wall time of the next alarm, ms; null when there is none. */
  #cleanupAtMs: number | null = null;
  readonly #group = new GroupCommit(() => this.ctx.storage.sync());

  constructor(ctx: DurableObjectState, env: KvEnv) {
    super(ctx, env);
    this.#sql.exec(schema);
    this.#isRegistered = this.#sql.exec("SELECT 1 FROM registered").next().value !== undefined;
    void ctx.blockConcurrencyWhile(async () => {
      this.#cleanupAtMs = await ctx.storage.getAlarm();
    });
  }

  read(keys: readonly string[]): StoredReading[] {
    this.#moment = nextMoment(this.#moment, Date.now());
    return keys.map((key) => this.#reading(key));
  }

  async write(request: StoredWrite): Promise<WriteOutcome> {
    if (!this.#isRegistered) await this.#register();
    return this.#group.run(() => this.#apply(request));
  }

  remove(key: string): Promise<number> {
    return this.#group.run(() => this.#remove(key));
  }

  /** Announces a value that is about to be put into the bucket, so that it is found should its write never come. */
  announce(key: string, blob: string): Promise<"announced" | "too-many"> {
    return this.#group.run(() => this.#announce(key, blob));
  }

  /** Gives up an announced value. */
  abandon(blob: string): void {
    this.#sql.exec("UPDATE garbage SET due = 0 WHERE blob = ?", blob);
  }

  /**
   * This shard's part of a list.
   * @param after the last key of the page before, "" at the start
   */
  list(prefix: string, after: string, limit: number): Page {
    const nowMs = platformNow();
    const keys: ListedKey[] = [];
    let walked = 0;
    let last = after;
    const start = after === "" ? [">=", prefix] : [">", after];
    for (const row of this.#sql.exec<ListColumns>(`SELECT ${stateColumns}, expiration, metadata FROM entry WHERE key ${start[0]} ? ORDER BY key`, start[1])) {
      if (!row.key.startsWith(prefix)) break;
      if (keys.length === limit || walked === sizes.listWalkRows) return { keys, lookedUntil: last };
      walked++;
      last = row.key;
      if (isLive(stateOf(row), nowMs)) keys.push({ name: row.key, expiration: row.expiration, metadata: row.metadata });
    }
    return { keys, lookedUntil: null };
  }

  /** Drops everything. Values in the bucket that cannot be removed now are left to the alarm. */
  async reset(): Promise<void> {
    this.#sql.exec("INSERT OR REPLACE INTO garbage (blob, due) SELECT blob, 0 FROM entry WHERE blob IS NOT NULL");
    this.#sql.exec("UPDATE garbage SET due = 0");
    this.#sql.exec("DELETE FROM entry");
    this.#sql.exec("DELETE FROM registered");
    this.#isRegistered = false;
    await this.alarm();
  }

  /** As the registry: remembers that a shard exists. */
  register(name: string): void {
    this.#sql.exec("INSERT OR IGNORE INTO registered (name) VALUES (?)", name);
  }

  /** As the registry: all shards there are. */
  registered(): string[] {
    return [...this.#sql.exec<{ name: string }>("SELECT name FROM registered")].map((row) => row.name);
  }

  override async alarm(): Promise<void> {
    this.#cleanupAtMs = null;
    const wallMs = Date.now();
    const expiredMs = platformNow() - graveMs;
    this.#sql.exec("INSERT OR REPLACE INTO garbage (blob, due) SELECT blob, 0 FROM entry WHERE deadline < ? AND blob IS NOT NULL", expiredMs);
    this.#sql.exec("DELETE FROM entry WHERE deadline < ?", expiredMs);
    this.#sql.exec("DELETE FROM entry WHERE deleted = 1 AND changed < ?", wallMs - graveMs);
    this.#sql.exec("UPDATE garbage SET due = 0 WHERE due <= ?", wallMs);
    for (const { blob } of [...this.#sql.exec<{ blob: string }>("SELECT blob FROM garbage WHERE due = 0")]) {
      // What cannot be removed now is tried again at the next alarm.
      if (await deleteBlob(this.env.BUCKET, blob)) this.#sql.exec("DELETE FROM garbage WHERE blob = ?", blob);
    }
    this.#cleanUpAgain();
  }

  /** Sets the alarm to the next thing that will be due, if there is one. */
  #cleanUpAgain(): void {
    const earliest = (query: string): number => this.#sql.exec<{ at: number | null }>(query).one().at ?? Number.POSITIVE_INFINITY;
    const deadlineMs = earliest("SELECT min(deadline) AS at FROM entry WHERE deadline IS NOT NULL");
    const dueMs = Math.min(
      earliest("SELECT min(due) AS at FROM garbage"),
      earliest("SELECT min(changed) AS at FROM entry WHERE deleted = 1"),
      Date.now() + (deadlineMs - platformNow()) / currentClock().scale,
    );
    if (Number.isFinite(dueMs)) this.#cleanUpBy(Math.max(dueMs, Date.now()) + graveMs);
  }

  #apply(request: StoredWrite): WriteOutcome {
    const { key } = request;
    const row = this.#row(key);
    const wallMs = Date.now();
    const admission = admit(row, request, wallMs);
    if (admission === "too-many") return { outcome: "too-many", asOf: this.#moment };
    this.#moment = nextMoment(this.#moment, wallMs);
    if (admission === "done") return { outcome: row?.writeId === request.writeId && !row.isDeleted ? "stored" : "superseded", asOf: this.#moment };
    if (request.blob !== null && !this.#claim(request.blob)) return { outcome: "lost-blob", asOf: this.#moment };
    this.#discardBlob(key, wallMs);
    this.#commit(request, wallMs);
    return { outcome: "stored", asOf: this.#moment };
  }

  #remove(key: string): number {
    const wallMs = Date.now();
    this.#moment = nextMoment(this.#moment, wallMs);
    if (this.#row(key)?.isDeleted === false) {
      this.#discardBlob(key, wallMs);
      this.#sql.exec("UPDATE entry SET deleted = 1, changed = ?, blob = NULL WHERE key = ?", wallMs, key);
      this.#cleanUpBy(wallMs + graveMs);
    }
    return this.#moment;
  }

  #announce(key: string, blob: string): "announced" | "too-many" {
    const wallMs = Date.now();
    const row = this.#row(key);
    if (admit(row, { writeId: blob, startedMs: wallMs, isRepeated: false }, wallMs) === "too-many") return "too-many";
    this.#sql.exec("INSERT OR IGNORE INTO garbage (blob, due) VALUES (?, ?)", blob, wallMs + announcedBlobMs);
    this.#cleanUpBy(wallMs + graveMs);
    return "announced";
  }

  /** Takes an announced value out of the garbage. False when it is given up: its removal may be on its way. */
  #claim(blob: string): boolean {
    const isAnnounced = this.#sql.exec("SELECT 1 FROM garbage WHERE blob = ? AND due > 0", blob).next().value !== undefined;
    if (isAnnounced) this.#sql.exec("DELETE FROM garbage WHERE blob = ?", blob);
    return isAnnounced;
  }

  #row(key: string): RowState | undefined {
    const { value } = this.#sql.exec<StateColumns>(`SELECT ${stateColumns} FROM entry WHERE key = ?`, key).next();
    return value === undefined ? undefined : stateOf(value);
  }

  #reading(key: string): StoredReading {
    const asOf = this.#moment;
    const { value: row } = this.#sql.exec<ValueColumns>(`SELECT ${stateColumns}, metadata, blob, size, value FROM entry WHERE key = ?`, key).next();
    if (row === undefined || !isLive(stateOf(row), platformNow())) {
      return { value: null, blob: null, sizeBytes: 0, metadata: null, deadlineMs: Number.POSITIVE_INFINITY, asOf };
    }
    return {
      value: row.value === null ? null : new Uint8Array(row.value),
      blob: row.blob,
      sizeBytes: row.size,
      metadata: row.metadata,
      deadlineMs: row.deadline ?? Number.POSITIVE_INFINITY,
      asOf,
    };
  }

  #commit(request: StoredWrite, wallMs: number): void {
    const { key, value, blob, sizeBytes, metadata, expiration, deadlineMs, writeId } = request;
    this.#sql.exec(
      "INSERT OR REPLACE INTO entry (key, deadline, deleted, written, changed, write_id, expiration, metadata, blob, size, value) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)",
      key,
      Number.isFinite(deadlineMs) ? deadlineMs : null,
      wallMs,
      wallMs,
      writeId,
      expiration,
      metadata,
      blob,
      sizeBytes,
      value,
    );
    if (expiration !== null) this.#cleanUpBy(wallMs + graveMs);
  }

  /** Leaves the value that a key has in the bucket to the alarm. */
  #discardBlob(key: string, wallMs: number): void {
    const discarded = this.#sql.exec("INSERT OR REPLACE INTO garbage (blob, due) SELECT blob, ? FROM entry WHERE key = ? AND blob IS NOT NULL", wallMs + replacedBlobMs, key);
    if (discarded.rowsWritten > 0) this.#cleanUpBy(wallMs + replacedBlobMs);
  }

  async #register(): Promise<void> {
    const { name } = this.ctx.id;
    if (name === undefined) throw new Error("expected a KV shard to have a name; this one was addressed by its id");
    await this.env.SHARDS.getByName(registryName).register(name);
    this.#sql.exec("INSERT OR IGNORE INTO registered (name) VALUES (?)", name);
    this.#isRegistered = true;
  }

  #cleanUpBy(atMs: number): void {
    if (this.#cleanupAtMs !== null && this.#cleanupAtMs <= atMs) return;
    this.#cleanupAtMs = atMs;
    // Not awaited: it joins the commit of the change, which is confirmed before any answer leaves.
    void this.ctx.storage.setAlarm(atMs);
  }
}

function stateOf(row: StateColumns): RowState {
  return { deadlineMs: row.deadline, isDeleted: row.deleted !== 0, writtenMs: row.written, changedMs: row.changed, writeId: row.write_id };
}

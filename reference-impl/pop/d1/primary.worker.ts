// The primary of a database: the one place where it changes. A Durable Object with SQLite, so it has a single owner
// among all PoPs and what it acknowledged is durable. Each call is one transaction; its changes go into the log.
import { DurableObject } from "cloudflare:workers";
import { resetPragmas } from "./apply.worker.js";
import { formatBookmark, parseBookmark } from "./bookmark.js";
import { capture } from "./capture.worker.js";
import { readSchema } from "./catalog.worker.js";
import { AsideWriter, type Change } from "./change.js";
import { read, resultsText, type Executed } from "./execute.worker.js";
import { dropAll, takeImage } from "./image.worker.js";
import { Line } from "./line.js";
import { Log } from "./log.worker.js";
import { rebuild } from "./rebuild.worker.js";
import { Refusal, refusals } from "./refusal.js";
import { factsOf, type SchemaFacts } from "./schema.js";
import { d1Env, registryName, type D1Env } from "./settings.worker.js";
import type { Statement } from "./statement.js";
import { analysed } from "./statements.js";
import type { CallAnswer, CallId, Form, PullAnswer, PullRequest, Query, SnapshotHead } from "./wire.js";

const pullBytes = 2_000_000;
const snapshotMs = 60_000;
const restores = { most: 10, withinMs: 600_000 } as const;
/** As far back as the product goes, however much longer a log may be. */
const timeTravelMs = 30 * 24 * 3_600_000;

export class D1Primary extends DurableObject<D1Env> {
  readonly #sql = this.ctx.storage.sql;
  readonly #log = new Log(this.ctx.storage.kv);
  #facts: SchemaFacts | undefined;
  #waiting: (() => void)[] = [];
  readonly #snapshots = new Map<number, readonly string[]>();
  #snapshotCount = 0;
  #rebasing: Promise<void> | undefined;
  /** The database is being made anew from the log, or has to be: a process that did so ended before it was done. */
  #rebuilding: Promise<void> | undefined;
  #isTorn = this.ctx.storage.kv.get<boolean>("torn") === true;
  readonly #line = new Line();
  /** Calls that were sent again: the first sending may still come. */
  readonly #repeated = new Set<string>();

  /**
   * Runs a call of a worker.
   * @param token the bookmark that the session has, "" when it has none
   * @param isSession whether the answer needs a bookmark
   * @param call an id that no other call has, and how often it was sent before
   */
  async call(queries: readonly Query[], form: Form, token: string, isSession: boolean, { id, attempt }: CallId): Promise<CallAnswer> {
    const work = queries.map((query): [Query, Statement] => [query, analysed(query.sql)]).filter(([, statement]) => statement.statements > 0);
    if (this.#log.identity === "" && (isSession || !work.every(([, statement]) => statement.isReadOnly))) await this.#create();
    try {
      for (let whole = this.#whole(); whole !== undefined; whole = this.#whole()) await whole;
      const turn = this.#line.turn();
      if (turn !== undefined) await turn;
    } catch (cause) {
      return this.#refused(cause);
    }
    const startMs = performance.now();
    try {
      if (attempt > 0 || this.#repeated.has(id)) this.#once(id);
      if (token !== "") this.#check(token);
      if (work.length === 0) throw new Refusal(refusals.empty);
      const results = this.#transaction(() => this.#run(work, id));
      if (this.#log.isLong) this.#rebase();
      return { ok: true, results: resultsText(results, form), bookmark: this.#bookmark() };
    } catch (cause) {
      return this.#refused(cause);
    } finally {
      this.#line.over(performance.now() - startMs);
    }
  }

  /** What a replica lacks. Waits for it when there is nothing. */
  async pull(request: PullRequest): Promise<PullAnswer> {
    const { identity, after, waitMs } = request;
    if (identity === this.#log.identity && after === this.#log.head && waitMs > 0) await this.#changed(waitMs);
    const isOurs = identity === this.#log.identity && after >= this.#log.base && after <= this.#log.head;
    return { identity: this.#log.identity, popId: d1Env.POP_ID, entries: isOurs ? this.#log.after(after, pullBytes) : null };
  }

  /** A page of an image in the log. */
  page(sequence: number, index: number): string {
    return this.#log.page(sequence, index);
  }

  /** The database as it is now, to be fetched page by page. */
  async snapshot(): Promise<SnapshotHead> {
    await this.#whole();
    const pages = takeImage(this.#sql);
    const id = ++this.#snapshotCount;
    this.#snapshots.set(id, pages);
    setTimeout(() => this.#snapshots.delete(id), snapshotMs);
    return { id, identity: this.#log.identity, sequence: this.#log.head, pages: pages.length };
  }

  /** @returns null when the snapshot is gone: take another */
  snapshotPage(id: number, index: number): string | null {
    return this.#snapshots.get(id)?.[index] ?? null;
  }

  /** Time Travel: the bookmark of a moment, always the same one; so a moment that is still to come has none. @param timeMs undefined: now */
  async bookmarkAt(timeMs: number | undefined): Promise<{ readonly bookmark: string } | { readonly error: string }> {
    if (this.#log.identity === "") await this.#create();
    const nowMs = Date.now();
    if (timeMs !== undefined && timeMs > nowMs) return { error: refusals.timeAhead };
    const sequence = timeMs === undefined ? this.#log.head : timeMs < nowMs - timeTravelMs ? undefined : this.#log.at(timeMs);
    return sequence === undefined ? { error: refusals.timeGone } : { bookmark: formatBookmark({ sequence, identity: this.#log.identity }) };
  }

  /** Time Travel: goes back to a bookmark, as a change like any other, so that it can be undone. Calls that wait are cancelled. */
  async restore(token: string, nowMs: number): Promise<{ readonly bookmark: string; readonly previousBookmark: string } | { readonly error: string }> {
    // A log that is being folded loses what the way back may need.
    for (let before = this.#whole() ?? this.#rebasing; before !== undefined; before = this.#whole() ?? this.#rebasing) await before;
    const previousBookmark = this.#bookmark();
    try {
      const { sequence } = this.#check(token);
      if (sequence < this.#log.base) throw new Refusal(refusals.bookmarkGone);
      const recent = (this.ctx.storage.kv.get<number[]>("restores") ?? []).filter((atMs) => atMs > nowMs - restores.withinMs);
      if (recent.length >= restores.most) throw new Refusal(refusals.tooManyRestores);
      this.#line.cancel(new Refusal(refusals.restored));
      await this.#rebuild(sequence, () => {
        this.#log.append({ restored: sequence, nowMs, call: "" });
        this.ctx.storage.kv.put("restores", [...recent, nowMs]);
      });
      return { bookmark: this.#bookmark(), previousBookmark };
    } catch (cause) {
      return { error: cause instanceof Error ? cause.message : String(cause) };
    }
  }

  /** Everything in the database, page by page: for comparing copies. */
  async dump(): Promise<readonly string[]> {
    await this.#whole();
    return takeImage(this.#sql);
  }

  status(): { readonly identity: string; readonly head: number; readonly base: number; readonly popId: string; readonly isWhole: boolean } {
    return { identity: this.#log.identity, head: this.#log.head, base: this.#log.base, popId: d1Env.POP_ID, isWhole: !this.#isTorn };
  }

  /** Drops the database. What follows is another one. */
  async reset(): Promise<void> {
    await this.#whole()?.catch(() => undefined);
    this.#transaction(() => {
      this.#sql.exec("PRAGMA defer_foreign_keys = ON");
      dropAll(this.#sql);
      for (const [name] of [...this.ctx.storage.kv.list()]) this.ctx.storage.kv.delete(name);
    });
    this.#log.reload();
    this.#isTorn = false;
    this.#notify();
  }

  /** As the registry: remembers that a database exists. */
  register(database: string): void {
    this.ctx.storage.kv.put(`database ${database}`, true);
  }

  /** As the registry: the names of the objects of all databases. */
  registered(): readonly string[] {
    return [...this.ctx.storage.kv.list({ prefix: "database " })].map(([name]) => name.slice("database ".length));
  }

  #run(work: readonly (readonly [Query, Statement])[], call: string): readonly Executed[] {
    const changes: Change[] = [];
    const aside = new AsideWriter();
    let isWhole = false;
    const results = work.map(([query, statement]) => {
      if (statement.refusal !== undefined) throw new Refusal(statement.refusal);
      if (statement.isReadOnly) return read(this.#sql, query, statement.text, true);
      this.#facts ??= factsOf(readSchema(this.#sql));
      const captured = capture(this.#sql, query, statement, this.#facts, aside);
      if (statement.changesSchema) this.#facts = undefined;
      if (captured.change === "whole") isWhole = true;
      else if (captured.change !== undefined) changes.push(captured.change);
      return captured.executed;
    });
    if (work.some(([, statement]) => statement.setsPragma)) resetPragmas(this.#sql);
    if (isWhole) this.#log.append({ pages: takeImage(this.#sql), nowMs: Date.now(), call });
    else if (changes.length > 0) this.#log.append({ body: JSON.stringify(changes), values: aside.values, nowMs: Date.now(), call });
    return results;
  }

  /** A call that comes again is carried out only if it never was. @throws Refusal when it was: its results are gone */
  #once(id: string): void {
    this.#repeated.add(id);
    if (this.#log.hasCall(id)) throw new Refusal(refusals.answerLost);
  }

  /** Folds the log while calls go on. */
  #rebase(): void {
    this.#rebasing ??= this.#log
      .rebase(takeImage(this.#sql), () => this.ctx.storage.sync())
      .catch((cause: unknown) => console.error("the log could not be folded", cause))
      .finally(() => {
        this.#rebasing = undefined;
      });
  }

  /** Makes changes that hold together or not at all. */
  #transaction<T>(change: () => T): T {
    const before = this.#log.head;
    try {
      return this.ctx.storage.transactionSync(change);
    } catch (cause) {
      this.#log.reload();
      this.#facts = undefined;
      throw cause;
    } finally {
      if (this.#log.head !== before) this.#notify();
    }
  }

  /** @returns undefined when the database is what its log says; else a promise that it will be: what a restore left undone is undone first */
  #whole(): Promise<void> | undefined {
    if (this.#isTorn && this.#rebuilding === undefined) this.#rebuild(this.#log.head, () => undefined).catch(() => undefined);
    return this.#rebuilding;
  }

  /** Makes the database what it was after a change, or leaves it what it is. @param end what holds together with the new state */
  async #rebuild(sequence: number, end: () => void): Promise<void> {
    const made = this.#make(sequence, end).catch(async (cause: unknown) => {
      await this.#make(this.#log.head, () => undefined);
      throw cause;
    });
    this.#rebuilding = made
      .catch((cause: unknown) => {
        if (this.#isTorn) throw cause;
      })
      .finally(() => {
        this.#rebuilding = undefined;
      });
    this.#rebuilding.catch(() => undefined);
    await made;
  }

  async #make(sequence: number, end: () => void): Promise<void> {
    this.#isTorn = true;
    this.#facts = undefined;
    this.ctx.storage.kv.put("torn", true);
    await rebuild(this.ctx.storage, this.#log, sequence);
    this.#transaction(() => {
      end();
      this.ctx.storage.kv.delete("torn");
    });
    this.#isTorn = false;
  }

  /** @throws Refusal for a bookmark that is not of this database's past */
  #check(token: string): { readonly sequence: number } {
    const bookmark = parseBookmark(token);
    if (bookmark === undefined) throw new Refusal(refusals.bookmarkForm);
    if (bookmark.identity !== this.#log.identity) throw new Refusal(refusals.bookmarkOfAnother);
    if (bookmark.sequence > this.#log.head) throw new Refusal(refusals.bookmarkAhead);
    return bookmark;
  }

  #refused(cause: unknown): CallAnswer {
    return { ok: false, error: cause instanceof Error ? cause.message : String(cause), bookmark: this.#bookmark() };
  }

  #bookmark(): string {
    return formatBookmark({ sequence: this.#log.head, identity: this.#log.identity });
  }

  async #create(): Promise<void> {
    const { name } = this.ctx.id;
    if (name === undefined) throw new Error("expected a database to have a name; this one was addressed by its id");
    await this.env.PRIMARY.getByName(registryName).register(name);
    // Another call may have created it in the meantime.
    if (this.#log.identity === "") this.#log.create(crypto.randomUUID().replaceAll("-", ""));
  }

  #notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #changed(waitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      setTimeout(resolve, waitMs);
    });
  }
}

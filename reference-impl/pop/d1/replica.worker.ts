// A read replica of a database at one PoP: a Durable Object that pulls the primary's log and applies it as late as it
// is told to. It answers reads that may be as old as it is, and never one that may not.
import { DurableObject } from "cloudflare:workers";
import { applyEntry } from "./apply.worker.js";
import { formatBookmark } from "./bookmark.js";
import { read, resultsText } from "./execute.worker.js";
import { putImageInSteps, stepWeight, takeImage } from "./image.worker.js";
import { dueMs } from "./lag.js";
import { d1Env, lagFrom, primaryName, type D1Env } from "./settings.worker.js";
import { analysed } from "./statements.js";
import type { Form, LogEntry, PullAnswer, Query, ReplicaAnswer } from "./wire.js";

interface Position {
  readonly identity: string;
  readonly sequence: number;
}

interface Waiting {
  readonly entry: LogEntry;
  readonly pages: readonly string[];
  readonly dueMs: number;
}

/** A replica that nobody reads stops following. The runtime puts it to rest a little later. */
const idleMs = 8000;
/** How long the primary may hold a question for the next change. */
const pollMs = 5000;
/** How long a read waits for what its bookmark saw before it goes to the primary. */
const patienceMs = 250;
/** A replica that did not follow asks for what it missed before it answers, unless the primary is this slow. */
const catchUpMs = 1000;
const pausesMs = { stopped: 20, failed: 100 } as const;
/** Changes that are fetched and not due yet: more are not held. */
const mostWaiting = 1000;

export class D1Replica extends DurableObject<D1Env> {
  readonly #sql = this.ctx.storage.sql;
  #position: Position | undefined = this.ctx.storage.kv.get<Position>("position");
  /** Where the primary was when it last answered. */
  #primaryPopId = this.ctx.storage.kv.get<string>("primary") ?? "";
  #database = "";
  #usedAtMs = 0;
  #isFollowing = false;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #applied: (() => void)[] = [];
  #images = 0;
  /** A snapshot is being fetched and put in the copy's place: nothing else changes it meanwhile. */
  #seeding: Promise<void> | undefined;
  #resets = 0;

  /**
   * Reads, if this copy may answer.
   * @param minimum the point that the session has seen, null when it has seen none
   */
  async read(database: string, queries: readonly Query[], form: Form, minimum: Position | null): Promise<ReplicaAnswer> {
    this.#database = database;
    await this.#follow();
    if (this.#position === undefined) return "ask-primary";
    if (minimum !== null && !(await this.#reaches(minimum))) return "ask-primary";
    const bookmark = formatBookmark(this.#position);
    try {
      const results = queries.map((query) => read(this.#sql, query, analysed(query.sql).text, false));
      // What the text did not tell, the engine does: a write is the primary's.
      if (results.some(({ meta }) => meta.rows_written > 0)) return "ask-primary";
      return { ok: true, results: resultsText(results, form), bookmark };
    } catch (cause) {
      return { ok: false, error: cause instanceof Error ? cause.message : String(cause), bookmark };
    }
  }

  async dump(): Promise<readonly string[]> {
    await this.#seeding;
    return takeImage(this.#sql);
  }

  status(): { readonly identity: string; readonly sequence: number; readonly popId: string; readonly images: number } {
    return { identity: this.#position?.identity ?? "", sequence: this.#position?.sequence ?? 0, popId: d1Env.POP_ID, images: this.#images };
  }

  /** Forgets the copy; the next read fetches another. */
  reset(): void {
    this.#resets++;
    this.#waiting = [];
    this.#position = undefined;
    this.ctx.storage.kv.delete("position");
  }

  /** Sees to it that this copy follows the log, and has caught up when it did not until now. */
  async #follow(): Promise<void> {
    this.#usedAtMs = Date.now();
    const wasFollowing = this.#isFollowing;
    // One that follows and was told to forget its copy waits for the next change, which may be long in coming.
    if (wasFollowing && this.#position !== undefined) return;
    this.#isFollowing = true;
    if (!this.#isStopped) await within(this.#pull(0), catchUpMs);
    if (!wasFollowing) void this.#keepFollowing();
  }

  get #isStopped(): boolean {
    return lagFrom(this.#primaryPopId).kind === "stopped";
  }

  async #keepFollowing(): Promise<void> {
    while (Date.now() - this.#usedAtMs < idleMs) {
      if (this.#isStopped || this.#waiting.length > mostWaiting) {
        await scheduler.wait(pausesMs.stopped);
        this.#applyDue();
        continue;
      }
      // What came while this copy was told to stand still is here already: a question for more may be held for seconds.
      this.#applyDue();
      const isThere = await this.#pull(pollMs).catch(() => false);
      if (!isThere) await scheduler.wait(pausesMs.failed);
    }
    this.#isFollowing = false;
  }

  /** Fetches what comes after what is here and not applied yet. @returns whether the primary answered */
  async #pull(waitMs: number): Promise<boolean> {
    await this.#seeding;
    const primary = this.env.PRIMARY.getByName(primaryName(this.#database));
    const asked = this.#position;
    const after = this.#waiting.at(-1)?.entry.sequence ?? asked?.sequence ?? 0;
    const answer: PullAnswer = await primary.pull({ identity: asked?.identity ?? "", after, popId: d1Env.POP_ID, waitMs });
    if (answer.popId !== this.#primaryPopId) {
      this.#primaryPopId = answer.popId;
      this.ctx.storage.kv.put("primary", answer.popId);
    }
    // Another answer, or a reset, may have come first.
    if (this.#position !== asked && this.#position?.identity !== asked?.identity) return true;
    if (answer.identity === "") return true;
    if (answer.entries === null) {
      this.#seeding ??= this.#reseed().finally(() => {
        this.#seeding = undefined;
      });
      await this.#seeding;
      return true;
    }
    for (const entry of answer.entries) {
      const pages: string[] = [];
      for (let index = 0; index < entry.pages; index++) pages.push(await primary.page(entry.sequence, index));
      const last = this.#waiting.at(-1)?.entry.sequence ?? this.#position?.sequence ?? 0;
      if (entry.sequence !== last + 1) continue;
      const lag = lagFrom(this.#primaryPopId);
      const due = lag.kind === "stopped" ? 0 : dueMs(lag, entry.sequence, entry.atMs, this.#waiting.at(-1)?.dueMs ?? 0);
      this.#waiting.push({ entry, pages, dueMs: due });
    }
    this.#applyDue();
    return true;
  }

  /** Applies what is due, in order, and sees to the rest when it will be. */
  #applyDue(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#isStopped || this.#seeding !== undefined) return;
    const nowMs = Date.now();
    const later = this.#waiting.findIndex((one) => one.dueMs > nowMs);
    const ready = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later);
    if (ready.length > 0) this.#waiting.unshift(...this.#apply(ready));
    const next = this.#waiting[0];
    if (next !== undefined) this.#timer = setTimeout(() => this.#applyDue(), Math.max(1, next.dueMs - nowMs));
  }

  /** Applies as much as makes one transaction, one entry at least. @returns what is left over */
  #apply(ready: readonly Waiting[]): readonly Waiting[] {
    const { identity = "" } = this.#position ?? {};
    let count = 0;
    try {
      this.#position = this.ctx.storage.transactionSync(() => {
        let weight = 0;
        for (const { entry, pages } of ready) {
          weight += applyEntry(this.#sql, entry, pages);
          count++;
          if (weight >= stepWeight) break;
        }
        return this.#set({ identity, sequence: ready[count - 1]?.entry.sequence ?? 0 });
      });
    } catch (cause) {
      console.error("a replica does not fit its log and is taken anew", cause);
      this.reset();
      count = ready.length;
    }
    for (const wake of this.#applied.splice(0)) wake();
    return ready.slice(count);
  }

  /** Takes the database as it is at the primary now. */
  async #reseed(): Promise<void> {
    const primary = this.env.PRIMARY.getByName(primaryName(this.#database));
    const head = await primary.snapshot();
    const pages: string[] = [];
    for (let index = 0; index < head.pages; index++) {
      const page = await primary.snapshotPage(head.id, index);
      if (page === null) return;
      pages.push(page);
    }
    const { identity, sequence } = head;
    // A copy never goes back: a snapshot that was overtaken is of no use.
    if (this.#position?.identity === identity && this.#position.sequence >= sequence) return;
    // Until it is whole the copy is none.
    this.reset();
    const resets = this.#resets;
    await putImageInSteps(this.#sql, pages, () => this.ctx.storage.sync());
    if (this.#resets !== resets) return;
    this.#position = this.#set({ identity, sequence });
    this.#images++;
    for (const wake of this.#applied.splice(0)) wake();
  }

  #set(position: Position): Position {
    this.ctx.storage.kv.put("position", position);
    return position;
  }

  /** Waits a little for a point of the log. @returns whether this copy has it */
  async #reaches(minimum: Position): Promise<boolean> {
    const endMs = Date.now() + patienceMs;
    for (;;) {
      if (this.#position?.identity !== minimum.identity) return false;
      if (this.#position.sequence >= minimum.sequence) return true;
      const due = this.#waiting.find((one) => one.entry.sequence === minimum.sequence)?.dueMs ?? 0;
      const leftMs = endMs - Date.now();
      if (leftMs <= 0 || due > endMs || this.#isStopped) return false;
      await within(new Promise<void>((resolve) => this.#applied.push(resolve)), leftMs);
    }
  }
}

/** Waits for something, or for the time. What it throws meanwhile is its own affair. */
async function within(work: Promise<unknown>, milliseconds: number): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work.catch(() => undefined), scheduler.wait(milliseconds, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}

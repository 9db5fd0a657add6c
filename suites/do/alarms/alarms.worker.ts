// The fixture of the checks of alarms: objects whose alarm handler does what it was told and writes down that it ran.
// Everything is kept in storage, because an alarm may run in another instance, at another PoP.
import { DurableObject } from "cloudflare:workers";
import type { AlarmPlan, AlarmRun } from "./plan.js";

interface Env {
  readonly ALARMS: DurableObjectNamespace<Alarming>;
  readonly SILENT: DurableObjectNamespace<Silent>;
  readonly AUTOMATIC: DurableObjectNamespace<Automatic>;
}

/** The plan of an object that was given none. */
const idle: AlarmPlan = {};

export class Alarming extends DurableObject<Env> {
  readonly #instance = crypto.randomUUID();
  #running = 0;
  #isReleased = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#prepare();
  }

  #prepare(): void {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS heard (name TEXT)");
    sql.exec("CREATE TABLE IF NOT EXISTS runs (startedAtMs INTEGER, endedAtMs INTEGER, retryCount INTEGER, isRetry INTEGER, alarmInside INTEGER, instance TEXT, atOnce INTEGER)");
  }

  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    const { storage } = this.ctx;
    const plan = storage.kv.get<AlarmPlan>("plan") ?? idle;
    this.#running++;
    const alarmInside = await storage.getAlarm();
    const { rowid } = storage.sql
      .exec<{ rowid: number }>(
        "INSERT INTO runs VALUES (?, NULL, ?, ?, ?, ?, ?) RETURNING rowid",
        Date.now(),
        info?.retryCount ?? null,
        info?.isRetry === undefined ? null : Number(info.isRetry),
        alarmInside,
        this.#instance,
        this.#running,
      )
      .one();
    const count = storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM runs").one().n;
    try {
      if (plan.againAfterMs !== undefined && count < (plan.times ?? 1)) await storage.setAlarm(Date.now() + plan.againAfterMs);
      if (plan.deletesItself === true) await storage.deleteAlarm();
      // The message leaves when the line about this run is durable: who hears of it finds the line, whatever happens to the PoP.
      if (plan.witness !== undefined) await this.env.ALARMS.getByName(plan.witness).hear(this.ctx.id.name ?? "");
      // What was written is kept when the handler fails, which an exception alone would undo only with a transaction.
      if (count <= (plan.failures ?? 0)) throw new Error("the handler fails on purpose");
      if (plan.takesMs !== undefined && count <= (plan.slowRuns ?? count)) await scheduler.wait(plan.takesMs);
      while (plan.isHeld === true && !this.#isReleased) await scheduler.wait(20);
      storage.sql.exec("UPDATE runs SET endedAtMs = ? WHERE rowid = ?", Date.now(), rowid);
    } finally {
      this.#running--;
    }
  }

  /** Sets the plan and the alarm. @returns when the alarm is due and the object's own time */
  async plan(plan: AlarmPlan, afterMs: number, isDate = false): Promise<{ readonly dueAtMs: number; readonly nowMs: number }> {
    const nowMs = Date.now();
    this.ctx.storage.kv.put("plan", plan);
    await this.ctx.storage.setAlarm(isDate ? new Date(nowMs + afterMs) : nowMs + afterMs);
    return { dueAtMs: nowMs + afterMs, nowMs };
  }

  /** Sets one alarm and right after it another, or none: no event comes between. @returns when the second is due */
  async planTwice(firstMs: number, secondMs: number | null): Promise<number> {
    const nowMs = Date.now();
    await this.ctx.storage.setAlarm(nowMs + firstMs);
    if (secondMs === null) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(nowMs + secondMs);
    return nowMs + (secondMs ?? 0);
  }

  async due(): Promise<number | null> {
    return this.ctx.storage.getAlarm();
  }

  runs(): AlarmRun[] {
    return this.ctx.storage.sql
      .exec("SELECT * FROM runs ORDER BY rowid")
      .toArray()
      .map((row) => ({ ...row, isRetry: row["isRetry"] === null ? null : row["isRetry"] === 1 })) as unknown as AlarmRun[];
  }

  hear(name: string): void {
    this.ctx.storage.sql.exec("INSERT INTO heard VALUES (?)", name);
  }

  /** Names of the objects whose alarms have begun, a name for each run. */
  heard(): string[] {
    return this.ctx.storage.sql.exec<{ name: string }>("SELECT name FROM heard ORDER BY rowid").toArray().map(({ name }) => name);
  }

  /** Gives many other objects an alarm at about the same time; this object is their witness. */
  async planOthers(names: readonly string[], afterMs: number): Promise<void> {
    await Promise.all(names.map((name) => this.env.ALARMS.getByName(name).plan({ witness: this.ctx.id.name ?? "" }, afterMs)));
  }

  async deleteAlarm(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
  }

  /** Sets another alarm in a transaction that is undone. @returns the alarm inside, and after */
  async setAndUndo(afterMs: number): Promise<readonly (number | null)[]> {
    const inside = await this.ctx.storage.transaction(async (transaction) => {
      await transaction.setAlarm(Date.now() + afterMs);
      const seen = await transaction.getAlarm();
      transaction.rollback();
      return seen;
    });
    return [inside, await this.ctx.storage.getAlarm()];
  }

  /** Sets an alarm and deletes everything. @returns the alarm that is left */
  async planAndDeleteAll(afterMs: number): Promise<number | null> {
    await this.ctx.storage.setAlarm(Date.now() + afterMs);
    await this.ctx.storage.deleteAll();
    const left = await this.ctx.storage.getAlarm();
    this.#prepare();
    return left;
  }

  /** What setAlarm says to each value that is no time. */
  async refusals(): Promise<readonly string[]> {
    const said: string[] = [];
    for (const value of [Number.NaN, -1, new Date(Number.NaN)]) {
      try {
        await this.ctx.storage.setAlarm(value);
        said.push("taken");
      } catch (error) {
        said.push(error instanceof Error ? error.name : "odd");
      }
    }
    return said;
  }

  /** Sets an alarm and a key without awaiting either, and ends the instance. */
  setAndAbort(afterMs: number): void {
    void this.ctx.storage.put("beside", true);
    void this.ctx.storage.setAlarm(Date.now() + afterMs);
    this.ctx.abort("on purpose");
  }

  /** Sets plan and alarm, and ends the instance when both are safe. */
  async planAndAbort(plan: AlarmPlan, afterMs: number): Promise<void> {
    await this.plan(plan, afterMs);
    await this.ctx.storage.sync();
    this.ctx.abort("on purpose");
  }

  async setAndBeside(): Promise<readonly [boolean, boolean]> {
    return [(await this.ctx.storage.getAlarm()) !== null, (await this.ctx.storage.get("beside")) === true];
  }

  release(): void {
    this.#isReleased = true;
  }

  instance(): string {
    return this.#instance;
  }
}

/** Has no alarm handler. */
export class Silent extends DurableObject<Env> {
  async plan(): Promise<string> {
    try {
      await this.ctx.storage.setAlarm(Date.now() + 60_000);
      return "taken";
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : "odd";
    }
  }
}

/** Sets its alarm in its constructor, when it has none. */
export class Automatic extends Alarming {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      if ((await ctx.storage.getAlarm()) === null) await ctx.storage.setAlarm(Date.now() + 200);
    });
  }
}

export default {
  /** POST /<class>/<object>/<method>, its parameters as a JSON array. */
  async fetch(request, env): Promise<Response> {
    const [, className = "", name = "", method = ""] = new URL(request.url).pathname.split("/");
    const namespaces: Readonly<Record<string, DurableObjectNamespace>> = { alarms: env.ALARMS, silent: env.SILENT, automatic: env.AUTOMATIC };
    const stub = namespaces[className]?.getByName(decodeURIComponent(name)) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
    const given = await request.json<unknown[]>();
    try {
      return Response.json({ value: (await stub[method]?.(...given)) ?? null });
    } catch (error) {
      return Response.json({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    }
  },
} satisfies ExportedHandler<Env>;

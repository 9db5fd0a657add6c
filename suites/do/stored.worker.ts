// The fixture of the checks of storage: objects that run cases inside themselves, or do acts for cases beside them.
import { DurableObject } from "cloudflare:workers";
import { outcomeOf } from "../tools/isolate-server.js";
import { cases as gates, acts as gateActs } from "./cases/gates.worker.js";
import { cases as listing } from "./cases/listing.worker.js";
import { cases as sql } from "./cases/sql.worker.js";
import { cases as sqlLanguage } from "./cases/sql-language.worker.js";
import { cases as sqlLimits } from "./cases/sql-limits.worker.js";
import { cases as sqlStatements } from "./cases/sql-statements.worker.js";
import { cases as transactions } from "./cases/transactions.worker.js";
import { cases as values, acts as valueActs } from "./cases/values.worker.js";
import { cases as valuesSync } from "./cases/values-sync.worker.js";
import { cases as writes, acts as writeActs } from "./cases/writes.worker.js";
import type { Act, Acts, Actor, Inside, InsideCase, StoredCase, StoredEnv } from "./stored-env.worker.js";

const cases: readonly StoredCase[] = [...values, ...valuesSync, ...listing, ...sql, ...sqlStatements, ...sqlLanguage, ...sqlLimits, ...transactions, ...writes, ...gates];
const acts: Acts = { ...valueActs, ...writeActs, ...gateActs };

const isInside = (unit: StoredCase): unit is InsideCase => !("isBeside" in unit);

class Acting extends DurableObject<StoredEnv> implements Actor {
  protected readonly memory = new Map<string, unknown>();

  #inside(unique: string, figures: readonly number[]): Inside {
    const { ctx } = this;
    return {
      ctx,
      storage: ctx.storage,
      // Storage of the older kind refuses to give it.
      get sql() {
        return ctx.storage.sql;
      },
      unique,
      env: this.env,
      figures,
      memory: this.memory,
    };
  }

  async act(name: string, ...given: unknown[]): Promise<unknown> {
    const act: Act | undefined = acts[name];
    if (act === undefined) throw new TypeError(`no act ${name}`);
    return await (act as (inside: Inside, ...passed: unknown[]) => unknown)(this.#inside("", []), ...given);
  }

  async runCase(id: string, unique: string, figures: readonly number[]): Promise<unknown> {
    const unit = cases.filter(isInside).find((candidate) => candidate.id === id);
    if (unit === undefined) throw new TypeError(`no case ${id}`);
    return outcomeOf({ run: () => unit.run(this.#inside(unique, figures)) });
  }
}

export class Stored extends Acting {}
export class Legacy extends Acting {}
export class Prepared extends Acting {
  constructor(ctx: DurableObjectState, env: StoredEnv) {
    super(ctx, env);
    void ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(50);
      this.memory.set("prepared", true);
    });
  }
}

export default {
  /** GET /case/<id>?unique=<word>&figures=<numbers>; POST /act/<name>?object=<name>, its parameters as a JSON array. */
  async fetch(request, env): Promise<Response> {
    const url = new URL(request.url);
    const [, verb, name = ""] = url.pathname.split("/");
    if (verb === "act") {
      const given = await request.json<unknown[]>();
      return Response.json({ value: (await env.STORED.getByName(url.searchParams.get("object") ?? "").act(name, ...given)) ?? null });
    }
    const unique = url.searchParams.get("unique") ?? "";
    const figures = (url.searchParams.get("figures") ?? "").split(",").map(Number);
    const unit = cases.find((candidate) => candidate.id === name);
    if (unit === undefined) return new Response(`no case ${name}`, { status: 404 });
    if (!isInside(unit)) return Response.json(await outcomeOf({ run: () => unit.run({ env, unique, figures }) }));
    const namespace = unit.engine === "legacy" ? env.LEGACY : env.STORED;
    return Response.json(await namespace.getByName(unique).runCase(name, unique, figures));
  },
} satisfies ExportedHandler<StoredEnv>;

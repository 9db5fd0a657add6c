// The program under every workload of chaos: a SQLite object per key that carries out one operation atomically through
// storage, and a handler that sends each operation to its object. What an object throws is passed on as an error without a
// verdict: only the object itself knows that nothing happened, and says so.
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly OBJECTS: DurableObjectNamespace<Objects>;
}

/** What a client asks of a workload's program. */
export interface Asked {
  readonly workload: string;
  readonly action: string;
  readonly key: string;
  readonly input?: unknown;
}

type Answer = { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly reason: string };

export class Objects extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS cell (value TEXT NOT NULL)");
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS element (place INTEGER PRIMARY KEY AUTOINCREMENT, value TEXT NOT NULL)");
  }

  // The whole operation is one turn of the event loop: nothing can come between, and its writes are one transaction.
  operate({ workload, action, input }: Asked): Answer {
    switch (`${workload} ${action}`) {
      case "register read":
      case "cas read":
        return { ok: true, output: this.#cell() };
      case "register write":
      case "cas write":
        this.#setCell(input);
        return { ok: true, output: null };
      case "cas cas": {
        const [from, to] = Array.isArray(input) ? (input as unknown[]) : [];
        const isEqual = JSON.stringify(this.#cell()) === JSON.stringify(from);
        if (isEqual) this.#setCell(to);
        return { ok: true, output: isEqual };
      }
      case "counter read":
        return { ok: true, output: this.#cell() ?? 0 };
      case "counter increment": {
        const next = Number(this.#cell() ?? 0) + 1;
        this.#setCell(next);
        return { ok: true, output: next };
      }
      case "set add":
        if (this.#has(input)) return { ok: true, output: false };
        this.#add(input);
        return { ok: true, output: true };
      case "set remove": {
        const had = this.#has(input);
        this.ctx.storage.sql.exec("DELETE FROM element WHERE value = ?", JSON.stringify(input));
        return { ok: true, output: had };
      }
      case "set contains":
        return { ok: true, output: this.#has(input) };
      case "append append":
        this.#add(input);
        return { ok: true, output: null };
      case "set read":
      case "append read":
        return { ok: true, output: this.#elements() };
      default:
        return { ok: false, reason: `no operation of this program: ${workload} ${action}` };
    }
  }

  async probe(isWrite: boolean, afterMs: number): Promise<string> {
    if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (isWrite) this.#setCell("probe");
    return isWrite ? "written" : "asked";
  }

  #cell(): unknown {
    const [row] = this.ctx.storage.sql.exec<{ value: string }>("SELECT value FROM cell").toArray();
    return row === undefined ? null : JSON.parse(row.value);
  }

  #setCell(value: unknown): void {
    this.ctx.storage.sql.exec("DELETE FROM cell");
    this.ctx.storage.sql.exec("INSERT INTO cell (value) VALUES (?)", JSON.stringify(value));
  }

  #elements(): unknown[] {
    return this.ctx.storage.sql.exec<{ value: string }>("SELECT value FROM element ORDER BY place").toArray().map(({ value }): unknown => JSON.parse(value));
  }

  #has(value: unknown): boolean {
    return this.ctx.storage.sql.exec("SELECT 1 FROM element WHERE value = ? LIMIT 1", JSON.stringify(value)).toArray().length > 0;
  }

  #add(value: unknown): void {
    this.ctx.storage.sql.exec("INSERT INTO element (value) VALUES (?)", JSON.stringify(value));
  }
}

/** About 10 ms of a processor that has nothing else to do. */
const workRounds = 5_000_000;

function work(): number {
  let mixed = 1;
  for (let round = 0; round < workRounds; round++) mixed = (Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) + round) | 0;
  return mixed;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const key = url.searchParams.get("key") ?? "";
    const afterMs = Number(url.searchParams.get("afterMs") ?? 0);
    const objectOf = (name: string): DurableObjectStub<Objects> => env.OBJECTS.get(env.OBJECTS.idFromName(name));
    switch (url.pathname) {
      case "/alive":
        if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
        return new Response("alive");
      case "/now":
        return new Response(String(Date.now()));
      case "/work":
        return new Response(String(work()));
      case "/id":
        return new Response(env.OBJECTS.idFromName(key).toString());
      case "/probe":
        return new Response(await objectOf(key).probe(request.method === "POST", afterMs));
      case "/operation": {
        const asked = await request.json<Asked>();
        return Response.json(await objectOf(asked.key).operate(asked));
      }
      default:
        return new Response("nothing here", { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

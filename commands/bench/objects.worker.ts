// A counter with an alarm, for the benchmark of Durable Objects.
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly COUNTER: DurableObjectNamespace<Counter>;
}

export class Counter extends DurableObject<Env> {
  async increment(): Promise<number> {
    const value = ((await this.ctx.storage.get<number>("value")) ?? 0) + 1;
    await this.ctx.storage.put("value", value);
    return value;
  }

  async value(): Promise<number> {
    return (await this.ctx.storage.get<number>("value")) ?? 0;
  }

  async setAlarm(afterMs: number): Promise<number> {
    const atMs = Date.now() + afterMs;
    await this.ctx.storage.setAlarm(atMs);
    return atMs;
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.put("firedAtMs", Date.now());
  }

  async firedAtMs(): Promise<number> {
    return (await this.ctx.storage.get<number>("firedAtMs")) ?? 0;
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const name = url.searchParams.get("name") ?? "";
    const id = env.COUNTER.idFromName(name);
    const counter = env.COUNTER.get(id);
    switch (url.pathname) {
      case "/id":
        return new Response(id.toString());
      case "/increment":
        return Response.json(await counter.increment());
      case "/value":
        return Response.json(await counter.value());
      case "/alarm":
        return Response.json(await counter.setAlarm(Number(url.searchParams.get("afterMs"))));
      case "/fired":
        return Response.json(await counter.firedAtMs());
      default:
        return new Response("no such path", { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

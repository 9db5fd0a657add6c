// The control plane's hand inside a PoP: a worker on a loopback socket of its own that only the supervisor can use. It
// answers health probes, starts scheduled events and hands clock and reset on to the edge's own services.

interface ScheduledService extends Fetcher {
  scheduled(event: { cron: string; scheduledTime: Date }): Promise<{ outcome: string; noRetry: boolean }>;
}

interface Env {
  readonly TOKEN: string;
  readonly KV_ADMIN: Fetcher;
  readonly CACHE_ADMIN: Fetcher;
  readonly [worker: `WORKER ${string}`]: ScheduledService;
}

interface ScheduledRequest {
  readonly worker: string;
  readonly cron: string;
  readonly scheduledTimeMs: number;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return new Response("ok");
    if (request.headers.get("authorization") !== `Bearer ${env.TOKEN}`) return new Response("who are you?", { status: 403 });
    switch (pathname) {
      case "/clock":
      case "/reset":
        return env.KV_ADMIN.fetch(`http://kv${pathname}`, { method: "POST", body: await request.arrayBuffer() });
      case "/cache/drop":
        await env.KV_ADMIN.fetch("http://kv/cache/drop", { method: "POST" });
        return env.CACHE_ADMIN.fetch("http://cache/drop", { method: "POST" });
      case "/scheduled": {
        const event = await request.json<ScheduledRequest>();
        const service = env[`WORKER ${event.worker}`];
        if (service === undefined) return new Response(`no worker ${event.worker}`, { status: 404 });
        const { outcome, noRetry } = await service.scheduled({ cron: event.cron, scheduledTime: new Date(event.scheduledTimeMs) });
        return Response.json({ outcome, noRetry });
      }
      default:
        return new Response("no such verb", { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

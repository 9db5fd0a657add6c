// The control plane's hand inside a PoP: a worker on a loopback socket of its own that only the supervisor can use. It
// answers health probes, starts scheduled events and hands clock and reset on to the edge's own services.

interface ScheduledService extends Fetcher {
  scheduled(event: { cron: string; scheduledTime: Date }): Promise<{ outcome: string; noRetry: boolean }>;
}

/** No class has this method: calling it begins the object and runs nothing of its own but its constructor. */
interface Beginner extends Rpc.DurableObjectBranded {
  edgemarkBegin(): void;
}

interface Env {
  readonly TOKEN: string;
  readonly KV_ADMIN: Fetcher;
  readonly D1_ADMIN: Fetcher;
  readonly CACHE_ADMIN: Fetcher;
  /** Only where workers are loaded on demand. */
  readonly LOADER_ADMIN?: Fetcher;
  readonly [worker: `WORKER ${string}`]: ScheduledService;
  readonly [objects: `OBJECTS ${string}`]: DurableObjectNamespace<Beginner>;
}

/** An object to begin, and its name where it has one. */
interface Beginning {
  readonly objectId: string;
  readonly name?: string;
}

interface ScheduledRequest {
  readonly worker: string;
  readonly cron: string;
  readonly scheduledTimeMs: number;
  /** Set when the worker is loaded on demand. */
  readonly isolate?: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    // Asked ten times a second: answered before anything else is looked at.
    if (request.url.endsWith("/health")) return new Response(null, { status: 204 });
    const { pathname } = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${env.TOKEN}`) return new Response("who are you?", { status: 403 });
    switch (pathname) {
      case "/clock":
        return env.KV_ADMIN.fetch(`http://kv${pathname}`, { method: "POST", body: await request.arrayBuffer() });
      case "/reset":
        return first(await Promise.all([env.KV_ADMIN, env.D1_ADMIN].map((service) => service.fetch("http://service/reset", { method: "POST", body: "{}" }))));
      case "/cache/drop":
        await env.KV_ADMIN.fetch("http://kv/cache/drop", { method: "POST" });
        await env.D1_ADMIN.fetch("http://d1/replicas/drop", { method: "POST", body: "{}" });
        return env.CACHE_ADMIN.fetch("http://cache/drop", { method: "POST" });
      case "/scheduled": {
        const event = await request.json<ScheduledRequest>();
        if (event.isolate !== undefined && env.LOADER_ADMIN !== undefined) return env.LOADER_ADMIN.fetch("http://loader/scheduled", { method: "POST", body: JSON.stringify(event) });
        const service = env[`WORKER ${event.worker}`];
        if (service === undefined) return new Response(`no worker ${event.worker}`, { status: 404 });
        const { outcome, noRetry } = await service.scheduled({ cron: event.cron, scheduledTime: new Date(event.scheduledTimeMs) });
        return Response.json({ outcome, noRetry });
      }
      case "/begin": {
        const objects = await request.json<readonly Beginning[]>();
        await Promise.all(objects.map((object) => begin(env, object)));
        return Response.json({ count: objects.length });
      }
      default:
        if (pathname.startsWith("/loader/") && env.LOADER_ADMIN !== undefined) return env.LOADER_ADMIN.fetch(`http://loader${pathname.slice(7)}`, { method: "POST", body: await request.arrayBuffer() });
        if (pathname.startsWith("/d1/")) return env.D1_ADMIN.fetch(`http://d1${pathname.slice(3)}`, { method: "POST", body: await request.arrayBuffer() });
        return new Response("no such verb", { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

/** The adoption rounds of the engine come every five seconds: after that it is theirs. */
const beginMs = 5000;
const retryMs = 20;

/** Begins an object, of whichever class it is: an id says of which namespace it is, and others refuse it. */
async function begin(env: Env, { objectId, name: objectName }: Beginning): Promise<void> {
  for (const [name, namespace] of Object.entries(env)) {
    if (!name.startsWith("OBJECTS ")) continue;
    const objects = namespace as DurableObjectNamespace<Beginner>;
    const lastMs = Date.now() + beginMs;
    // An id of another class, and an object that has begun and says that it has no such method, end this. Until this process has
    // heard that the owner's lease is over, it asks the dead owner: that error can be tried again.
    while (Date.now() < lastMs) {
      try {
        const id = objects.idFromString(objectId);
        const named = objectName === undefined ? id : objects.idFromName(objectName);
        await objects.get(named.equals(id) ? named : id).edgemarkBegin();
      } catch (error) {
        if (!(error instanceof Error && "retryable" in error && error.retryable === true)) break;
        await scheduler.wait(retryMs);
      }
    }
  }
}

/** The first answer that is a refusal, or else any. */
function first(answers: readonly Response[]): Response {
  return answers.find((answer) => !answer.ok) ?? answers[0] ?? new Response(null);
}

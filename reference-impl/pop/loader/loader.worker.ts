// Loads stateless workers when their first request comes. The ingress says in a header which isolate a request is for; its code
// is a file that the supervisor wrote. An isolate that could not be loaded stays so under its name, so every version and
// every eviction has a name of its own.
import { WorkerEntrypoint } from "cloudflare:workers";
import { isolateEntrypoint, isolateHeader, mainOf, type StoredWorker } from "./stored-worker.js";

interface Loaded {
  getEntrypoint(name?: string): Fetcher & { scheduled(event: object): Promise<{ outcome: string; noRetry: boolean }> };
}

interface Env {
  readonly LOADER: { get(name: string, code: () => Promise<object>): Loaded };
  /** The folder of stored workers. */
  readonly CODE: Fetcher;
}

/** What was loaded here and not ended. */
const loaded = new Set<string>();

/** @param isolate name@version, with whatever else makes it one of its own after that */
function load(env: Env, isolate: string): Loaded {
  return env.LOADER.get(isolate, async () => {
    const file = /^[^@]+@\d+/.exec(isolate)?.[0] ?? "";
    const answer = await env.CODE.fetch(`http://code/${file}.json`);
    if (!answer.ok) throw new Error(`the code of ${isolate} is not here`);
    loaded.add(isolate);
    return codeOf(await answer.json<StoredWorker>());
  });
}

function codeOf({ mainModule, modules, env, compatibilityDate, compatibilityFlags }: StoredWorker): object {
  const given = Object.entries(modules).map(([path, { kind, text }]) => {
    switch (kind) {
      case "esm":
        return [path, { js: text }] as const;
      case "commonjs":
        return [path, { cjs: text }] as const;
      case "text":
        return [path, { text }] as const;
      case "json":
        return [path, { json: JSON.parse(text) as unknown }] as const;
      case "data":
        return [path, { data: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer }] as const;
    }
  });
  const main = mainOf(mainModule);
  const all: readonly (readonly [string, object])[] = [[main.path, { js: main.text }], ...given];
  return { compatibilityDate, compatibilityFlags, env, mainModule: main.path, modules: Object.fromEntries<object>(all) };
}

/** The control plane's hand: looks whether code can be loaded, loads ahead of a request, starts scheduled events, ends isolates. */
export class LoaderAdmin extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    const { isolate, cron, scheduledTimeMs } = await request.json<{ readonly isolate: string; readonly cron?: string; readonly scheduledTimeMs?: number }>();
    const { pathname } = new URL(request.url);
    // Ending what was never loaded would load it.
    if (pathname === "/end" && !loaded.delete(isolate)) return new Response("not loaded");
    const worker = load(this.env, isolate);
    switch (pathname) {
      case "/load":
        try {
          await worker.getEntrypoint(isolateEntrypoint).fetch("http://isolate/");
          return new Response("loaded");
        } catch (error) {
          return new Response(error instanceof Error ? error.message : String(error), { status: 422 });
        }
      case "/end":
        // The call never returns from an isolate that is gone.
        await worker.getEntrypoint(isolateEntrypoint).fetch("http://isolate/", { method: "DELETE" }).catch(() => undefined);
        return new Response("ended");
      case "/scheduled": {
        const { outcome, noRetry }: { outcome: string; noRetry: boolean } = await worker.getEntrypoint().scheduled({ cron, scheduledTime: new Date(scheduledTimeMs ?? 0) });
        return Response.json({ outcome, noRetry });
      }
      default:
        return new Response("no such verb", { status: 404 });
    }
  }
}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const headers = new Headers(request.headers);
    const isolate = headers.get(isolateHeader) ?? "";
    headers.delete(isolateHeader);
    return load(env, isolate).getEntrypoint().fetch(new Request(request, { headers }));
  },
};

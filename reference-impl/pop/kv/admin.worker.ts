// The control entrypoint of a PoP's KV service: its clock, its cache, and a reset of everything that KV stores.
// Reachable only by what the configuration binds to it, never by users' workers.
import { WorkerEntrypoint } from "cloudflare:workers";
import { cache, currentClock, platformNow, setOffset } from "./settings.worker.js";
import { resetShards } from "./shards.worker.js";

/**
 * - `GET /clock` → {popId, scale, baseMs, offsetMs, platformMs}
 * - `POST /clock` {"offsetMs": n} sets the offset and answers as GET does
 * - `GET /cache` → {popId, entries, sizeBytes}
 * - `POST /cache/drop` empties this PoP's cache
 * - `POST /reset` empties all shards and this PoP's cache; other PoPs' caches need `POST /cache/drop` after it
 */
export class KvAdmin extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    const verb = `${request.method} ${new URL(request.url).pathname}`;
    switch (verb) {
      case "GET /clock":
        return clockAnswer();
      case "POST /clock":
        return this.#setClock(await request.json<unknown>());
      case "GET /cache":
        return Response.json({ popId: cache.popId, entries: cache.count, sizeBytes: cache.sizeBytes });
      case "POST /cache/drop":
        cache.dropAll();
        return Response.json({});
      case "POST /reset": {
        const shards = await resetShards();
        cache.dropAll();
        return Response.json({ shards });
      }
      default:
        return Response.json({ error: `expected GET or POST /clock, GET /cache, POST /cache/drop or POST /reset; got ${verb}` }, { status: 404 });
    }
  }

  #setClock(body: unknown): Response {
    const offsetMs = typeof body === "object" && body !== null && "offsetMs" in body ? body.offsetMs : undefined;
    if (typeof offsetMs !== "number" || !Number.isFinite(offsetMs)) {
      return Response.json({ error: `expected {"offsetMs": a number of milliseconds}; got ${JSON.stringify(body)}` }, { status: 400 });
    }
    setOffset(offsetMs);
    return clockAnswer();
  }
}

function clockAnswer(): Response {
  return Response.json({ ...currentClock(), platformMs: platformNow() });
}

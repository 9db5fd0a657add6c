// The control entrypoint of a PoP's D1 service: the lag of its replicas, Time Travel, and a reset of everything that D1
// stores. Reachable only by what the configuration binds to it, never by users' workers.
import { WorkerEntrypoint } from "cloudflare:workers";
import { d1Env, primaryName, registryName, replicaName, servedDatabases, setLagRules } from "./settings.worker.js";

interface Body {
  readonly database?: string;
  readonly rules?: string;
  readonly bookmark?: string;
  readonly timestampMs?: number;
}

/**
 * - `POST /lag` {"rules": text} sets how late this PoP's replicas are
 * - `POST /time-travel/bookmark` {"database", "timestampMs"?} → {"bookmark"} of that moment, default now
 * - `POST /time-travel/restore` {"database", "bookmark" or "timestampMs"} → {"bookmark", "previousBookmark"}
 * - `POST /status` {"database"} → what the primary and this PoP's replica are at
 * - `POST /dump/primary`, `POST /dump/replica` {"database"} → the copy's pages
 * - `POST /reset` drops all databases and this PoP's replicas; other PoPs' replicas need `POST /replicas/drop` after it
 */
export class D1Admin extends WorkerEntrypoint {
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = await request.json<Body>().catch((): Body => ({}));
    const { database = "" } = body;
    switch (pathname) {
      case "/lag":
        setLagRules(body.rules ?? "");
        return Response.json({});
      case "/time-travel/bookmark":
        return Response.json(await primary(database).bookmarkAt(body.timestampMs));
      case "/time-travel/restore":
        return Response.json(await restore(database, body));
      case "/status":
        return Response.json({ primary: await primary(database).status(), replica: await replica(database).status() });
      case "/dump/primary":
        return Response.json(await primary(database).dump());
      case "/dump/replica":
        return Response.json(await replica(database).dump());
      case "/reset": {
        const names = await d1Env.PRIMARY.getByName(registryName).registered();
        await Promise.all(names.map((name) => d1Env.PRIMARY.getByName(name).reset()));
        await d1Env.PRIMARY.getByName(registryName).reset();
        await dropReplicas();
        return Response.json({ databases: names.length });
      }
      case "/replicas/drop":
        await dropReplicas();
        return Response.json({});
      default:
        return Response.json({ error: `no such verb: ${pathname}` }, { status: 404 });
    }
  }
}

function primary(database: string): ReturnType<typeof d1Env.PRIMARY.getByName> {
  return d1Env.PRIMARY.getByName(primaryName(database));
}

function replica(database: string): ReturnType<typeof d1Env.REPLICA.getByName> {
  return d1Env.REPLICA.getByName(replicaName(database, d1Env.POP_ID));
}

async function restore(database: string, { bookmark, timestampMs }: Body): Promise<unknown> {
  if (bookmark !== undefined) return primary(database).restore(bookmark, Date.now());
  const found = await primary(database).bookmarkAt(timestampMs);
  return "error" in found ? found : primary(database).restore(found.bookmark, Date.now());
}

async function dropReplicas(): Promise<void> {
  await Promise.all([...servedDatabases].map((database) => replica(database).reset()));
}

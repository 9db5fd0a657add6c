// The Cache API of a PoP, behind the engine's cache protocol: GET asks, PUT stores a serialized response, PURGE deletes.
// Each worker has a cache of its own, and each name within it.
import { WorkerEntrypoint } from "cloudflare:workers";
import { answerMatch } from "./answer.js";
import { judgeStorable } from "./freshness.js";
import { parseResponse } from "./message.js";
import { CacheStore } from "./store.js";

/** One PoP's process must stay small beside its isolates; the platform's own limit per object is 512 MB. */
const capacityBytes = 64 * 1024 * 1024;
const store = new CacheStore(capacityBytes);

/** Who calls: set by the configuration of the worker that caches, never by the worker itself. */
interface CacheProps {
  readonly worker: string;
}

export class CacheAdmin extends WorkerEntrypoint {
  override fetch(): Response {
    store.clear();
    return new Response("dropped");
  }
}

function keyOf(request: Request, worker: string): string {
  return JSON.stringify([worker, request.headers.get("cf-cache-namespace") ?? "", request.url]);
}

function match(request: Request, key: string): Response {
  const found = store.match(key, Date.now());
  if (found === undefined) return new Response(null, { status: 504, headers: { "CF-Cache-Status": "MISS" } });
  const [range, ifNoneMatch, ifModifiedSince] = ["range", "if-none-match", "if-modified-since"].map((name) => request.headers.get(name));
  const asked = { ...(range == null ? {} : { range }), ...(ifNoneMatch == null ? {} : { ifNoneMatch }), ...(ifModifiedSince == null ? {} : { ifModifiedSince }) };
  const answer = answerMatch(found.response, asked, found.ageSeconds);
  const headers = new Headers();
  for (const [name, value] of answer.headers) headers.append(name, value);
  headers.set("CF-Cache-Status", "HIT");
  // The body goes out as it was stored, whatever coding its headers name.
  return new Response(answer.body, { status: answer.status, headers, encodeBody: "manual" });
}

async function put(request: Request, key: string): Promise<Response> {
  const response = parseResponse(new Uint8Array(await request.arrayBuffer()));
  if (response === undefined) return new Response("a serialized response was expected", { status: 400 });
  const storable = judgeStorable(response, Date.now());
  if (storable.kind === "refuse") return new Response(storable.reason, { status: 413 });
  return store.put(key, storable.response, storable.seconds, Date.now()) ? new Response(null, { status: 204 }) : new Response("too large", { status: 413 });
}

export default {
  async fetch(request, _env, context): Promise<Response> {
    const key = keyOf(request, (context.props as CacheProps).worker);
    switch (request.method) {
      case "GET":
        return match(request, key);
      case "PUT":
        return put(request, key);
      case "PURGE":
        return new Response(null, { status: store.delete(key, Date.now()) ? 200 : 404 });
      default:
        return new Response("no such verb", { status: 405 });
    }
  },
} satisfies ExportedHandler;

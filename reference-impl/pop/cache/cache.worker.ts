// placeholder
import { WorkerEntrypoint } from "cloudflare:workers";
export class CacheAdmin extends WorkerEntrypoint {
  override async fetch(): Promise<Response> { return new Response("ok"); }
}
export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "PUT") return new Response(null, { status: 204 });
    if (request.method === "PURGE") return new Response(null, { status: 404 });
    return new Response(null, { status: 504, headers: { "CF-Cache-Status": "MISS" } });
  },
} satisfies ExportedHandler;

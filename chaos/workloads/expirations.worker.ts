// The program that shows what clock a PoP's platform timers follow: a KV value that is written at one PoP and read at another is
// gone too early, or at once, where one of the two clocks is wrong.
interface Env {
  readonly KV: KVNamespace;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const key = searchParams.get("key") ?? "";
    if (request.method !== "POST") return new Response((await env.KV.get(key)) === null ? "gone" : "there");
    await env.KV.put(key, "1", { expirationTtl: Number(searchParams.get("lifeSeconds")) });
    return new Response("written");
  },
} satisfies ExportedHandler<Env>;

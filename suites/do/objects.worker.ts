// The fixture of the checks of objects: runs one case a request, and forwards what the driver wants an object to answer.
import { show } from "../workers/cases/assert.js";
import { cases as ids } from "./cases/ids.worker.js";
import type { Env } from "./env.worker.js";

export { Other, Plain, Probe } from "./probe.worker.js";
export { Room } from "./room.worker.js";

const cases = new Map([...ids].map((unit) => [unit.id, unit]));

async function outcomeOf(id: string, env: Env, unique: string): Promise<unknown> {
  const unit = cases.get(id);
  if (unit === undefined) return { ok: false, name: "Error", message: `no case ${id} here` };
  try {
    await unit.run({ env, unique });
    return { ok: true };
  } catch (thrown) {
    const field = (name: string): string => {
      const value: unknown = typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, name) : undefined;
      return typeof value === "string" ? value : "";
    };
    return { ok: false, name: field("name") || typeof thrown, message: field("message") || show(thrown), expected: field("expected"), observed: field("observed") };
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const unique = url.searchParams.get("unique") ?? "";
    const [, area = "", rest = ""] = /^\/([a-z]+)\/?(.*)$/.exec(url.pathname) ?? [];
    switch (area) {
      case "case":
        return Response.json(await outcomeOf(rest, env, unique));
      case "touch":
        return new Response(await env.PROBES.getByName(unique).nonce());
      default:
        return new Response(`no ${url.pathname}`, { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

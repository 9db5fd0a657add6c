// The fixture of the checks of objects: runs one case a request, and forwards what the driver wants an object to answer.
import { outcomeOf } from "../workers/isolate-server.js";
import { cases as clone } from "./cases/clone.worker.js";
import { cases as errors } from "./cases/errors.worker.js";
import { cases as fetching } from "./cases/fetching.worker.js";
import { cases as ids } from "./cases/ids.worker.js";
import { cases as rpc } from "./cases/rpc.worker.js";
import type { Env } from "./env.worker.js";
import type { Room } from "./room.worker.js";

export { Other, Plain, Probe } from "./probe.worker.js";
export { Room } from "./room.worker.js";

const cases = new Map([...ids, ...fetching, ...rpc, ...clone, ...errors].map((unit) => [unit.id, unit]));

/** A connection to a room, or one of its methods with arguments as JSON. */
async function room(stub: DurableObjectStub<Room>, method: string, request: Request): Promise<Response> {
  if (method === "") return stub.fetch(request);
  const given = new URL(request.url).searchParams.get("given") ?? "[]";
  const call = Reflect.get(stub, method) as (...passed: unknown[]) => Promise<unknown>;
  return Response.json({ value: (await call(...(JSON.parse(given) as unknown[]))) ?? null });
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const unique = url.searchParams.get("unique") ?? "";
    const [, area = "", rest = ""] = /^\/([a-z]+)\/?(.*)$/.exec(url.pathname) ?? [];
    switch (area) {
      case "case": {
        const unit = cases.get(rest);
        return unit === undefined ? new Response(`no case ${rest}`, { status: 404 }) : Response.json(await outcomeOf({ run: () => unit.run({ env, unique }) }));
      }
      case "touch":
        return new Response(await env.PROBES.getByName(unique).nonce());
      case "room":
        return room(env.ROOMS.getByName(unique), rest, request);
      default:
        return new Response(`no ${url.pathname}`, { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

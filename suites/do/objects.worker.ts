// The fixture of the checks of objects: runs one case a request, and forwards what the driver wants an object to answer.
import { outcomeOf } from "../tools/isolate-server.js";
import { cases as clone } from "./cases/clone.worker.js";
import { cases as errors } from "./cases/errors.worker.js";
import { cases as fetching } from "./cases/fetching.worker.js";
import { cases as ids } from "./cases/ids.worker.js";
import { cases as rpc } from "./cases/rpc.worker.js";
import type { Env } from "./env.worker.js";

export { Other, Plain } from "./plain.worker.js";
export { Probe } from "./probe.worker.js";
export { Room } from "./room.worker.js";

const cases = new Map([...ids, ...fetching, ...rpc, ...clone, ...errors].map((unit) => [unit.id, unit]));

/** Calls a method of an object with arguments as JSON; a failed call is an answer too. */
async function call(stub: object, method: string, { searchParams }: URL): Promise<Response> {
  const given = JSON.parse(searchParams.get("given") ?? "[]") as unknown[];
  try {
    const value = await (Reflect.get(stub, method) as (...passed: unknown[]) => Promise<unknown>)(...given);
    return Response.json({ value: value ?? null });
  } catch (error) {
    const flag = (name: string): unknown => Reflect.get(error as object, name) ?? false;
    return Response.json({ error: String(error), retryable: flag("retryable"), remote: flag("remote"), durableObjectReset: flag("durableObjectReset") }, { status: 500 });
  }
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
      case "ids":
        return new Response(env.PROBES.idFromName(unique).toString());
      case "probe":
        return call(env.PROBES.getByName(unique), rest, url);
      case "room":
        return rest === "" ? env.ROOMS.getByName(unique).fetch(request) : call(env.ROOMS.getByName(unique), rest, url);
      case "owner":
        return env.OWNER === undefined ? new Response("no owner bound", { status: 404 }) : env.OWNER.fetch(new Request(new URL(`/${rest}${url.search}`, url), request));
      default:
        return new Response(`no ${url.pathname}`, { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

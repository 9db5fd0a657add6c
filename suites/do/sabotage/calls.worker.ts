// Defects of what goes between a caller and an object: requests, calls, values and errors.
import { patchStubs, type PlantedSabotage, type StubCall } from "./defect.worker.js";

/** Puts a defect around the calls of methods, and leaves fetch alone. */
const calls = (onCall: (call: StubCall) => unknown) => ({ env: (env: Readonly<Record<string, unknown>>) => patchStubs(env, (call) => (call.property === "fetch" ? call.carryOut(...call.given) : onCall(call))) });
/** Puts a defect around fetch, and leaves methods alone. */
const fetches = (onFetch: (call: StubCall, request: Request) => unknown) => ({
  env: (env: Readonly<Record<string, unknown>>) => patchStubs(env, (call) => (call.property === "fetch" ? onFetch(call, new Request(...(call.given as [string, RequestInit?]))) : call.carryOut(...call.given))),
});
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null");
const send = (call: StubCall, request: Request): Promise<Response> => call.carryOut(request) as Promise<Response>;

export const sabotages: readonly PlantedSabotage[] = [
  {
    name: "fetch-loses-headers",
    what: "Headers of a request do not reach the object.",
    caughtBy: ["do.fetch.request", "do.fetch.request.object"],
    defect: fetches((call, request) => {
      for (const name of [...request.headers.keys()]) request.headers.delete(name);
      return send(call, request);
    }),
  },
  {
    name: "fetch-always-succeeds",
    what: "Every answer of an object has status 200 and no headers.",
    caughtBy: ["do.fetch.status", "do.fetch.redirect", "do.fetch.cookies"],
    defect: fetches(async (call, request) => new Response((await send(call, request)).body)),
  },
  {
    name: "fetch-cuts-bodies",
    what: "Bodies of answers end after 50 kB.",
    caughtBy: ["do.fetch.body.large", "do.fetch.body.object"],
    defect: fetches(async (call, request) => new Response((await (await send(call, request)).arrayBuffer()).slice(0, 50_000))),
  },
  {
    name: "fetch-buffers",
    what: "A request is sent when its body is complete.",
    caughtBy: ["do.fetch.body.both-ways"],
    defect: fetches(async (call, request) => send(call, new Request(request, { body: await request.arrayBuffer() }))),
  },
  {
    name: "fetch-swallows-errors",
    what: "An exception in the object becomes an answer with status 500.",
    caughtBy: ["do.fetch.exception", "do.fetch.missing", "do.error.remote", "do.error.constructor"],
    defect: fetches((call, request) => send(call, request).catch(() => new Response("", { status: 500 }))),
  },
  {
    name: "fetch-out-of-order",
    what: "Requests through one stub overtake each other.",
    caughtBy: ["do.stub.order"],
    defect: fetches(async (call, request) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return send(call, request);
    }),
  },
  {
    name: "call-carries-json",
    what: "Arguments and results are carried as JSON.",
    caughtBy: [
      "do.rpc.value.primitives", "do.rpc.value.objects", "do.rpc.value.date", "do.rpc.value.regexp", "do.rpc.value.map", "do.rpc.value.set", "do.rpc.value.array-buffer",
      "do.rpc.value.typed-array", "do.rpc.value.error", "do.rpc.value.headers", "do.rpc.value.cycle", "do.rpc.value.large", "do.rpc.stream.result", "do.rpc.stream.argument",
      "do.rpc.stream.sink", "do.rpc.request", "do.rpc.target", "do.rpc.target.argument", "do.rpc.callback", "do.rpc.callback.failure", "do.rpc.function", "do.rpc.instance",
      "do.error.local", "do.rpc.dispose",
    ],
    defect: calls(async ({ carryOut, given }) => asJson(await carryOut(...given.map(asJson)))),
  },
  {
    name: "call-returns-nothing",
    what: "A call gives nothing back.",
    caughtBy: ["do.rpc.method", "do.rpc.arguments", "do.rpc.inherited", "do.rpc.parallel", "do.rpc.object-stub", "do.object.env", "do.object.to-object", "do.object.itself", "do.stub.parallel", "do.rpc.property"],
    defect: calls(async ({ carryOut, given }) => void (await carryOut(...given))),
  },
  {
    name: "call-without-pipelining",
    what: "Nothing can be called on a result that has not come yet.",
    caughtBy: ["do.rpc.pipelining", "do.rpc.pipelining.failure"],
    defect: calls(async ({ carryOut, given }) => carryOut(...given)),
  },
  {
    name: "call-by-reference",
    what: "What the callee changes is changed at the caller.",
    caughtBy: ["do.rpc.by-value"],
    defect: calls(({ carryOut, given, property }) => {
      if (property === "changed") (given[0] as { list: number[] }).list.push(5);
      return carryOut(...given);
    }),
  },
  {
    name: "call-swallows-errors",
    what: "A call that fails gives undefined.",
    caughtBy: [
      "do.error.type", "do.error.custom", "do.error.asynchronous", "do.error.remote", "do.error.after", "do.abort.flags", "do.abort.memory", "do.abort.in-flight", "do.stub.broken", "do.error.constructor",
      "do.error.constructor.again", "do.error.blocking", "do.rpc.missing", "do.rpc.reserved.constructor", "do.rpc.reserved.has-own-property", "do.rpc.reserved.alarm", "do.rpc.reserved.web-socket-message", "do.object.plain.methods", "do.rpc.own-members", "do.rpc.ctx",
    ],
    defect: calls(async ({ carryOut, given }) => {
      try {
        return await carryOut(...given);
      } catch {
        return undefined;
      }
    }),
  },
  {
    name: "errors-without-flags",
    what: "Errors lose their type and their flags.",
    caughtBy: ["do.error.remote", "do.abort.flags", "do.error.type"],
    defect: calls(async ({ carryOut, given }) => {
      try {
        return await carryOut(...given);
      } catch (error) {
        throw new Error((error as Error).message);
      }
    }),
  },
  {
    name: "plain-object-without-environment",
    what: "An object that extends nothing gets no answer through.",
    caughtBy: ["do.object.plain"],
    defect: fetches(async () => Response.json({})),
  },
];

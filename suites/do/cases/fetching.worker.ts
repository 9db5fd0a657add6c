// Stubs and fetch: what a request to an object carries there and back, and in which order.
import { alike, holds, rejects, same } from "../../tools/assert.js";
import type { Case } from "../env.worker.js";

const anyError = ["Error", "TypeError", "RangeError"];
const at = (path: string): string => `https://object.example${path}`;

export const cases: readonly Case[] = [
  {
    id: "do.fetch.request",
    promise: "method, query, headers and body of a request reach the object",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const response = await env.PROBES.getByName(unique).fetch(at("/echo?a=1&b=%20"), { method: "PUT", headers: { "x-sent": "value" }, body: "the body" });

      same(await response.text(), "the body", "the body");
      alike([response.headers.get("x-method"), response.headers.get("x-query"), response.headers.get("x-sent")], ["PUT", "?a=1&b=%20", "value"], "method, query and header");
    },
  },
  {
    id: "do.fetch.request.object",
    promise: "fetch takes a Request, with or without options beside it",
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique);
      const request = new Request(at("/echo"), { method: "POST", body: "from the request" });
      const changed = await stub.fetch(new Request(at("/echo"), { headers: { "x-sent": "before" } }), { headers: { "x-sent": "after" } });

      same(await (await stub.fetch(request)).text(), "from the request", "the body");
      same(changed.headers.get("x-sent"), "after", "the header of the options");
    },
  },
  {
    id: "do.fetch.status",
    promise: "an answer of any status is an answer, not an exception",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique);
      const statuses: number[] = [];
      for (const status of [200, 201, 404, 418, 500, 503]) statuses.push((await stub.fetch(at(`/echo?status=${status}`), { method: "POST", body: "x" })).status);

      alike(statuses, [200, 201, 404, 418, 500, 503], "statuses");
    },
  },
  {
    id: "do.fetch.redirect",
    promise: "a redirect that the object answers is handed over when the caller follows none",
    async run({ env, unique }) {
      const response = await env.PROBES.getByName(unique).fetch(at("/redirect"), { redirect: "manual" });

      alike([response.status, response.headers.get("location")], [302, "https://elsewhere.example/"], "status and location");
    },
  },
  {
    id: "do.fetch.cookies",
    promise: "two cookies that an object sets stay two",
    isAlsoRemote: true,
    async run({ env, unique }) {
      alike((await env.PROBES.getByName(unique).fetch(at("/cookies"))).headers.getSetCookie(), ["a=1", "b=2"], "set-cookie");
    },
  },
  {
    id: "do.fetch.body.large",
    promise: "a body of 1 MiB is streamed to the object and back without a change",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const sent = Uint8Array.from({ length: 1024 * 1024 }, (_, index) => (index * 31) % 251);
      const response = await env.PROBES.getByName(unique).fetch(at("/echo"), { method: "POST", body: sent });
      const received = new Uint8Array(await response.arrayBuffer());

      same(received.length, sent.length, "bytes that came back");
      holds(received.every((byte, index) => byte === sent[index]), "the same bytes");
    },
  },
  {
    id: "do.fetch.body.both-ways",
    promise: "an object answers the first part of a body before it has the last",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const answering = env.PROBES.getByName(unique).fetch(at("/echo"), { method: "POST", body: readable });
      await writer.write(new TextEncoder().encode("first"));
      const response = await answering;
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const first = await reader.read();
      await writer.write(new TextEncoder().encode("last"));
      await writer.close();
      const last = await reader.read();

      same(new TextDecoder().decode(first.value), "first", "what came while the body was open");
      same(new TextDecoder().decode(last.value), "last", "what came then");
      same((await reader.read()).done, true, "the end");
    },
  },
  {
    id: "do.fetch.body.object",
    promise: "a body that the object makes as it goes arrives whole",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const received = await (await env.PROBES.getByName(unique).fetch(at("/bytes?chunks=100"))).arrayBuffer();

      same(received.byteLength, 100 * 1024, "bytes");
      same(new Uint8Array(received)[99 * 1024], 99, "the last part's bytes");
    },
  },
  {
    id: "do.fetch.exception",
    promise: "an exception in the object's fetch is thrown at the caller, with its name and message",
    claims: ["DO-27"],
    isAlsoRemote: true,
    async run({ env, unique }) {
      const error = await rejects(() => env.PROBES.getByName(unique).fetch(at("/fail")), ["RangeError"], "the fetch");

      same((error as Error).message, "fetch failed as asked", "the message");
    },
  },
  {
    id: "do.fetch.missing",
    promise: "fetch of a class that has no fetch is refused, and its methods still answer",
    async run({ env, unique }) {
      await rejects(() => env.OTHERS.getByName(unique).fetch(at("/")), anyError, "fetch of a class without one");

      same(await env.OTHERS.getByName(unique).nonce(), "other", "a method of it");
    },
  },
  {
    id: "do.stub.identity",
    promise: "a stub tells the id and the name of its object",
    async run({ env, unique }) {
      const id = env.PROBES.idFromName(unique);
      const nameless = env.PROBES.newUniqueId();

      holds(env.PROBES.get(id).id.equals(id), "id of the stub");
      same(env.PROBES.get(id).name, unique, "name of the stub");
      holds(env.PROBES.get(nameless).id.equals(nameless), "id of a nameless stub");
      same(env.PROBES.get(nameless).name, undefined, "name of a nameless stub");
    },
  },
  {
    id: "do.stub.order",
    promise: "requests through one stub arrive in the order in which they were made",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const stub = env.PROBES.getByName(unique);
      const marks = Array.from({ length: 40 }, (_, index) => String(index));
      const places = await Promise.all(marks.map(async (mark) => (await stub.fetch(at(`/order?mark=${mark}`))).text()));

      alike(places, marks.map((_, index) => String(index + 1)), "places in which they were served");
      alike(await (await stub.fetch(at("/seen"))).json(), marks, "marks in the order of their arrival");
    },
  },
  {
    id: "do.stub.many",
    promise: "two stubs of one id reach one instance",
    isAlsoRemote: true,
    async run({ env, unique }) {
      const nonces = new Set<string>();
      for (let count = 0; count < 10; count++) nonces.add(await env.PROBES.get(env.PROBES.idFromName(unique)).nonce());

      same(nonces.size, 1, "instances");
    },
  },
  {
    id: "do.stub.parallel",
    promise: "twenty objects answer at once, each for itself",
    async run({ env, unique }) {
      const nonces = await Promise.all(Array.from({ length: 20 }, (_, index) => env.PROBES.getByName(`${unique}-${index}`).nonce()));

      same(new Set(nonces).size, 20, "instances");
    },
  },
  {
    id: "do.object.env",
    promise: "an object has the bindings of its worker",
    async run({ env, unique }) {
      same(await env.PROBES.getByName(unique).greeting(), "hello objects", "a text binding inside");
    },
  },
  {
    id: "do.object.to-object",
    promise: "an object calls another object",
    isAlsoRemote: true,
    async run({ env, unique }) {
      alike(await env.PROBES.getByName(unique).relay(`${unique}-other`, "a line"), ["a line"], "what the other keeps");
      alike(await env.PROBES.getByName(`${unique}-other`).lines(), ["a line"], "what it says itself");
    },
  },
  {
    id: "do.object.itself",
    promise: "an object reaches itself through its own stub",
    async run({ env, unique }) {
      alike(await env.PROBES.getByName(unique).relay(unique, "to myself"), ["to myself"], "what it keeps");
    },
  },
  {
    id: "do.object.plain",
    promise: "a class that extends nothing is an object too: state, env and fetch",
    async run({ env, unique }) {
      const id = env.PLAIN.idFromName(unique);
      const answer = await (await env.PLAIN.get(id).fetch(at("/here"))).json();

      alike(answer, { id: id.toString(), greeting: "hello objects", stored: at("/here") }, "what it says");
    },
  },
  {
    id: "do.object.plain.methods",
    promise: "the methods of a class that extends nothing cannot be called",
    async run({ env, unique }) {
      const stub = env.PLAIN.getByName(unique) as unknown as { method(): Promise<string> };

      await rejects(() => stub.method(), ["TypeError"], "a call");
    },
  },
];

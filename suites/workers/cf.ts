// What the edge tells a worker about client and place: request.cf and the CF-* headers, and that a client cannot forge them.
import assert from "node:assert/strict";
import { isIP } from "node:net";
import type { Check, CheckContext, ExchangeRequest } from "../check.js";
import { parsedJson } from "./answers.js";
import { edgeFixture } from "./fixtures.js";

const base = { level: "isolate", needs: ["workers", "workers.cf"], fixture: edgeFixture } as const;

interface Seen {
  readonly cf: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

async function seen({ fixture }: CheckContext, request: Partial<ExchangeRequest> = {}): Promise<Seen> {
  const answer = (await fixture.request({ path: "/", ...request })).json();
  const field = (name: string): unknown => (typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined);
  const [cf, headers] = [field("cf"), field("headers")];
  assert.ok(typeof cf === "object" && cf !== null, `request.cf as an object expected; ${JSON.stringify(cf)} came`);
  assert.ok(Array.isArray(headers), "the headers that the worker saw expected");
  return {
    cf: Object.fromEntries(Object.entries(cf)),
    headers: Object.fromEntries(headers.map((pair: unknown) => (Array.isArray(pair) ? [String(pair[0]), String(pair[1])] : ["", ""]))),
  };
}

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);

/** Whether the driver and the target are on one machine: only then does the driver know its address as the target sees it. */
function isLocal({ fixture }: CheckContext): boolean {
  const { hostname } = new URL(fixture.endpoint().url);
  return hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""));
}

export const cfChecks: readonly Check[] = [
  {
    ...base,
    id: "workers.cf.place",
    promise: "request.cf names the PoP by a three-letter code, and the client's country by two letters",
    async run(context) {
      const { cf } = await seen(context);

      assert.match(String(cf["colo"]), /^[A-Z]{3}$/);
      assert.match(String(cf["country"]), /^([A-Z]{2}|T1)$/);
    },
  },
  {
    ...base,
    id: "workers.cf.protocol",
    promise: "request.cf names the client's protocol",
    async run(context) {
      const { cf } = await seen(context);

      assert.equal(cf["httpProtocol"], "HTTP/1.1");
    },
  },
  {
    ...base,
    id: "workers.cf.types",
    promise: "the fields of request.cf have the documented types, where they are given",
    async run(context) {
      const { cf } = await seen(context);
      const documented: Readonly<Record<string, string>> = {
        asn: "number",
        asOrganization: "string",
        city: "string",
        clientTcpRtt: "number",
        continent: "string",
        latitude: "string",
        longitude: "string",
        postalCode: "string",
        region: "string",
        regionCode: "string",
        timezone: "string",
        tlsCipher: "string",
        tlsVersion: "string",
      };

      const wrong = Object.entries(documented).filter(([name, type]) => cf[name] !== undefined && cf[name] !== null && typeof cf[name] !== type);

      assert.deepEqual(wrong.map(([name, type]) => `${name}: ${type} expected, ${typeof cf[name]} came`), []);
    },
  },
  {
    ...base,
    id: "workers.cf.place-per-pop",
    pops: 2,
    promise: "each PoP gives its own code in request.cf.colo, the same each time",
    async run(context) {
      const pops = context.target.pops.map((pop) => pop.id);

      const first = await Promise.all(pops.map(async (pop) => String((await seen(context, { pop })).cf["colo"])));
      const second = await Promise.all(pops.map(async (pop) => String((await seen(context, { pop })).cf["colo"])));

      assert.equal(new Set(first).size, pops.length, `a code of its own for each PoP (${first.join(" ")})`);
      assert.deepEqual(second, first);
    },
  },
  {
    ...base,
    id: "workers.cf.connecting-ip",
    promise: "CF-Connecting-IP is the client's address",
    async run(context) {
      const { headers } = await seen(context);
      const address = headers["cf-connecting-ip"] ?? "";

      assert.notEqual(isIP(address), 0, `an IP address expected; ${address} came`);
      if (isLocal(context)) assert.ok(isLoopback(address), `the driver's own loopback address expected; ${address} came`);
    },
  },
  {
    ...base,
    id: "workers.cf.ray",
    promise: "CF-Ray is there for every request, and different for each",
    async run(context) {
      const rays: string[] = [];
      for (let count = 0; count < 20; count++) rays.push((await seen(context)).headers["cf-ray"] ?? "");

      for (const ray of rays) assert.match(ray, /^[0-9a-f]{16}(-[A-Z]{3})?$/);
      assert.equal(new Set(rays).size, rays.length);
    },
  },
  {
    ...base,
    id: "workers.cf.ray-concurrency",
    promise: "requests at the same time get different CF-Ray values too",
    async run(context) {
      const rays = await Promise.all(Array.from({ length: 50 }, async () => (await seen(context)).headers["cf-ray"]));

      assert.equal(new Set(rays).size, rays.length);
    },
  },
  {
    ...base,
    id: "workers.cf.country-header",
    promise: "CF-IPCountry is the country of request.cf",
    async run(context) {
      const { cf, headers } = await seen(context);

      assert.equal(headers["cf-ipcountry"], cf["country"]);
    },
  },
  {
    ...base,
    id: "workers.cf.visitor",
    promise: "CF-Visitor tells the client's scheme as JSON",
    async run(context) {
      const { headers } = await seen(context);
      const scheme = new URL(context.fixture.endpoint().url).protocol.replace(":", "");

      assert.deepEqual(parsedJson(headers["cf-visitor"] ?? "", "CF-Visitor"), { scheme });
    },
  },
  {
    ...base,
    id: "workers.cf.forgery",
    promise: "CF-* headers that a client sends are replaced by the platform's",
    async run(context) {
      const forged = { "cf-connecting-ip": "203.0.113.9", "cf-ray": "0000000000000000-XXX", "cf-ipcountry": "XX", "CF-Visitor": '{"scheme":"forged"}', "Cf-Connecting-IP": "203.0.113.10" };

      const { headers, cf } = await seen(context, { headers: forged });

      const kept = Object.entries(headers).filter(([name, value]) => name.startsWith("cf-") && /203\.0\.113|0{16}|forged|^XX$/.test(value));
      assert.deepEqual(kept, []);
      assert.doesNotMatch(JSON.stringify(cf), /203\.0\.113|forged/);
    },
  },
  {
    ...base,
    id: "workers.cf.forwarded",
    promise: "an X-Forwarded-For that a client sends does not change CF-Connecting-IP",
    async run(context) {
      const plain = await seen(context);
      const forged = await seen(context, { headers: { "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9", forwarded: "for=203.0.113.9" } });

      assert.equal(forged.headers["cf-connecting-ip"], plain.headers["cf-connecting-ip"]);
    },
  },
];

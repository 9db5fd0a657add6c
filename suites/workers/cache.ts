// The Cache API at one PoP, as documented: what may be stored, what is found again, and who sees it.
import assert from "node:assert/strict";
import type { Check, CheckContext, DeployedFixture } from "../check.js";
import { edgeFixture } from "./fixtures.js";

const base = { level: "isolate", needs: ["workers", "workers.cache"], fixture: edgeFixture } as const;

interface Operation {
  readonly verb: "put" | "match" | "delete";
  readonly cache?: string;
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ignoreMethod?: boolean;
  readonly response?: { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };
}

interface Answer {
  readonly result: unknown;
  /** Name of what was thrown, "" when nothing was. */
  readonly errorName: string;
}

async function perform(fixture: DeployedFixture, operation: Operation, pop?: string): Promise<Answer> {
  const answer = (await fixture.request({ method: "POST", path: "/cache", body: JSON.stringify(operation), ...(pop === undefined ? {} : { pop }) })).json();
  const field = (value: unknown, name: string): unknown => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined);
  const errorName = field(field(answer, "error"), "name");
  return { result: field(answer, "result") ?? null, errorName: typeof errorName === "string" ? errorName : "" };
}

/** The part of a matched response, by name; undefined for a miss. */
const part = (answer: Answer, name: "status" | "text" | "headers"): unknown =>
  typeof answer.result === "object" && answer.result !== null ? Reflect.get(answer.result, name) : undefined;

/** A key of the check's own. */
const keyOf = ({ unique }: CheckContext, name = "a"): string => `https://cache.test/${unique}/${name}`;

const fresh = { "cache-control": "max-age=600" } as const;

/** Stores a text and fails the check when that is refused. */
async function store(context: CheckContext, url: string, body: string, headers: Readonly<Record<string, string>> = fresh): Promise<void> {
  const { errorName } = await perform(context.fixture, { verb: "put", url, response: { headers, body } });
  assert.equal(errorName, "", `put of ${url}`);
}

export const cacheChecks: readonly Check[] = [
  {
    ...base,
    id: "workers.cache.round-trip",
    promise: "what put stored is found by match: status, headers and body",
    async run(context) {
      await perform(context.fixture, { verb: "put", url: keyOf(context), response: { status: 203, headers: { ...fresh, "x-a": "1" }, body: "kept" } });

      const found = await perform(context.fixture, { verb: "match", url: keyOf(context) });

      const headers = part(found, "headers");
      assert.deepEqual([part(found, "status"), part(found, "text")], [203, "kept"]);
      assert.equal(typeof headers === "object" && headers !== null ? Reflect.get(headers, "x-a") : undefined, "1");
    },
  },
  {
    ...base,
    id: "workers.cache.miss",
    promise: "match of what was never stored resolves to undefined and asks no origin",
    claims: ["CA-05"],
    async run(context) {
      assert.deepEqual(await perform(context.fixture, { verb: "match", url: keyOf(context) }), { result: null, errorName: "" });
    },
  },
  {
    ...base,
    id: "workers.cache.expiry",
    promise: "match of what has expired resolves to undefined",
    claims: ["CA-05"],
    async run(context) {
      const url = keyOf(context);
      await store(context, url, "short", { "cache-control": "max-age=1" });

      await context.until(() => perform(context.fixture, { verb: "match", url }), (found) => found.result === null, { deadlineMs: 8_000, intervalMs: 100, what: "an entry of one second that is gone" });
    },
  },
  {
    ...base,
    id: "workers.cache.put-result",
    promise: "put resolves to undefined, also when nothing was stored",
    claims: ["CA-04"],
    async run(context) {
      const stored = await perform(context.fixture, { verb: "put", url: keyOf(context), response: { headers: fresh, body: "x" } });
      const unstored = await perform(context.fixture, { verb: "put", url: keyOf(context, "b"), response: { headers: { "cache-control": "no-store" }, body: "x" } });
      const found = await perform(context.fixture, { verb: "match", url: keyOf(context, "b") });

      assert.deepEqual([stored, unstored, found.result], [{ result: "undefined", errorName: "" }, { result: "undefined", errorName: "" }, null]);
    },
  },
  {
    ...base,
    id: "workers.cache.put-method",
    promise: "put refuses a request that is not GET",
    claims: ["CA-03"],
    async run(context) {
      const refused = await perform(context.fixture, { verb: "put", url: keyOf(context), method: "POST", response: { headers: fresh, body: "x" } });

      assert.equal(refused.errorName, "TypeError");
    },
  },
  {
    ...base,
    id: "workers.cache.put-partial",
    promise: "put refuses a response with status 206",
    claims: ["CA-03"],
    async run(context) {
      const refused = await perform(context.fixture, { verb: "put", url: keyOf(context), response: { status: 206, headers: { ...fresh, "content-range": "bytes 0-0/1" }, body: "x" } });

      assert.equal(refused.errorName, "TypeError");
    },
  },
  {
    ...base,
    id: "workers.cache.put-vary",
    promise: "put refuses a response that varies by everything",
    claims: ["CA-03"],
    async run(context) {
      const refused = await perform(context.fixture, { verb: "put", url: keyOf(context), response: { headers: { ...fresh, vary: "*" }, body: "x" } });

      assert.equal(refused.errorName, "TypeError");
    },
  },
  {
    ...base,
    id: "workers.cache.replacement",
    promise: "a later put replaces what was stored under the same URL",
    async run(context) {
      await store(context, keyOf(context), "old");
      await store(context, keyOf(context), "new");

      assert.equal(part(await perform(context.fixture, { verb: "match", url: keyOf(context) }), "text"), "new");
    },
  },
  {
    ...base,
    id: "workers.cache.query",
    promise: "the query is part of the key",
    claims: ["CA-07"],
    async run(context) {
      await store(context, `${keyOf(context)}?a=1`, "one");
      await store(context, `${keyOf(context)}?a=2`, "two");

      const found = await Promise.all(["?a=1", "?a=2", ""].map((query) => perform(context.fixture, { verb: "match", url: keyOf(context) + query })));

      assert.deepEqual(found.map((answer) => part(answer, "text")), ["one", "two", undefined]);
    },
  },
  {
    ...base,
    id: "workers.cache.method",
    promise: "match finds nothing for another method, unless it is told to ignore the method",
    claims: ["CA-07"],
    async run(context) {
      await store(context, keyOf(context), "by GET");

      const strict = await perform(context.fixture, { verb: "match", url: keyOf(context), method: "POST" });
      const loose = await perform(context.fixture, { verb: "match", url: keyOf(context), method: "POST", ignoreMethod: true });

      assert.deepEqual([strict.result, part(loose, "text")], [null, "by GET"]);
    },
  },
  {
    ...base,
    id: "workers.cache.range",
    promise: "match answers a Range with 206 and that part",
    claims: ["CA-06"],
    async run(context) {
      await store(context, keyOf(context), "0123456789", { ...fresh, "content-length": "10" });

      const found = await perform(context.fixture, { verb: "match", url: keyOf(context), headers: { range: "bytes=2-4" } });

      assert.deepEqual([part(found, "status"), part(found, "text")], [206, "234"]);
    },
  },
  {
    ...base,
    id: "workers.cache.if-none-match",
    promise: "match answers a matching If-None-Match with 304",
    claims: ["CA-06"],
    async run(context) {
      await store(context, keyOf(context), "tagged", { ...fresh, etag: '"v1"' });

      const same = await perform(context.fixture, { verb: "match", url: keyOf(context), headers: { "if-none-match": '"v1"' } });
      const other = await perform(context.fixture, { verb: "match", url: keyOf(context), headers: { "if-none-match": '"v2"' } });

      assert.deepEqual([part(same, "status"), part(same, "text"), part(other, "status")], [304, "", 200]);
    },
  },
  {
    ...base,
    id: "workers.cache.if-modified-since",
    promise: "match answers If-Modified-Since with 304 when nothing has changed since",
    claims: ["CA-06"],
    async run(context) {
      await store(context, keyOf(context), "dated", { ...fresh, "last-modified": "Wed, 01 Jan 2025 00:00:00 GMT" });
      const since = (date: string): Promise<Answer> => perform(context.fixture, { verb: "match", url: keyOf(context), headers: { "if-modified-since": date } });

      const found = [await since("Thu, 02 Jan 2025 00:00:00 GMT"), await since("Tue, 31 Dec 2024 00:00:00 GMT")];

      assert.deepEqual(found.map((answer) => part(answer, "status")), [304, 200]);
    },
  },
  {
    ...base,
    id: "workers.cache.set-cookie",
    promise: "a response with Set-Cookie is not stored",
    claims: ["CA-08"],
    async run(context) {
      await perform(context.fixture, { verb: "put", url: keyOf(context), response: { headers: { ...fresh, "set-cookie": "a=1" }, body: "private" } });

      const found = await perform(context.fixture, { verb: "match", url: keyOf(context) });

      assert.equal(found.result, null);
    },
  },
  {
    ...base,
    id: "workers.cache.deletion",
    promise: "delete says whether there was something, and takes it away",
    claims: ["CA-10"],
    async run(context) {
      await store(context, keyOf(context), "to go");

      const first = await perform(context.fixture, { verb: "delete", url: keyOf(context) });
      const second = await perform(context.fixture, { verb: "delete", url: keyOf(context) });
      const found = await perform(context.fixture, { verb: "match", url: keyOf(context) });

      assert.deepEqual([first.result, second.result, found.result], [true, false, null]);
    },
  },
  {
    ...base,
    id: "workers.cache.names",
    promise: "a cache that was opened by name is apart from the default one and from other names",
    claims: ["CA-12"],
    async run(context) {
      const url = keyOf(context);
      await perform(context.fixture, { verb: "put", cache: `named-${context.unique}`, url, response: { headers: fresh, body: "named" } });

      const found = await Promise.all([`named-${context.unique}`, `other-${context.unique}`, undefined].map((cache) => perform(context.fixture, { verb: "match", url, ...(cache === undefined ? {} : { cache }) })));

      assert.deepEqual(found.map((answer) => part(answer, "text")), ["named", undefined, undefined]);
    },
  },
  {
    ...base,
    id: "workers.cache.tenants",
    needs: ["workers", "workers.cache", "workers.multiple"],
    promise: "what one worker put into its cache is not found by another worker",
    async run(context) {
      const other = await context.deploy(edgeFixture, { name: `cache-${context.unique}` });
      await store(context, keyOf(context), "mine");

      const theirs = await perform(other, { verb: "match", url: keyOf(context) });
      const mine = await perform(context.fixture, { verb: "match", url: keyOf(context) });

      assert.deepEqual([part(theirs, "text"), part(mine, "text")], [undefined, "mine"]);
    },
  },
  {
    ...base,
    id: "workers.cache.locality",
    level: "distributed",
    pops: 2,
    promise: "what was put at one PoP is not found at another",
    claims: ["CA-01"],
    async run(context) {
      const [here, there] = context.target.pops.map((pop) => pop.id);
      await perform(context.fixture, { verb: "put", url: keyOf(context), response: { headers: fresh, body: "here" } }, here);

      const [found, missed] = [await perform(context.fixture, { verb: "match", url: keyOf(context) }, here), await perform(context.fixture, { verb: "match", url: keyOf(context) }, there)];

      assert.deepEqual([part(found, "text"), missed.result], ["here", null]);
    },
  },
];

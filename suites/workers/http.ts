// HTTP as a worker and its clients see it: what is sent arrives unchanged, and what the worker answers is what the
// client gets.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Check, CheckContext, ExchangeRequest } from "../check.js";
import { answersIn, gunzipped, parsedJson, type WireAnswer } from "./answers.js";
import { httpFixture } from "./fixtures.js";
import { openExchange, openWire, pathAt, type Address, type StreamedAnswer } from "./wire.js";

const base = { level: "isolate", needs: ["workers"], fixture: httpFixture } as const;

/** What the fixture says of the request that reached it. */
interface Mirrored {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly hasBody: boolean;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly text: string;
}

function parseMirrored(answer: unknown): Mirrored {
  const field = (name: string): unknown => (typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined);
  const headers = field("headers");
  assert.ok(Array.isArray(headers), `the mirrored request expected; ${JSON.stringify(answer)?.slice(0, 200)} came`);
  return {
    method: String(field("method")),
    url: String(field("url")),
    headers: Object.fromEntries(headers.map((pair: unknown) => (Array.isArray(pair) ? [String(pair[0]), String(pair[1])] : ["", ""]))),
    hasBody: field("hasBody") === true,
    sizeBytes: Number(field("sizeBytes")),
    sha256: String(field("sha256")),
    text: String(field("text")),
  };
}

async function mirror({ fixture }: CheckContext, request: ExchangeRequest): Promise<Mirrored> {
  const response = await fixture.request(request);
  assert.equal(response.status, 200, `status 200 for ${request.path.slice(0, 100)} expected; ${response.status} came`);
  return parseMirrored(response.json());
}

/** Path and query of a URL as it is written; URL would normalize what is to be judged. */
const tailOf = (url: string): string => url.replace(/^[a-z]+:\/\/[^/]*/, "");

interface Wanted {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | null;
  readonly as?: "stream" | "fixed";
  readonly encodeBody?: "automatic" | "manual";
}

/** Has the worker answer as wanted. @returns the answer with headers as they came on the wire */
async function answered(context: CheckContext, wanted: Wanted, { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {}): Promise<StreamedAnswer> {
  const exchange = openExchange(context.fixture.endpoint(), { method, headers, path: wantedPath(wanted) }, context.signal);
  exchange.end();
  return exchange.answer();
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** 8 MiB in which every page differs from the one before. */
function largeBody(): Uint8Array {
  const bytes = new Uint8Array(8 * 1024 * 1024);
  for (let index = 0; index < bytes.length; index++) bytes[index] = index * 7 + (index >> 8);
  return bytes;
}

/** A request head, as it stands on the wire. */
function headOf(endpoint: Address, method: string, path: string, ...headers: readonly string[]): string {
  return [`${method} ${pathAt(endpoint, path)} HTTP/1.1`, `Host: ${endpoint.host}`, ...headers, "", ""].join("\r\n");
}

/** Sends text as it is on a connection of its own, and reads as many answers as there are methods. */
async function exchanged(context: CheckContext, methods: readonly string[], ...parts: readonly string[]): Promise<readonly WireAnswer[]> {
  const wire = await openWire(context.fixture.endpoint(), context.signal);
  try {
    for (const part of parts) wire.send(part);
    return answersIn(await wire.read((received) => answersIn(received, methods).length >= methods.length, `${methods.length} answers`), methods);
  } finally {
    wire.close();
  }
}

const wantedPath = (wanted: Wanted): string => `/answer?wanted=${encodeURIComponent(JSON.stringify(wanted))}`;

export const httpChecks: readonly Check[] = [
  {
    ...base,
    id: "workers.fetch.response",
    promise: "a fetch handler answers a request with the response it returns",
    async run(context) {
      const seen = await mirror(context, { method: "POST", path: `/${context.unique}`, body: "text" });

      assert.deepEqual([seen.method, tailOf(seen.url), seen.text], ["POST", pathAt(context.fixture.endpoint(), `/${context.unique}`), "text"]);
    },
  },
  ...["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map(
    (method): Check => ({
      ...base,
      id: `workers.http.method.${method.toLowerCase()}`,
      promise: `a ${method} request reaches the worker as ${method}, and its answer comes back`,
      async run(context) {
        const seen = await mirror(context, { method, path: "/m", ...(method === "GET" || method === "OPTIONS" ? {} : { body: "content" }) });

        assert.deepEqual([seen.method, seen.text], [method, method === "GET" || method === "OPTIONS" ? "" : "content"]);
      },
    }),
  ),
  {
    ...base,
    id: "workers.http.method.head",
    promise: "a HEAD request is answered with the headers and without a body",
    async run(context) {
      const endpoint = context.fixture.endpoint();
      const asked = headOf(endpoint, "HEAD", wantedPath({ headers: [["x-a", "1"]], body: "not sent" }));

      const [head, next] = await exchanged(context, ["HEAD", "GET"], asked, headOf(endpoint, "GET", wantedPath({ body: "next" })));

      assert.deepEqual([head?.status, head?.headers["x-a"], head?.body, next?.body], [200, "1", "", "next"]);
    },
  },
  {
    ...base,
    id: "workers.http.url.encoding",
    promise: "path and query reach the worker as they were sent: encoded letters, plus signs, empty and repeated parts",
    async run(context) {
      const path = "/a%2Fb%20c/%C3%A4//x?q=%41&p=a+b&p=&=&%zz";
      const endpoint = context.fixture.endpoint();

      const [answer] = await exchanged(context, ["GET"], headOf(endpoint, "GET", path));

      const { url } = parseMirrored(parsedJson(answer?.body ?? "", "the mirrored request"));
      assert.equal(tailOf(url), pathAt(endpoint, path));
    },
  },
  {
    ...base,
    id: "workers.http.url.host",
    promise: "the worker sees the host that the client asked for, in the URL and in the Host header",
    async run(context) {
      const seen = await mirror(context, { path: "/" });

      assert.equal(/^https?:\/\/([^/]*)\//.exec(seen.url)?.[1], context.fixture.endpoint().host);
      assert.equal(seen.headers["host"], context.fixture.endpoint().host);
    },
  },
  {
    ...base,
    id: "workers.http.url.length",
    promise: "a URL of 15 KiB reaches the worker whole (documented: up to 16 KB)",
    claims: ["WK-08"],
    async run(context) {
      const path = `/long?q=${"x".repeat(15 * 1024)}`;

      const seen = await mirror(context, { path });

      assert.equal(tailOf(seen.url).length, pathAt(context.fixture.endpoint(), path).length);
    },
  },
  {
    ...base,
    id: "workers.http.request-headers.values",
    promise: "request headers reach the worker with their values, whatever the case of their names",
    async run(context) {
      const seen = await mirror(context, { path: "/", headers: { "X-MiXed": "Value; q=0.5", "x-empty": "", cookie: "a=1; b=2", authorization: "Bearer t" } });

      assert.deepEqual(
        [seen.headers["x-mixed"], seen.headers["x-empty"], seen.headers["cookie"], seen.headers["authorization"]],
        ["Value; q=0.5", "", "a=1; b=2", "Bearer t"],
      );
    },
  },
  {
    ...base,
    id: "workers.http.request-headers.repetition",
    promise: "a request header that is sent twice reaches the worker as one, joined in order",
    async run(context) {
      const seen = await mirror(context, { path: "/", headers: { "x-many": ["1", "2", "3"] } });

      assert.equal(seen.headers["x-many"], "1, 2, 3");
    },
  },
  {
    ...base,
    id: "workers.http.request-headers.size",
    promise: "request headers of 100 KiB in all reach the worker (documented: up to 128 KB)",
    claims: ["WK-08"],
    async run(context) {
      const headers = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`x-big-${index}`, "v".repeat(4 * 1024)]));

      const seen = await mirror(context, { path: "/", headers });

      const sizes = Object.entries(seen.headers).filter(([name]) => name.startsWith("x-big-")).map(([, value]) => value.length);
      assert.deepEqual([sizes.length, sizes.reduce((sum, size) => sum + size, 0)], [25, 25 * 4 * 1024]);
    },
  },
  {
    ...base,
    id: "workers.http.request-body.length",
    promise: "a body with content-length reaches the worker byte for byte, 8 MiB of it",
    timeoutMs: 30_000,
    async run(context) {
      const body = largeBody();

      const seen = await mirror(context, { method: "POST", path: "/", body, deadlineMs: 25_000 });

      assert.deepEqual([seen.sizeBytes, seen.sha256], [body.length, sha256(body)]);
    },
  },
  {
    ...base,
    id: "workers.http.request-body.chunked",
    promise: "a body in chunks reaches the worker byte for byte, 8 MiB of it",
    timeoutMs: 30_000,
    async run(context) {
      const body = largeBody();
      const exchange = openExchange(context.fixture.endpoint(), { method: "POST", path: "/", headers: { "transfer-encoding": "chunked" } }, context.signal);

      for (let from = 0; from < body.length; from += 100_003) exchange.write(body.subarray(from, from + 100_003));
      exchange.end();
      const seen = parseMirrored(parsedJson((await (await exchange.answer()).rest()).toString("utf8"), "the mirrored request"));

      assert.deepEqual([seen.sizeBytes, seen.sha256], [body.length, sha256(body)]);
    },
  },
  {
    ...base,
    id: "workers.http.request-body.empty",
    promise: "a request without a body has none, and one with an empty body reads as empty",
    async run(context) {
      const [none, empty] = [await mirror(context, { path: "/" }), await mirror(context, { method: "POST", path: "/", body: "" })];

      assert.deepEqual([none.hasBody, none.sizeBytes, empty.sizeBytes], [false, 0, 0]);
    },
  },
  {
    ...base,
    id: "workers.http.request-body.form",
    promise: "a multipart form from a client is read by formData, with its file",
    async run(context) {
      const body = ["--bOuNd", 'Content-Disposition: form-data; name="text"', "", "ä", "--bOuNd", 'Content-Disposition: form-data; name="f"; filename="n.txt"', "Content-Type: text/plain", "", "file text", "--bOuNd--", ""].join("\r\n");

      const response = await context.fixture.request({ method: "POST", path: "/form", headers: { "content-type": "multipart/form-data; boundary=bOuNd" }, body });

      assert.deepEqual(response.json(), [["text", "ä"], ["f", { name: "n.txt", type: "text/plain", text: "file text" }]]);
    },
  },
  {
    ...base,
    id: "workers.http.expect-continue",
    promise: "a client that asks with Expect: 100-continue before it sends its body is answered",
    async run(context) {
      // A server may leave the interim answer out, and the client need not wait for it; here it does not.
      const head = headOf(context.fixture.endpoint(), "POST", "/", "Content-Length: 5", "Expect: 100-continue");

      const [answer] = await exchanged(context, ["POST"], head, "hello");

      assert.equal(answer?.status, 200);
      assert.equal(parseMirrored(parsedJson(answer.body, "the mirrored request")).text, "hello");
    },
  },
  {
    ...base,
    id: "workers.http.response-status",
    promise: "the worker's status reaches the client, whatever it is",
    async run(context) {
      for (const status of [200, 201, 299, 400, 404, 418, 429, 451, 500, 503, 599]) {
        const answer = await answered(context, { status, body: `status ${status}` });
        assert.deepEqual([answer.status, (await answer.rest()).toString()], [status, `status ${status}`]);
      }
    },
  },
  ...[204, 304].map(
    (status): Check => ({
      ...base,
      id: `workers.http.response-status.${status}`,
      promise: `an answer with status ${status} has no body, and the connection goes on after it`,
      async run(context) {
        const endpoint = context.fixture.endpoint();
        const first = headOf(endpoint, "GET", wantedPath({ status, headers: [["etag", '"v1"']] }));

        // A body here would be taken for the beginning of the next answer.
        const [empty, next] = await exchanged(context, ["GET", "GET"], first, headOf(endpoint, "GET", wantedPath({ body: "next" })));

        assert.deepEqual([empty?.status, empty?.headers["etag"], next?.status, next?.body], [status, '"v1"', 200, "next"]);
      },
    }),
  ),
  {
    ...base,
    id: "workers.http.redirect",
    promise: "a redirect goes to the client as it is; the platform does not follow it",
    async run(context) {
      for (const status of [301, 302, 303, 307, 308]) {
        const answer = await answered(context, { status, headers: [["location", "https://elsewhere.test/x?y"]] });
        assert.deepEqual([answer.status, answer.header("location")], [status, "https://elsewhere.test/x?y"]);
      }
    },
  },
  {
    ...base,
    id: "workers.http.response-headers.values",
    promise: "response headers reach the client, repeated ones in order",
    async run(context) {
      const answer = await answered(context, { headers: [["X-Many", "1"], ["x-many", "2"], ["cache-control", "no-store"], ["x-empty", ""]], body: "x" });

      const many = answer.headers.filter(([name]) => name === "x-many").map(([, value]) => value);
      assert.equal(many.join(", "), "1, 2");
      assert.deepEqual([answer.header("cache-control"), answer.header("x-empty")], ["no-store", ""]);
    },
  },
  {
    ...base,
    id: "workers.http.response-headers.set-cookie",
    promise: "several Set-Cookie headers reach the client apart, in order",
    async run(context) {
      const answer = await answered(context, { headers: [["set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"], ["set-cookie", "b=2"]], body: "x" });

      assert.deepEqual(
        answer.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value),
        ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"],
      );
    },
  },
  {
    ...base,
    id: "workers.http.response-headers.size",
    promise: "response headers of 100 KiB in all reach the client (documented: up to 128 KB)",
    claims: ["WK-08"],
    async run(context) {
      const wanted: Wanted = { headers: Array.from({ length: 25 }, (_, index) => [`x-big-${index}`, "v".repeat(4 * 1024)] as const), body: "x" };
      const exchange = openExchange(context.fixture.endpoint(), { method: "POST", path: "/answer-posted" }, context.signal);
      exchange.end(JSON.stringify(wanted));

      const answer = await exchange.answer();

      const sizes = answer.headers.filter(([name]) => name.startsWith("x-big-")).map(([, value]) => value.length);
      assert.deepEqual([answer.status, sizes.length, sizes.reduce((sum, size) => sum + size, 0)], [200, 25, 25 * 4 * 1024]);
    },
  },
  {
    ...base,
    id: "workers.http.response-body.size",
    promise: "8 MiB from the worker reach the client byte for byte",
    timeoutMs: 30_000,
    async run(context) {
      const sizeBytes = 8 * 1024 * 1024;

      const response = await context.fixture.request({ path: `/pattern?sizeBytes=${sizeBytes}`, deadlineMs: 25_000 });

      assert.equal(response.bytes.length, sizeBytes);
      assert.equal(response.bytes.findIndex((byte, index) => byte !== index % 251), -1, "the first byte that differs");
    },
  },
  {
    ...base,
    id: "workers.http.content-length.text",
    promise: "a body of known length comes with its content-length, and the worker cannot set a wrong one",
    async run(context) {
      const answer = await answered(context, { headers: [["content-length", "3"]], body: "eleven ä byte" });

      const body = await answer.rest();
      assert.deepEqual([body.toString(), answer.header("content-length")], ["eleven ä byte", "14"]);
    },
  },
  {
    ...base,
    id: "workers.http.content-length.fixed",
    promise: "a FixedLengthStream comes with its content-length",
    async run(context) {
      const answer = await answered(context, { body: "hello world", as: "fixed" });

      assert.deepEqual([answer.header("content-length"), (await answer.rest()).toString()], ["11", "hello world"]);
    },
  },
  {
    ...base,
    id: "workers.http.content-length.stream",
    promise: "a stream of unknown length comes in chunks, without content-length",
    async run(context) {
      const answer = await answered(context, { body: "hello world", as: "stream" });

      assert.deepEqual([answer.header("content-length"), answer.header("transfer-encoding"), (await answer.rest()).toString()], [undefined, "chunked", "hello world"]);
    },
  },
  {
    ...base,
    id: "workers.http.content-encoding.automatic",
    promise: "a body that the worker labels gzip is compressed by the platform, for a client that accepts it",
    async run(context) {
      const text = "to be compressed ".repeat(50);
      const answer = await answered(context, { headers: [["content-encoding", "gzip"]], body: text }, { headers: { "accept-encoding": "gzip" } });

      assert.equal(answer.header("content-encoding"), "gzip");
      assert.equal(gunzipped(await answer.rest()), text);
    },
  },
  {
    ...base,
    id: "workers.http.content-encoding.manual",
    promise: "with encodeBody manual the body goes out as the worker made it",
    async run(context) {
      const answer = await answered(context, { headers: [["content-encoding", "gzip"]], body: "not really gzip", encodeBody: "manual" }, { headers: { "accept-encoding": "gzip" } });

      assert.deepEqual([answer.header("content-encoding"), (await answer.rest()).toString()], ["gzip", "not really gzip"]);
    },
  },
  {
    ...base,
    id: "workers.http.pipelining",
    promise: "requests sent one after another without waiting are answered in their order",
    async run(context) {
      const endpoint = context.fixture.endpoint();
      // The first has the longest body to produce, so that answers that came in order of completion would be seen.
      const paths = ["/pattern?sizeBytes=300000", wantedPath({ body: "second" }), wantedPath({ body: "third" })];

      const answers = await exchanged(context, ["GET", "GET", "GET"], paths.map((path) => headOf(endpoint, "GET", path)).join(""));

      assert.deepEqual(answers.map(({ status, body }) => [status, body.length > 99 ? body.length : body]), [[200, 300_000], [200, "second"], [200, "third"]]);
    },
  },
  {
    ...base,
    id: "workers.http.keep-alive",
    promise: "a connection serves one request after another, also after a worker's error, or says that it ends",
    async run(context) {
      const endpoint = context.fixture.endpoint();
      const [first, failed] = await exchanged(context, ["GET", "GET"], headOf(endpoint, "GET", wantedPath({ body: "one" })), headOf(endpoint, "GET", "/throw"));
      assert.deepEqual([first?.body, Math.floor((failed?.status ?? 0) / 100)], ["one", 5]);
      if (failed?.headers["connection"]?.toLowerCase() === "close") return;

      const answers = await exchanged(context, ["GET", "GET"], headOf(endpoint, "GET", "/throw"), headOf(endpoint, "GET", wantedPath({ body: "three" })));

      assert.equal(answers[1]?.body, "three");
    },
  },
  {
    ...base,
    id: "workers.http.connection-close",
    promise: "a client that says Connection: close gets its answer, and then the end of the connection",
    async run(context) {
      const endpoint = context.fixture.endpoint();
      const wire = await openWire(endpoint, context.signal);
      wire.send(headOf(endpoint, "GET", wantedPath({ body: "last" }), "Connection: close"));

      const received = await wire.read(() => wire.isEnded(), "the end of the connection");
      wire.close();

      assert.deepEqual(answersIn(received).map(({ body }) => body), ["last"]);
    },
  },
  {
    ...base,
    id: "workers.http.concurrency",
    promise: "many requests at a time are each answered with their own answer",
    async run(context) {
      const words = Array.from({ length: 50 }, (_, index) => `word-${index}-${context.unique}`);

      const seen = await Promise.all(words.map((word) => mirror(context, { method: "POST", path: `/${word}`, headers: { "x-word": word }, body: word })));

      const tangled = seen.filter((one, index) => one.text !== words[index] || one.headers["x-word"] !== words[index] || !one.url.endsWith(`/${words[index]}`));
      assert.deepEqual(tangled.map((one) => one.url), []);
    },
  },
];

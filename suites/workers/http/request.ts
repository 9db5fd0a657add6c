// Requests as the worker sees them: what a client sends arrives unchanged.
import assert from "node:assert/strict";
import type { Check } from "../../check.js";
import { parsedJson } from "../answers.js";
import { openExchange, pathAt } from "../../tools/wire.js";
import { base, exchanged, headOf, largeBody, mirror, parseMirrored, sha256, tailOf, wantedPath } from "./mirror.js";

export const requestChecks: readonly Check[] = [
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
];

// Answers as the client gets them: status, headers and body are what the worker answered.
import assert from "node:assert/strict";
import type { Check } from "../../check.js";
import { gunzipped } from "../answers.js";
import { openExchange } from "../../tools/wire.js";
import { answered, base, type Wanted, exchanged, headOf, wantedPath } from "./mirror.js";

export const responseChecks: readonly Check[] = [
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
];

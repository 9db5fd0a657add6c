// Connections: many requests on one, one after the other or at once, and how they end.
import assert from "node:assert/strict";
import type { Check } from "../../check.js";
import { answersIn, parsedJson } from "../answers.js";
import { openWire } from "../../tools/wire.js";
import { base, exchanged, headOf, mirror, parseMirrored, wantedPath } from "./mirror.js";

export const connectionChecks: readonly Check[] = [
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

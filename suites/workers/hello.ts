// The smallest suite: one worker answers one request.
import assert from "node:assert/strict";
import type { Fixture, Suite } from "../check.js";

const hello: Fixture = { name: "hello", program: new URL("../fixtures/hello.worker.js", import.meta.url), bindings: [] };

export const helloSuite: Suite = {
  id: "workers",
  title: "Workers",
  checks: [
    {
      id: "workers.fetch.response",
      promise: "a fetch handler answers a request with the response it returns",
      level: "isolate",
      needs: ["workers"],
      fixture: hello,
      async run({ fixture, unique }) {
        const response = await fixture.request({ method: "POST", path: `/${unique}`, body: "text" });

        assert.equal(response.status, 200);
        assert.deepEqual(response.json(), { greeting: "hello", method: "POST", path: `/${unique}`, body: "text" });
      },
    },
  ],
};

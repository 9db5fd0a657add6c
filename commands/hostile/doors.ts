// One check for each way in which suites speak HTTP: what a misbehaviour does to one of them, it does to every check that
// goes the same way. All of them wait side by side, so that a server that never answers costs one deadline.
import assert from "node:assert/strict";
import { runOpenLoop } from "../../load/open-loop/open-loop.js";
import type { Check, CheckContext, Suite } from "../../suites/check.js";
import { kvClient, kvFixture } from "../../suites/kv/client.js";
import { helloFixture } from "../../suites/workers/fixtures.js";
import { websocketChecks } from "../../suites/workers/websocket.js";
import { openExchange, openWire } from "../../suites/tools/wire.js";
import { answersIn } from "../../suites/workers/answers.js";

/** How long each of them waits for an answer, ms. */
export const patienceMs = 500;

const door = (id: string, fixture: Check["fixture"], run: (context: CheckContext) => Promise<void>): Check => ({
  id: `hostile.${id}`,
  promise: `an answer by ${id}`,
  level: "isolate",
  ...(fixture === undefined ? {} : { fixture }),
  timeoutMs: 1.5 * patienceMs,
  isWaiting: true,
  run,
});

const checks: readonly Check[] = [
  door("request", helloFixture, async ({ fixture }) => {
    const answer = (await fixture.request({ path: "/", deadlineMs: patienceMs })).json();
    assert.deepEqual(answer, { greeting: "hello" });
  }),
  door("text", helloFixture, async ({ fixture }) => assert.equal((await fixture.request({ path: "/", deadlineMs: patienceMs })).text, "the text of an honest worker")),
  door("kv", kvFixture, async ({ fixture }) => assert.deepEqual((await kvClient(fixture).attempt([{ op: "list" }], { deadlineMs: patienceMs }))[0], { ok: true, value: {} })),
  door("wire", helloFixture, async ({ fixture, signal }) => {
    const wire = await openWire(fixture.endpoint(), signal);
    wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await wire.read((received) => answersIn(received).length === 2, "two answers");
  }),
  door("stream", helloFixture, async ({ fixture, signal }) => {
    const exchange = openExchange(fixture.endpoint(), { path: "/" }, signal);
    exchange.end();
    assert.equal((await (await exchange.answer()).rest()).toString(), "the text of an honest worker");
  }),
  door("websocket", helloFixture, async (context) => {
    for (const check of websocketChecks.filter(({ id }) => id === "workers.websocket.greeting")) await check.run(context);
  }),
  door("load", helloFixture, async ({ fixture, signal, seed }) => {
    const result = await runOpenLoop({ ...fixture.endpoint(), path: "/", ratePerSecond: 50, arrivals: "uniform", durationMs: 100, seed, timeoutMs: 500, connections: { max: 8 }, classify: (answer) => answer.header("x-colo"), signal });
    assert.deepEqual(result.answersByTag, { honest: result.intended });
  }),
];

/** One door that waits until far more has come than anybody should keep. */
export const patientSuite: Suite = {
  id: "patient",
  title: "Patience",
  checks: [{ ...door("patient", helloFixture, async ({ fixture }) => assert.equal((await fixture.request({ path: "/", deadlineMs: 20_000 })).text, "the text of an honest worker")), timeoutMs: 30_000 }],
};

export const doorsSuite: Suite = { id: "hostile", title: "Doors", checks };

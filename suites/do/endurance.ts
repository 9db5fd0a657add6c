// What one object stands: how many requests a second, how long it may block, and that work goes on when its client is gone.
import assert from "node:assert/strict";
import { type Check, type CheckContext, Inconclusive } from "../check.js";
import { doCheck } from "./check.js";
import { actor } from "./durability.js";
import { storedFixture } from "./stored.js";

const clients = 16;
const durationMsByProfile = { quick: 1_500, full: 10_000, nightly: 30_000 } as const;
/** What a busy machine may add to a documented time. */
const marginMs = 8_000;

/** Clients that each send the next request when the last one is answered. @returns requests answered, per second */
async function saturate(context: CheckContext, id: string, name: string, ...given: readonly unknown[]): Promise<{ readonly answered: number; readonly ratePerSecond: number }> {
  const act = actor(context, context.unique);
  const durationMs = durationMsByProfile[context.profile];
  await act("put", "count", 0);
  const startMs = performance.now();
  let answered = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - startMs < durationMs) {
      await act(name, ...given);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const ratePerSecond = answered / ((performance.now() - startMs) / 1000);
  context.measure({ id, value: ratePerSecond, unit: "requests/s", n: answered, conditions: { mode: "closed loop, keep-alive", clients, durationMs, what: `${name} at one object` } });
  return { answered, ratePerSecond };
}

export const enduranceChecks: readonly Check[] = [
  doCheck({
    fixture: storedFixture,
    id: "do.throughput",
    profiles: ["full", "nightly"],
    promise: "an object under many clients at once answers every request and counts each: how many a second is measured",
    claims: ["DO-25"],
    timeoutMs: 60_000,
    async run(context) {
      const { answered } = await saturate(context, "do.throughput", "increment");

      assert.equal(await actor(context, context.unique)("get", "count"), answered);
    },
  }),
  doCheck({
    fixture: storedFixture,
    id: "do.throughput.blocked",
    profiles: ["full", "nightly"],
    promise: "an object that blocks for each request answers no more of them a second than its blocks leave room for",
    claims: ["DO-49"],
    timeoutMs: 60_000,
    async run(context) {
      const { ratePerSecond } = await saturate(context, "do.throughput.blocked", "blockFor", context.limit("DO-49", "blockMs"));

      assert.ok(ratePerSecond <= context.threshold("DO-49"), `at most ${context.threshold("DO-49")} a second: ${ratePerSecond.toFixed(0)}`);
    },
  }),
  doCheck({
    fixture: storedFixture,
    id: "do.gate.block.limit",
    profiles: ["full", "nightly"],
    isWaiting: true,
    promise: "a block that does not end resets the object after the documented time",
    claims: ["DO-48"],
    timeoutMs: 90_000,
    async run(context) {
      const limitMs = context.threshold("DO-48");
      // The limit may be the engine's own and not follow the target's time scale: scaled below, documented above.
      const documentedMs = limitMs * context.target.timeScale;
      const act = actor(context, context.unique, undefined, documentedMs + 2 * marginMs);
      const nonce = await act("nonce");

      const startMs = performance.now();
      const said = await act("blockFor", 10 * documentedMs).then(() => "answered", () => "refused");
      const tookMs = performance.now() - startMs;

      assert.equal(said, "refused");
      assert.ok(tookMs >= limitMs * 0.95 && tookMs <= documentedMs + marginMs, `after about ${documentedMs} ms: ${tookMs.toFixed(0)} ms`);
      assert.notEqual(await act("nonce"), nonce, "another instance follows");
    },
  }),
  doCheck({
    fixture: storedFixture,
    id: "do.context.disconnect",
    isWaiting: true,
    promise: "what an object does for a request goes on when the client has hung up",
    claims: ["DO-59"],
    timeoutMs: 120_000,
    async run(context) {
      const act = actor(context, context.unique);
      const workMs = context.profile === "quick" ? 3_000 : context.limit("DO-59", "afterDisconnectMs") * 0.9;
      const hangUp = new AbortController();

      const client = actor(context, context.unique, undefined, workMs + marginMs, hangUp.signal)("workFor", workMs).then(() => "answered", () => "gone");
      // Gone earlier, it might take the object with it that was only about to begin.
      await context.until(() => act("get", "begun"), (value) => value === true, { deadlineMs: marginMs, intervalMs: 50, what: "the work has begun" });
      hangUp.abort();
      if ((await client) === "answered") throw new Inconclusive("the work was done before the client could hang up");

      const finished = await context.until(() => act("get", "finished"), (value) => value === true, { deadlineMs: workMs + marginMs, intervalMs: 100, what: "the work is finished" });
      assert.equal(finished, true);
    },
  }),
];

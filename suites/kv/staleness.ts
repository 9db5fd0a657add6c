// Staleness between PoPs, judged on histories by the bounded-staleness checker. A target that is stronger than required
// (no caches, nothing stale) passes with a window of nearly nothing.
import assert from "node:assert/strict";
import { checkStaleness, type StalenessAnswer } from "../../chaos/checkers/staleness.js";
import type { Measurement } from "../../contract/result/document.js";
import { type CheckContext, Inconclusive } from "../check.js";
import { kvClient, popsOf } from "./client.js";
import { kvCheck } from "./check.js";
import { longCacheTtlSeconds, type Part, workload, workloadMs } from "./staleness-workload.js";

const timeoutMs = (target: { readonly timeScale: number }): number => workloadMs(target.timeScale) + 20_000;
/** Reads resolve time no finer than their interval, and a busy machine delays them: the slack of waits, not of claims. */
const marginMs = 3000;

async function judge(context: CheckContext, id: string, parts: readonly Part[], windowMs: number): Promise<StalenessAnswer> {
  const { operations } = await workload(context);
  const history = operations(parts);
  context.recordHistory(id, history);
  const answer = checkStaleness(history, { windowNs: BigInt(Math.round(windowMs * 1e6)) });
  context.recordViolation(id, answer);
  return answer;
}

function assertValid(answer: StalenessAnswer): void {
  if (answer.verdict === "unknown") throw new Inconclusive(answer.reason);
  assert.equal(answer.verdict, "valid", answer.reason);
}

function conditions(context: CheckContext): Measurement["conditions"] {
  return { pops: context.target.pops.length, timeScale: context.target.timeScale, writers: "one per key, every PoP", mode: "smallest window that explains every read" };
}

// The workload has a timetable of its own and little to do: it runs beside the suite's other checks.
const distributed = { level: "distributed", pops: 2, isWaiting: true, timeoutMs } as const;

export const stalenessChecks = [
  kvCheck({
    ...distributed,
    id: "kv.staleness.window",
    promise: "a write is visible at every PoP within 60 s (scaled), whatever was cached there",
    claims: ["KV-01", "KV-04", "KV-05", "SEED-09"],
    async run(context) {
      const answer = await judge(context, "kv.staleness.window", ["changed"], context.threshold("KV-01"));

      if (answer.windowMs !== null) {
        context.measure({
          id: "kv.staleness.window",
          value: answer.windowMs,
          unit: "ms",
          n: answer.counts.reads,
          conditions: conditions(context),
          matrix: answer.pairs.map((pair) => ({ row: pair.writerPopId, column: pair.readerPopId, value: pair.windowMs })),
        });
      }
      const own = answer.readYourWrites;
      const reads = own.reduce((sum, one) => sum + one.reads, 0);
      if (reads > 0) {
        const missed = own.reduce((sum, one) => sum + one.missed, 0);
        context.measure({ id: "kv.own-write.missed", value: missed / reads, unit: "ratio", n: reads, conditions: { ...conditions(context), mode: "reads at the writing PoP after its write returned; not promised (KV-02)" } });
      }
      assertValid(answer);
    },
  }),
  kvCheck({
    ...distributed,
    id: "kv.staleness.negative.window",
    promise: "a key that was looked up before it existed is found at every PoP within 60 s (scaled) of its creation",
    claims: ["KV-03"],
    async run(context) {
      const answer = await judge(context, "kv.staleness.negative.window", ["created"], context.threshold("KV-03"));

      context.measure({ id: "kv.staleness.negative.window", value: answer.negative.windowMs, unit: "ms", n: answer.negative.reads, conditions: conditions(context) });
      assertValid(answer);
    },
  }),
  kvCheck({
    ...distributed,
    id: "kv.staleness.deletes",
    promise: "a deleted key is absent at every PoP within 60 s (scaled) and does not come back",
    async run(context) {
      const answer = await judge(context, "kv.staleness.deletes", ["deleted"], context.threshold("KV-01"));

      context.measure({ id: "kv.staleness.delete.window", value: answer.deletes.windowMs, unit: "ms", n: answer.deletes.reads, conditions: conditions(context) });
      assertValid(answer);
    },
  }),
  kvCheck({
    ...distributed,
    id: "kv.staleness.convergence",
    promise: "after two PoPs wrote one key at once, all PoPs agree on one of the two values: the last write wins",
    claims: ["KV-06"],
    async run(context) {
      const answer = await judge(context, "kv.staleness.convergence", ["contended"], context.threshold("KV-01"));

      assertValid(answer);
      if ((answer.convergence?.keysJudged ?? 0) === 0) throw new Inconclusive("no key was read at two PoPs after the quiet");
    },
  }),
  kvCheck({
    ...distributed,
    id: "kv.staleness.cache-ttl",
    promise: `a read with cacheTtl ${longCacheTtlSeconds} may be stale for that time and not longer`,
    claims: ["KV-09"],
    async run(context) {
      // The documented window and its tolerance, and what the longer cacheTtl adds to it.
      const windowMs = context.threshold("KV-05") + context.scaled((longCacheTtlSeconds - 60) * 1000);
      const answer = await judge(context, "kv.staleness.cache-ttl", ["cached"], windowMs);

      if (answer.windowMs !== null) context.measure({ id: "kv.staleness.cache-ttl.window", value: answer.windowMs, unit: "ms", n: answer.counts.reads, conditions: { ...conditions(context), cacheTtlSeconds: longCacheTtlSeconds } });
      assertValid(answer);
    },
  }),
  kvCheck({
    id: "kv.cache-ttl.lowered",
    isWaiting: true,
    promise: "reading again with a lower cacheTtl shortens the life of what is cached",
    level: "distributed",
    pops: 2,
    claims: ["KV-11"],
    timeoutMs: (target) => 60_000 / target.timeScale + marginMs + 15_000,
    async run(context) {
      const [writerPop = "", readerPop = ""] = popsOf(context);
      const [writer, reader] = [kvClient(context.fixture, writerPop), kvClient(context.fixture, readerPop)];
      await writer.put(context.unique, "old");
      await context.until(
        () => reader.get(context.unique, { cacheTtl: 86_400 }),
        (value) => value === "old",
        { deadlineMs: context.threshold("KV-01") + marginMs, what: "the first value at the reading PoP, cached for a day" },
      );
      await context.until(
        async () => (await writer.attempt([{ op: "put", key: context.unique, text: "new" }]))[0]?.ok,
        (ok) => ok === true,
        { deadlineMs: context.scaled(1000) + marginMs, what: "a second write is accepted" },
      );

      const value = await context.until(
        () => reader.get(context.unique, { cacheTtl: 60 }),
        (found) => found === "new",
        { deadlineMs: context.threshold("KV-01") + marginMs, what: "the new value at the reading PoP, read with a cacheTtl of 60 s" },
      );

      assert.equal(value, "new");
    },
  }),
  kvCheck({
    id: "kv.list.window",
    promise: "a listing at every PoP shows a new key within 60 s (scaled)",
    level: "distributed",
    pops: 2,
    claims: ["KV-23"],
    timeoutMs: (target) => 60_000 / target.timeScale + marginMs + 15_000,
    async run(context) {
      const pops = popsOf(context);
      const prefix = context.unique;
      const clients = pops.map((pop) => kvClient(context.fixture, pop));
      for (const client of clients) assert.deepEqual((await client.list({ prefix })).keys, []);

      await clients[0]?.put(`${prefix}-new`, "value");
      const writtenMs = performance.now();
      const windows = await Promise.all(
        clients.map(async (client) => {
          await context.until(
            async () => (await client.list({ prefix })).keys.length,
            (count) => count === 1,
            { deadlineMs: context.threshold("KV-23") + marginMs, intervalMs: 50, what: "the new key in the listing of every PoP" },
          );
          return performance.now() - writtenMs;
        }),
      );

      context.measure({
        id: "kv.list.window",
        value: Math.max(...windows),
        unit: "ms",
        n: windows.length,
        conditions: conditions(context),
        matrix: pops.map((pop, index) => ({ row: pops[0] ?? "", column: pop, value: windows[index] ?? 0 })),
      });
    },
  }),
];

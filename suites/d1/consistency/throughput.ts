// A database runs one query at a time: how many of a known cost it answers in a second, asked by several clients at all PoPs.
import assert from "node:assert/strict";
import type { Profile } from "../../../contract/result/document.js";
import { type CheckContext, Inconclusive } from "../../check.js";
import { d1Check } from "../check.js";
import { d1Client } from "../client.js";

const clients = 6;
const durationMs: Readonly<Record<Profile, number>> = { quick: 1_000, full: 4_000, nightly: 10_000 };
/** How far a query's cost may be from what it should be when it is measured again at the end. */
const steadyRatio = 1.3;

/** A query that costs so many rounds of the one thread. */
function query(rounds: number): string {
  return `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${rounds}) SELECT count(*) AS n FROM c`;
}

async function medianMs(context: CheckContext, sql: string, times: number): Promise<number> {
  const client = d1Client(context.fixture);
  const took: number[] = [];
  for (let turn = 0; turn < times; turn++) {
    const startMs = performance.now();
    await client.rows(sql);
    took.push(performance.now() - startMs);
  }
  return took.sort((a, b) => a - b)[times >> 1] ?? 0;
}

/** Rounds that make a query take so long, beyond what an empty one takes. */
async function calibrated(context: CheckContext, wantedMs: number): Promise<number> {
  const emptyMs = await medianMs(context, "SELECT 1", 9);
  let rounds = 5_000;
  for (let turn = 0; turn < 5; turn++) {
    const costMs = Math.max(0.2, (await medianMs(context, query(rounds), 7)) - emptyMs);
    if (Math.abs(costMs / wantedMs - 1) < 0.05) break;
    rounds = Math.max(100, Math.round((rounds * wantedMs) / costMs));
  }
  return rounds;
}

async function ratePerSecond(context: CheckContext, sql: string): Promise<{ readonly rate: number; readonly answered: number }> {
  const startMs = performance.now();
  const endMs = startMs + durationMs[context.profile];
  const pops = context.target.pops;
  let answered = 0;
  let lastMs = startMs;
  await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const client = d1Client(context.fixture, pops[index % pops.length]?.id);
      while (performance.now() < endMs) {
        await client.rows(sql);
        answered++;
        lastMs = performance.now();
      }
    }),
  );
  return { rate: answered / ((lastMs - startMs) / 1000), answered };
}

async function measure(context: CheckContext, id: string, wantedMs: number): Promise<void> {
  const sql = query(await calibrated(context, wantedMs));
  const costMs = Math.max(0.2, (await medianMs(context, sql, 9)) - (await medianMs(context, "SELECT 1", 9)));
  const { rate, answered } = await ratePerSecond(context, sql);
  const afterMs = Math.max(0.2, (await medianMs(context, sql, 9)) - (await medianMs(context, "SELECT 1", 9)));
  const isSteady = [costMs, afterMs].every((ms) => ms < wantedMs * steadyRatio && ms > wantedMs / steadyRatio);
  const voidBecause = isSteady ? {} : { voidBecause: `a query that should cost ${wantedMs} ms cost ${costMs.toFixed(1)} ms before and ${afterMs.toFixed(1)} ms after: other work on this machine` };
  context.measure({ id, value: rate, unit: "requests/s", n: answered, conditions: { mode: "closed loop, outside of sessions", clients, pops: context.target.pops.length, queryMs: wantedMs, costBeforeMs: costMs, costAfterMs: afterMs }, ...voidBecause });
  if (!isSteady) throw new Inconclusive(voidBecause.voidBecause ?? "");
  // One thread: several at once would answer more than the cost of one allows.
  assert.ok(rate <= (1000 / Math.min(costMs, afterMs)) * steadyRatio, `${rate.toFixed(1)} queries of ${costMs.toFixed(1)} ms a second were answered: more than one at a time`);
}

const base = { profiles: ["full", "nightly"], timeoutMs: 180_000, claims: ["SEED-25", "SEED-26"] } as const;

export const throughputChecks = [
  d1Check({
    ...base,
    id: "d1.throughput.short",
    promise: "a database answers one query at a time: about 100 a second of 10 ms each",
    run: (context) => measure(context, "d1.throughput", context.limit("SEED-25", "queryMs")),
  }),
  d1Check({
    ...base,
    id: "d1.throughput.long",
    promise: "a database answers one query at a time: about 10 a second of 100 ms each",
    run: (context) => measure(context, "d1.throughput.slow", context.limit("SEED-25", "slowQueryMs")),
  }),
];

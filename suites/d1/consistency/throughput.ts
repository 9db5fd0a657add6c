// A database runs one query at a time, so what a query costs says how many it answers in a second. Each round measures both, one
// after the other: what a query costs alone, and how many of it several clients get together. Their product is how much of one
// thread is at work, whatever the machine does meanwhile.
import assert from "node:assert/strict";
import type { Profile } from "../../../contract/result/document.js";
import { type CheckContext, Inconclusive } from "../../check.js";
import { d1Check } from "../check.js";
import { d1Client } from "../client.js";

const clients = 6;
const roundsOf: Readonly<Record<Profile, number>> = { quick: 3, full: 5, nightly: 11 };
/** Queries of one client alone, and of all together, in a round. */
const alone = 7;
const togetherMs = 600;
/** Of one thread: more is more than one, and nothing of the driver's makes a product of 1 look like this. */
const mostThreads = 1.3;
/** Of one thread: a database that gives less wastes time between queries that wait for it. */
const leastThreads = 0.5;
/** A driver that gets less of a processor than this cannot tell a slow database from a machine that has too much to do. */
const leastShare = 0.8;
const spinMs = 30;

/** A query that costs so many rounds of the one thread. */
function query(rounds: number): string {
  return `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${rounds}) SELECT count(*) AS n FROM c`;
}

function quantile(values: readonly number[], ratio: number): number {
  return [...values].sort((a, b) => a - b)[Math.round((values.length - 1) * ratio)] ?? 0;
}

/** What a query costs beyond what an empty one takes, ms: the median of pairs. */
async function costMs(context: CheckContext, sql: string, pairs: number): Promise<number> {
  const client = d1Client(context.fixture);
  const took = async (text: string): Promise<number> => {
    const startMs = performance.now();
    await client.rows(text);
    return performance.now() - startMs;
  };
  const costs: number[] = [];
  for (let pair = 0; pair < pairs; pair++) costs.push((await took(sql)) - (await took("SELECT 1")));
  return Math.max(0.1, quantile(costs, 0.5));
}

/** Rounds that make a query cost about so much. What it really costs is measured beside its rate. */
async function calibrated(context: CheckContext, wantedMs: number): Promise<number> {
  let rounds = 5_000;
  for (let turn = 0; turn < 4; turn++) {
    const cost = await costMs(context, query(rounds), 5);
    if (Math.abs(cost / wantedMs - 1) < 0.1) break;
    rounds = Math.min(50_000_000, Math.max(100, Math.round((rounds * wantedMs) / cost)));
  }
  return rounds;
}

/** Several clients at all PoPs take from one heap. @returns queries a second */
async function ratePerSecond(context: CheckContext, sql: string, queries: number): Promise<number> {
  const pops = context.target.pops;
  let left = queries;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const client = d1Client(context.fixture, pops[index % pops.length]?.id);
      while (left-- > 0) await client.rows(sql);
    }),
  );
  return queries / ((performance.now() - startMs) / 1000);
}

/** How much of a processor this process gets when it asks for one. */
function processorShare(): number {
  const startMs = performance.now();
  const before = process.cpuUsage();
  while (performance.now() - startMs < spinMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - startMs);
}

async function measure(context: CheckContext, id: string, wantedMs: number): Promise<void> {
  const sql = query(await calibrated(context, wantedMs));
  const queries = clients * Math.max(2, Math.round(togetherMs / wantedMs / clients));
  const costs: number[] = [];
  const rates: number[] = [];
  const shares: number[] = [];
  for (let round = 0; round < roundsOf[context.profile]; round++) {
    shares.push(processorShare());
    // A query that became dearer or cheaper while the others ran is measured on both sides of them.
    const before = await costMs(context, sql, alone);
    rates.push(await ratePerSecond(context, sql, queries));
    costs.push((before + (await costMs(context, sql, alone))) / 2);
  }
  const threads = rates.map((rate, round) => (rate * (costs[round] ?? 0)) / 1000);
  const [low, middle, high] = [quantile(threads, 0.25), quantile(threads, 0.5), quantile(threads, 0.75)];
  const share = quantile(shares, 0.5);
  const rounds = threads.map((value) => value.toFixed(2)).join(", ");
  const isSure = low > mostThreads || (high < leastThreads && share >= leastShare) || (high <= mostThreads && low >= leastThreads);
  const why = `of one thread ${rounds} were at work, round by round, and the driver got ${share.toFixed(2)} of a processor: other work on this machine, so nothing can be said`;
  context.measure({
    id,
    value: (middle * 1000) / wantedMs,
    unit: "requests/s",
    n: rates.length * queries,
    conditions: { mode: "closed loop, outside of sessions, as of queries that cost exactly so much", clients, pops: context.target.pops.length, queryMs: wantedMs, costMs: quantile(costs, 0.5), ratePerSecond: quantile(rates, 0.5), threads: rounds, processorShare: share },
    ...(isSure ? {} : { voidBecause: why }),
  });
  if (!isSure) throw new Inconclusive(why);
  assert.ok(low <= mostThreads, `queries of ${quantile(costs, 0.5).toFixed(1)} ms were answered ${quantile(rates, 0.5).toFixed(1)} times a second: more than one at a time (of one thread ${rounds} were at work, round by round)`);
  assert.ok(high >= leastThreads, `queries of ${quantile(costs, 0.5).toFixed(1)} ms were answered ${quantile(rates, 0.5).toFixed(1)} times a second: far fewer than one thread can (of one thread ${rounds} were at work, round by round)`);
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

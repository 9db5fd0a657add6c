// How late replicas are: from the answer to a write at one PoP until a session without constraint sees it at another, as a
// distribution, because no bound is documented. The same of a table after a migration.
import assert from "node:assert/strict";
import type { Measurement, Profile } from "../../../contract/result/document.js";
import type { CheckContext } from "../../check.js";
import { d1Check } from "../check.js";
import { d1Client, resultOf } from "../client.js";

const writesPerPair: Readonly<Record<Profile, number>> = { quick: 3, full: 15, nightly: 60 };
const migrationsPerPair: Readonly<Record<Profile, number>> = { quick: 1, full: 4, nightly: 15 };
/** Between two looks at a replica: what a distribution cannot resolve. */
const intervalMs = 2;
/** A replica that shows nothing for so long does not follow. */
const givenUpMs = 20_000;
/** The lag that is set where it can be: far above what a machine that is busy takes by itself. */
const setLagMs = 600;

interface Sample {
  readonly from: string;
  readonly to: string;
  readonly lagMs: number;
  /** The same from before the write was sent: never less than the lag, however late its answer was read. */
  readonly sinceSentMs: number;
}

const session = { session: "any", start: "first-unconstrained" } as const;

/** Writes at one PoP and looks at all others. @returns from the answer to the write until each other PoP shows it, ms */
async function lagsAfter(context: CheckContext, from: string, write: string, isSeen: string): Promise<readonly Sample[]> {
  const { fixture, target } = context;
  const sentMs = performance.now();
  await d1Client(fixture, from).rows(write);
  const startMs = performance.now();
  const others = target.pops.map((pop) => pop.id).filter((popId) => popId !== from);
  return Promise.all(
    others.map(async (to) => {
      const client = d1Client(fixture, to);
      const lagMs = await context.until(
        async () => {
          const [answer] = await client.attempt([{ op: "all", sql: isSeen, ...session }]);
          return answer?.ok === true && resultOf(answer.value).results.length > 0 ? performance.now() - startMs : undefined;
        },
        (seenMs) => seenMs !== undefined,
        { deadlineMs: givenUpMs, intervalMs, what: `what was written at PoP ${from}, in a session at PoP ${to}` },
      );
      return { from, to, lagMs: lagMs ?? givenUpMs, sinceSentMs: (lagMs ?? givenUpMs) + startMs - sentMs };
    }),
  );
}

function quantile(sorted: readonly number[], ratio: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(ratio * sorted.length))] ?? 0;
}

function measured(context: CheckContext, id: string, samples: readonly Sample[], counts: string): Measurement {
  const sorted = samples.map(({ lagMs }) => lagMs).sort((a, b) => a - b);
  const pairs = [...new Set(samples.map(({ from, to }) => `${from} ${to}`))];
  return {
    id,
    value: quantile(sorted, 0.5),
    unit: "ms",
    n: sorted.length,
    conditions: { counts, pops: context.target.pops.length, timeScale: context.target.timeScale, intervalMs, mode: "first-unconstrained sessions that look again and again; a look takes a request's time" },
    percentiles: { min: sorted[0] ?? 0, p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99), max: sorted.at(-1) ?? 0 },
    samples: sorted.filter((_, index) => index % Math.ceil(sorted.length / 512) === 0),
    matrix: pairs.map((pair) => {
      const [row = "", column = ""] = pair.split(" ");
      const ofPair = samples.filter(({ from, to }) => from === row && to === column).map(({ lagMs }) => lagMs).sort((a, b) => a - b);
      return { row, column, value: quantile(ofPair, 0.5) };
    }),
  };
}

const base = { level: "distributed", pops: 2, profiles: ["full", "nightly"], timeoutMs: 240_000 } as const;

export const lagChecks = [
  d1Check({
    ...base,
    id: "d1.lag.rows",
    promise: "what is written at a PoP comes to the replicas of all others; how late is a distribution for each pair",
    claims: ["D1-11"],
    needs: ["d1.replicas"],
    async run(context) {
      const t = `t_${context.unique}`;
      const pops = context.target.pops.map((pop) => pop.id);
      for (const from of pops) await lagsAfter(context, from, `CREATE TABLE IF NOT EXISTS ${t} (v INTEGER PRIMARY KEY)`, `SELECT name FROM sqlite_master WHERE name = '${t}'`);

      const samples: Sample[] = [];
      let value = 0;
      for (let round = 0; round < writesPerPair[context.profile]; round++) {
        for (const from of pops) {
          value++;
          samples.push(...(await lagsAfter(context, from, `INSERT INTO ${t} VALUES (${value})`, `SELECT v FROM ${t} WHERE v = ${value}`)));
        }
      }

      context.measure(measured(context, "d1.replica.lag", samples, "from the answer to a write until a session at another PoP saw it"));
    },
  }),
  d1Check({
    ...base,
    id: "d1.lag.schema",
    promise: "a table that a migration makes comes to the replicas of all other PoPs; until then they have no such table",
    claims: ["D1-11"],
    needs: ["d1.replicas"],
    async run(context) {
      const samples: Sample[] = [];
      for (let round = 0; round < migrationsPerPair[context.profile]; round++) {
        for (const [index, { id: from }] of context.target.pops.entries()) {
          const t = `t_${context.unique}_${round}_${index}`;
          samples.push(...(await lagsAfter(context, from, `CREATE TABLE ${t} AS SELECT 1 AS v`, `SELECT v FROM ${t}`)));
        }
      }

      context.measure(measured(context, "d1.replica.schema.lag", samples, "from the answer to CREATE TABLE until a session at another PoP could read the table"));
    },
  }),
  d1Check({
    ...base,
    id: "d1.lag.set",
    promise: "a replica that is told to follow late does, and a session with a bookmark is not made to wait for the past",
    claims: ["D1-05", "D1-12"],
    needs: ["d1.replicas", "d1.replica-lag"],
    async run(context) {
      const { fixture, target } = context;
      const t = `t_${context.unique}`;
      const [from = "", ...others] = target.pops.map((pop) => pop.id);
      await lagsAfter(context, from, `CREATE TABLE ${t} (v INTEGER PRIMARY KEY)`, `SELECT name FROM sqlite_master WHERE name = '${t}'`);
      for (const popId of others) await context.inject({ kind: "slow-link", popId, scope: "replication", parameters: { delayMs: setLagMs } });

      const lags = await lagsAfter(context, from, `INSERT INTO ${t} VALUES (1)`, `SELECT v FROM ${t} WHERE v = 1`);
      const [, bookmark] = await d1Client(fixture, from).all([
        { op: "run", sql: `INSERT INTO ${t} VALUES (2)`, session: "writer", start: "first-primary" },
        { op: "bookmark", session: "writer" },
      ]);
      const seen = await Promise.all(others.map((popId) => d1Client(fixture, popId).run({ op: "all", sql: `SELECT v FROM ${t} WHERE v = 2`, session: "reader", start: String(bookmark) })));

      context.measure(measured(context, "d1.replica.lag.set", lags, `the same, with ${setLagMs} ms set`));
      // The primary may be at any of them, where nothing is late.
      const late = lags.filter(({ sinceSentMs }) => sinceSentMs >= setLagMs);
      assert.ok(late.length >= others.length - 1, `PoPs that showed a write ${setLagMs} ms late: ${late.map(({ to }) => to).join(", ")}; lags ${lags.map(({ to, lagMs }) => `${to} ${lagMs.toFixed(0)} ms`).join(", ")}`);
      for (const [index, answer] of seen.entries()) assert.deepEqual(resultOf(answer).results, [{ v: 2 }], `a session with the writer's bookmark at PoP ${others[index] ?? ""}`);
    },
  }),
];

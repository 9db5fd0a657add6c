// The D1 part of the benchmark: what a replica at a PoP is worth where links are long, and simple selects a second beside the
// D1 that comes with stock workerd.
import { Agent } from "node:http";
import { request } from "undici";
import { EdgemarkError } from "../../contract/errors.js";
import type { Endpoint } from "../../contract/target/types.js";
import { d1Fixture } from "../../suites/d1/client.js";
import { openTarget, type OpenedTarget } from "../../targets/open.js";
import type { CommandIo } from "../io.js";
import type { Figure } from "./figure.js";
import { median } from "../../contract/median.js";
import { exchange } from "./object-client.js";
import { type Address, deployFixture, interleaved, prefixed, ratioFigure, type RoundOptions } from "./rates.js";

/** A link's delay counts once each way: a round trip between PoPs takes twice this longer. */
const oneWayMs = 20;
const table = "bench_reads";
const rows = 1000;
const select = `SELECT id, name, amount FROM ${table} WHERE id = 417`;
/** Pairs of reads for each round that is asked for. */
const pairsPerRound = 40;
const warmReads = 20;
const deadlineMs = 10_000;
/** Well under the 5 s after which an engine closes an idle connection. */
const idleMs = 1000;

/**
 * Figures of D1.
 * @throws EdgemarkError when a target does not start, or answers something else than was asked for
 */
export async function d1Figures(options: RoundOptions, io: Pick<CommandIo, "err">): Promise<readonly Figure[]> {
  const reference = await openTarget("reference", {});
  try {
    const ours = await filled(reference);
    const reads = await replicaFigure(reference, ours, pairsPerRound * options.rounds, io);
    const cluster = await openTarget("workerd-cluster", {});
    try {
      const theirs = await filled(cluster);
      return [reads, await selectsFigure(first(ours), first(theirs), options, io)];
    } finally {
      await cluster.stop();
    }
  } finally {
    await reference.stop();
  }
}

/** The fixture's endpoints, by PoP; the first PoP has the primary, since it is the first to ask for the database. */
async function filled({ verbs }: OpenedTarget): Promise<readonly Endpoint[]> {
  const { endpoints } = await deployFixture(verbs, d1Fixture);
  const { url, host } = first(endpoints);
  const series = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`;
  const statements = [`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, name TEXT, amount REAL)`, `INSERT INTO ${table} ${series} SELECT i, 'customer number ' || i, i * 1.5 FROM n`].map((sql) => ({ sql }));
  const response = await request(`${url}/operations`, { method: "POST", headers: { host }, body: JSON.stringify([{ op: "batch", statements }]) });
  const text = await response.body.text();
  if (!text.startsWith('[{"ok":true')) throw new EdgemarkError("target.refused", `expected the benchmark's table to be made; ${text.slice(0, 300)} came; see the target's log`);
  return endpoints;
}

function first(endpoints: readonly Endpoint[]): Endpoint {
  const [endpoint] = endpoints;
  if (endpoint === undefined) throw new RangeError("a PoP was expected");
  return endpoint;
}

function readPath(start: string): string {
  return `/?${new URLSearchParams({ sql: select, ...(start === "" ? {} : { session: start }) }).toString()}`;
}

/** Simple selects at the primary's own PoP, without a session: what every D1 can do. */
async function selectsFigure(ours: Endpoint, theirs: Endpoint, options: RoundOptions, io: Pick<CommandIo, "err">): Promise<Figure> {
  const addressOf = async (endpoint: Endpoint): Promise<Address> => {
    const agent = new Agent();
    await readOnce(endpoint, "", agent).finally(() => agent.destroy());
    return { url: endpoint.url, host: endpoint.host, path: readPath("") };
  };
  const rates = await interleaved(prefixed("select", { reference: await addressOf(ours), stock: await addressOf(theirs) }), options, io);
  return ratioFigure("bench.d1.selects", rates, "select reference", "select stock", 0.9, "of the simple selects a second of stock workerd's D1");
}

/** Reads at a PoP far from the primary, one after the other: at its replica, and through the primary, in turn. */
async function replicaFigure(reference: OpenedTarget, endpoints: readonly Endpoint[], pairs: number, io: Pick<CommandIo, "err">): Promise<Figure> {
  const far = endpoints.at(-1);
  if (far === undefined || endpoints.length < 2) throw new RangeError("two PoPs were expected");
  const { faultId } = await reference.verbs.injectFault({ kind: "slow-link", popId: far.popId, scope: "peers", parameters: { delayMs: oneWayMs } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: idleMs });
  const samples = { replica: [] as number[], primary: [] as number[] };
  try {
    for (let read = 0; read < warmReads + pairs; read++) {
      for (const [side, start] of [["replica", "first-unconstrained"], ["primary", ""]] as const) {
        const { durationMs, isPrimary } = await readOnce(far, start, agent);
        if (read < warmReads) continue;
        // An answer of the primary would be a sample of the other kind.
        if (isPrimary !== (side === "primary")) throw new EdgemarkError("target.contract", `expected an answer of the ${side} to a read ${start === "" ? "without a session" : `of a session that is ${start}`}; served_by_primary was ${String(isPrimary)}; correct the target`);
        samples[side].push(durationMs);
      }
    }
  } finally {
    agent.destroy();
    await reference.verbs.healFault(faultId);
  }
  const [replicaMs, primaryMs] = [median(samples.replica), median(samples.primary)];
  io.err(`reads at ${far.popId}, links ${2 * oneWayMs} ms there and back: replica ${replicaMs.toFixed(2)} ms, primary ${primaryMs.toFixed(2)} ms\n`);
  const value = primaryMs / replicaMs;
  return {
    id: "bench.d1.replica",
    value,
    unit: "ratio",
    n: samples.replica.length,
    goal: "a read at the PoP's replica at least 2 times faster than through the primary of another PoP, links of 40 ms there and back",
    held: value >= 2,
    detail: `median ${replicaMs.toFixed(2)} ms against ${primaryMs.toFixed(2)} ms; p99 ${percentile(samples.replica, 0.99).toFixed(2)} ms against ${percentile(samples.primary, 0.99).toFixed(2)} ms; read in turn over one connection`,
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** @throws EdgemarkError when the answer is not the row that was asked for */
async function readOnce(endpoint: Endpoint, start: string, agent: Agent): Promise<{ readonly durationMs: number; readonly isPrimary: unknown }> {
  const startedMs = performance.now();
  const text = await exchange(endpoint, readPath(start), agent, deadlineMs);
  const durationMs = performance.now() - startedMs;
  if (!text.includes('"name":"customer number 417"')) throw new EdgemarkError("target.contract", `expected row 417; ${text.slice(0, 300)} came; correct the target`);
  const { meta } = JSON.parse(text) as { readonly meta: Readonly<Record<string, unknown>> };
  return { durationMs, isPrimary: meta["served_by_primary"] };
}

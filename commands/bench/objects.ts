// The Durable Objects part of the benchmark: how long an object is away when its PoP is killed, stopped or frozen, or a new
// version is rolled out; how late a dead PoP's alarms are; and increments a second beside stock workerd's cluster.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild } from "../../targets/kit/child.js";
import { openTarget, type OpenedTarget } from "../../targets/open.js";
import { runSaturation } from "../../load/autocannon/driver.js";
import type { CommandIo } from "../io.js";
import { type Figure, worstFigure } from "./figure.js";
import { median } from "../../contract/median.js";
import { counterSpec, type Counters, deployCounters, incrementWithoutPause, longestGapMs, lostIncrements } from "./object-client.js";

export interface ObjectsOptions {
  /** Samples of each kind of death. */
  readonly kills: number;
  readonly rounds: number;
  readonly roundMs: number;
}

/** A request that was cut off by the fault fails at once; one that hangs is given up. */
const impatientMs = 1000;
const settleMs = 300;
const connections = 16;

/** All figures of Durable Objects. @throws EdgemarkError when a target does not start */
export async function objectFigures(options: ObjectsOptions, io: CommandIo): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const reference = await openTarget("reference", {});
  try {
    const counters = await deployCounters(reference.verbs, "bench-objects");
    try {
      figures.push(...(await deathFigures(reference, counters, "kill", options.kills, { medianMs: 100, worstMs: 400 }, io)));
      figures.push(...(await deathFigures(reference, counters, "stop", options.kills, { worstMs: 100 }, io)));
      figures.push(await rolloutFigure(reference, counters, Math.max(1, Math.ceil(options.kills / 4)), io));
      figures.push(await alarmFigure(reference, counters, 1, Math.max(1, Math.ceil(options.kills / 4)), 6000));
      figures.push(await pauseFigure(reference, counters, io));
      figures.push(await rateFigure(counters, reference, options, io));
    } finally {
      counters.close();
    }
  } finally {
    await reference.stop();
  }
  const fast = await openTarget("reference", { timeScale: 20 });
  try {
    const counters = await deployCounters(fast.verbs, "bench-objects");
    figures.push(await alarmFigure(fast, counters, 20, Math.max(1, Math.ceil(options.kills / 4)), 1000).finally(() => counters.close()));
  } finally {
    await fast.stop();
  }
  return figures;
}

function popIds({ description }: OpenedTarget): readonly [string, string] {
  const [victim, survivor] = description.pops.map((pop) => pop.id);
  if (victim === undefined || survivor === undefined) throw new RangeError("two PoPs were expected");
  return [victim, survivor];
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Takes the owner's PoP down under a client at another PoP, again and again. */
async function deathFigures(target: OpenedTarget, counters: Counters, kind: "kill" | "stop", n: number, most: { readonly medianMs?: number; readonly worstMs: number }, io: CommandIo): Promise<readonly Figure[]> {
  const [victim, survivor] = popIds(target);
  const firstMs: number[] = [];
  const gapsMs: number[] = [];
  const lost: string[] = [];
  for (let sample = 0; sample < n; sample++) {
    const name = `${kind}-${sample}`;
    // Whoever is asked first owns it.
    await counters.ask(victim, `/increment?name=${name}`);
    const client = incrementWithoutPause(counters, survivor, name, impatientMs);
    await wait(settleMs);
    const faultMs = performance.now();
    const { faultId } = await target.verbs.injectFault({ kind, popId: victim });
    await wait(settleMs);
    await client.stop();
    await target.verbs.healFault(faultId);
    const after = client.answers.find(({ sentMs }) => sentMs >= faultMs);
    firstMs.push(after === undefined ? Number.POSITIVE_INFINITY : after.doneMs - faultMs);
    gapsMs.push(after === undefined ? Number.POSITIVE_INFINITY : longestGapMs(client.answers, faultMs));
    lost.push(...lostIncrements(client.answers, Number(await counters.ask(survivor, `/value?name=${name}`))).map((line) => `${name}: ${line}`));
    io.err(`${kind} ${sample + 1}: first success after ${firstMs.at(-1)?.toFixed(0) ?? ""} ms, longest gap ${gapsMs.at(-1)?.toFixed(0) ?? ""} ms, ${client.failures()} requests failed\n`);
  }
  const gap = worstFigure(`bench.objects.${kind}.gap`, gapsMs, most, `longest gap of a client at another PoP, the full lease in force, nothing acknowledged lost`, lost);
  if (kind === "stop") return [gap];
  return [worstFigure(`bench.objects.${kind}.first`, firstMs, most, "from the fault to the first success, the full lease in force", lost), gap];
}

async function rolloutFigure(target: OpenedTarget, counters: Counters, n: number, io: CommandIo): Promise<Figure> {
  const [owner, other] = popIds(target);
  const gapsMs: number[] = [];
  const lost: string[] = [];
  for (let sample = 0; sample < n; sample++) {
    const name = `rollout-${sample}`;
    await counters.ask(owner, `/increment?name=${name}`);
    const client = incrementWithoutPause(counters, other, name, impatientMs);
    await wait(settleMs);
    const startMs = performance.now();
    await target.verbs.deploy(await counterSpec("bench-objects", sample + 2));
    // The replaced processes hand over after the switch.
    await wait(3000);
    await client.stop();
    gapsMs.push(longestGapMs(client.answers, startMs));
    lost.push(...lostIncrements(client.answers, Number(await counters.ask(other, `/value?name=${name}`))).map((line) => `${name}: ${line}`));
    io.err(`rollout ${sample + 1}: longest gap ${gapsMs.at(-1)?.toFixed(0) ?? ""} ms, ${client.failures()} requests failed\n`);
  }
  return worstFigure("bench.objects.rollout.gap", gapsMs, { worstMs: 1000 }, "longest gap of a busy object while a new version is rolled out, nothing acknowledged lost", lost);
}

async function alarmFigure(target: OpenedTarget, counters: Counters, timeScale: number, n: number, mostMs: number): Promise<Figure> {
  const [victim, survivor] = popIds(target);
  const latesMs: number[] = [];
  for (let sample = 0; sample < n; sample++) {
    const name = `alarm-${timeScale}-${sample}`;
    const dueMs = Number(await counters.ask(victim, `/alarm?name=${name}&afterMs=${settleMs}`));
    const { faultId } = await target.verbs.injectFault({ kind: "kill", popId: victim });
    // Nobody touches the object before its alarm must have run: a request would begin it.
    await wait(mostMs + settleMs);
    const firedMs = Number(await counters.ask(survivor, `/fired?name=${name}`));
    latesMs.push(firedMs === 0 ? Number.POSITIVE_INFINITY : firedMs - dueMs);
    await target.verbs.healFault(faultId);
  }
  return worstFigure(`bench.objects.alarm.scale-${timeScale}`, latesMs, { worstMs: mostMs }, `how late an alarm of a dead PoP runs that nobody touches, at time scale ${timeScale}`);
}

/** A frozen owner keeps its objects until its lease has run out; then a peer has them, and the frozen one may not write. */
async function pauseFigure(target: OpenedTarget, counters: Counters, io: CommandIo): Promise<Figure> {
  const [victim, survivor] = popIds(target);
  const name = "pause";
  await counters.ask(victim, `/increment?name=${name}`);
  const client = incrementWithoutPause(counters, survivor, name, impatientMs);
  await wait(settleMs);
  const faultMs = performance.now();
  const { faultId } = await target.verbs.injectFault({ kind: "pause", popId: victim });
  const lastMs = faultMs + 40_000;
  while (client.answers.every(({ sentMs }) => sentMs < faultMs + settleMs) && performance.now() < lastMs) await wait(50);
  await target.verbs.healFault(faultId);
  await wait(3000);
  await client.stop();
  const problems = [...lostIncrements(client.answers, Number(await counters.ask(survivor, `/value?name=${name}`)))];
  const returned = await counters.ask(victim, `/increment?name=${name}`).catch((error: unknown) => String(error));
  if (!/^\d+$/.test(returned)) problems.push(`the PoP that was frozen answered: ${returned}`);
  io.err(`pause: ${client.failures()} requests failed\n`);
  return worstFigure("bench.objects.pause.gap", [longestGapMs(client.answers, faultMs)], { worstMs: 25_000 }, "longest gap while the owner is frozen: its lease of 20 s runs out; it returns by itself", problems);
}

/** Increments a second at the owner, beside stock workerd's cluster on the same kind of bucket, flushed to disk alike. */
async function rateFigure(ours: Counters, reference: OpenedTarget, options: ObjectsOptions, io: CommandIo): Promise<Figure> {
  const bucket = await startBucket();
  try {
    const cluster = await openTarget("workerd-cluster", { env: bucket.env });
    try {
      const theirs = await deployCounters(cluster.verbs, "bench-objects");
      const sides = [
        { name: "reference", counters: ours, popId: popIds(reference)[0], rates: [] as number[] },
        { name: "workerd-cluster", counters: theirs, popId: popIds(cluster)[0], rates: [] as number[] },
      ] as const;
      const load = async ({ counters, popId }: { readonly counters: Counters; readonly popId: string }, durationMs: number): Promise<number> => {
        const { url, host } = counters.endpoint(popId);
        const result = await runSaturation({ url, host, path: "/increment?name=rate", connections, durationMs, pipelining: 1 });
        if (result.non2xx + result.errors > 0) throw new Error(`increments met ${result.non2xx} answers without success and ${result.errors} errors at ${url}`);
        return result.requestsPerSecond;
      };
      for (const side of sides) await load(side, 500);
      for (let round = 0; round < options.rounds; round++) {
        // Each goes first every other round: whoever is second meets what the first left to flush.
        for (const side of round % 2 === 0 ? sides : [...sides].reverse()) side.rates.push(await load(side, options.roundMs));
        io.err(`increments, round ${round + 1}: ${sides.map(({ name, rates }) => `${name} ${Math.round(rates.at(-1) ?? 0)}/s`).join(", ")}\n`);
      }
      theirs.close();
      const ratios = sides[0].rates.map((rate, round) => rate / (sides[1].rates[round] ?? Number.NaN));
      const value = median(ratios);
      return {
        id: "bench.objects.increments",
        value,
        unit: "ratio",
        n: ratios.length,
        goal: "at least 0.9 of stock workerd-cluster's durable increments a second at the owner",
        held: value >= 0.9,
        detail: `median ${Math.round(median(sides[0].rates))}/s against ${Math.round(median(sides[1].rates))}/s; ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}`,
      };
    } finally {
      await cluster.stop();
    }
  } finally {
    await bucket.stop();
  }
}

/** The reference's own store as a process, flushing as it does there, for a cluster that would start one that does not. */
async function startBucket(): Promise<{ readonly env: Readonly<Record<string, string>>; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "edgemark-bench-"));
  let announce: (line: string) => void = () => undefined;
  const announced = new Promise<string>((resolve) => (announce = resolve));
  const program = fileURLToPath(new URL("../../reference-impl/bucket/main.js", import.meta.url));
  const child = await startChild(process.execPath, [program, "--directory", directory], { onLine: (line) => announce(line) });
  const facts = JSON.parse(await announced) as { readonly url: string; readonly bucket: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  return {
    env: { EDGEMARK_BUCKET: `s3://${facts.bucket}/stock`, AWS_ENDPOINT_URL: facts.url, AWS_REGION: "auto", AWS_ACCESS_KEY_ID: facts.accessKeyId, AWS_SECRET_ACCESS_KEY: facts.secretAccessKey },
    async stop() {
      await child.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

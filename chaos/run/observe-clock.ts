// Looks at the clocks of a PoP from outside: what Date.now() of a worker there says, and what KV there takes for expired. A target
// chooses which of them a clock-skew sets wrong; one of the two must be seen to be wrong by what was asked for.
import type { ChaosPort } from "../port.js";
import { expirations, probes, shortestLifeMs } from "../workloads/protocol.js";
import { type Answered, ask, betweenLooksMs, eachPop, type Look, patienceMs, seenRatio, type Sight, unprepared, wellMs } from "./sight.js";
import { sinceMs } from "./clock.js";

const nsPerMs = 1e6;
/** A value that is written at one PoP is awaited so long at another: KV is consistent later. */
const arrivesWithinMs = 10_000;
/** One that is gone stays gone for so long, and more where values took longer to come before the fault. */
const goneMs = 150;
const goneFactor = 3;

/** @param skewMs how far ahead the clock will be; negative: behind */
export async function clock(port: ChaosPort, { popIds, skewMs }: { readonly popIds: readonly string[]; readonly skewMs: number }, fresh: () => string): Promise<Look> {
  const before = new Map(await Promise.all(popIds.map(async (pop) => [pop, await workerClock(port, pop)] as const)));
  const other = port.target.pops.map(({ id }) => id).find((id) => !popIds.includes(id));
  const kv = await kvBefore(port, { popIds, other, skewMs }, fresh);
  if (typeof kv === "string" && [...before.values()].every((reading) => reading === undefined)) return unprepared(`neither Date.now() of workers nor KV could be read before the fault: ${kv}`);
  return () =>
    eachPop(port, popIds, async (pop) => {
      const worker = shift(before.get(pop), await workerClock(port, pop), skewMs);
      if (worker.isSeen) return worker;
      const expiry = typeof kv === "string" ? { isSeen: false, text: kv } : await kv(pop);
      return expiry.isSeen ? expiry : { isSeen: false, text: `${worker.text}; ${expiry.text}` };
    });
}

interface Reading {
  /** Date.now() there less the port's own time, ms. */
  readonly aheadMs: number;
  /** By how much it may be wrong, ms. */
  readonly exactMs: number;
}

async function workerClock(port: ChaosPort, pop: string): Promise<Reading | undefined> {
  const answered = await ask(port, pop, probes.now, wellMs);
  const nowMs = Number(answered.text);
  if (answered.status !== 200 || !(nowMs > 0)) return undefined;
  return { aheadMs: nowMs - Number(port.now()) / nsPerMs + answered.tookMs / 2, exactMs: answered.tookMs / 2 };
}

function shift(before: Reading | undefined, during: Reading | undefined, skewMs: number): Sight {
  if (before === undefined || during === undefined) return { isSeen: false, text: "Date.now() of a worker could not be read" };
  const movedMs = during.aheadMs - before.aheadMs;
  const exactMs = before.exactMs + during.exactMs;
  const isSeen = Math.sign(movedMs) === Math.sign(skewMs) && Math.abs(movedMs) - exactMs >= Math.abs(skewMs) * seenRatio;
  return { isSeen, text: `Date.now() of a worker went ${movedMs.toFixed(0)} ms ahead of the clock it is compared with, to ${exactMs.toFixed(0)} ms exactly` };
}

interface KvOptions {
  readonly popIds: readonly string[];
  /** A PoP whose clock will stay right. */
  readonly other: string | undefined;
  readonly skewMs: number;
}

/** @returns what looks at a PoP's KV, or why that would show nothing */
async function kvBefore(port: ChaosPort, { popIds, other, skewMs }: KvOptions, fresh: () => string): Promise<((pop: string) => Promise<Sight>) | string> {
  if (port.sendToExpirations === undefined) return "the target cannot have a program with KV beside the workload's, whose values would show the clock of platform timers";
  if (Math.abs(skewMs) < shortestLifeMs) return `a skew of ${skewMs} ms shows in no expiry of KV at once: the shortest life of a value is ${shortestLifeMs} ms`;
  if (other === undefined) return "every PoP is set wrong, and KV's clock can be compared with none";
  // A clock that is ahead lets a value end at once that was written where the clock is right; one that is behind writes such values.
  const wayOf = (pop: string): Way => (skewMs > 0 ? { from: other, to: pop } : { from: pop, to: other });
  let slowestMs = 0;
  for (const pop of popIds) {
    const { tookMs, text } = await arrives(port, wayOf(pop), fresh());
    if (tookMs === undefined) return `KV did not keep a value for its shortest life before the fault: ${text}`;
    slowestMs = Math.max(slowestMs, tookMs);
  }
  return async (pop) => {
    const { isGone, text } = await isGoneAtOnce(port, wayOf(pop), fresh(), Math.max(goneMs, goneFactor * slowestMs));
    return { isSeen: isGone, text };
  };
}

interface Way {
  readonly from: string;
  readonly to: string;
}

function atKv(port: ChaosPort, pop: string, request: ReturnType<typeof expirations.read>): Promise<Answered> {
  return ask(port, pop, request, patienceMs, port.sendToExpirations);
}

/** @returns after how long a value that is written at one PoP comes to the other one, or what was seen instead */
async function arrives(port: ChaosPort, { from, to }: Way, key: string): Promise<{ readonly tookMs?: number; readonly text: string }> {
  const startNs = port.now();
  const written = await atKv(port, from, expirations.write(key));
  if (written.status !== 200) return { text: `a write at PoP ${from} got ${shown(written)}` };
  for (;;) {
    const read = await atKv(port, to, expirations.read(key));
    if (read.text === "there") return { tookMs: sinceMs(port, startNs), text: "" };
    if (port.signal.aborted || sinceMs(port, startNs) >= arrivesWithinMs) return { text: `a read at PoP ${to} got ${shown(read)}` };
    await port.wait(betweenLooksMs, port.signal);
  }
}

/** Whether a value that is written at one PoP is never there at the other, though the writer has it still. */
async function isGoneAtOnce(port: ChaosPort, { from, to }: Way, key: string, forMs: number): Promise<{ readonly isGone: boolean; readonly text: string }> {
  const written = await atKv(port, from, expirations.write(key));
  if (written.status !== 200) return { isGone: false, text: `a write to KV at PoP ${from} got ${shown(written)}` };
  const startNs = port.now();
  do {
    const read = await atKv(port, to, expirations.read(key));
    if (read.text !== "gone") return { isGone: false, text: `KV at PoP ${to} answered ${shown(read)} for a value that PoP ${from} had just written, as where both clocks are right` };
    await port.wait(betweenLooksMs, port.signal);
  } while (sinceMs(port, startNs) < forMs && !port.signal.aborted);
  const own = await atKv(port, from, expirations.read(key));
  if (own.text !== "there") return { isGone: false, text: `KV at PoP ${from}, which had written the value, answered ${shown(own)} too` };
  return { isGone: true, text: `a KV value of ${shortestLifeMs / 1_000} s that PoP ${from} wrote and has had ended at PoP ${to} at once` };
}

function shown({ status, text }: Answered): string {
  return status === 200 ? JSON.stringify(text.slice(0, 40)) : status === undefined ? `no answer (${text.slice(0, 120)})` : `HTTP ${status}`;
}

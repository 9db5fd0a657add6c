// The workload behind the staleness checks: every PoP writes, every PoP reads, all on one clock. It runs once per run;
// each check judges its own part of the history.
import { performance } from "node:perf_hooks";
import type { Operation } from "../../contract/history/types.js";
import { createRecorder, type HistoryClient } from "../../chaos/history/recorder.js";
import type { CheckContext } from "../check.js";
import { kvClient, popsOf, type KvAnswer, type KvOperation, type KvValue } from "./client.js";

/** The documented window and default cacheTtl of a read: "60 seconds". */
const documentedWindowMs = 60_000;
/** cacheTtl of the reads that may be stale for longer, in documented seconds. */
export const longCacheTtlSeconds = 120;
/** Parts of the workload, by what happens to their keys. */
export type Part = "changed" | "created" | "deleted" | "contended" | "cached";

export interface Workload {
  /** Operations on the keys of these parts. */
  readonly operations: (parts: readonly Part[]) => readonly Operation[];
  readonly pops: readonly string[];
}

/** How long the workload takes on a target, ms: its last write, the longest window after it, and slack. */
export function workloadMs(timeScale: number): number {
  return (documentedWindowMs * (lastWrite + longCacheTtlSeconds / 60 + settling)) / timeScale + 4000;
}

// Moments in windows: the first reads fill every cache, then each key changes while the entries are young.
const firstWrite = 0.1;
const lastWrite = 0.55;
const settling = 0.25;
/** Reads per window, PoP and key: the resolution of what is found. */
const readsPerWindow = 60;
/** A PoP is not read more often than this, however short the window is. */
const shortestReadIntervalMs = 25;

const workloads = new WeakMap<object, Promise<Workload>>();

/** The workload of this run, started by whoever asks first. */
export function workload(context: CheckContext): Promise<Workload> {
  const known = workloads.get(context.verbs);
  if (known !== undefined) return known;
  const started = work(context);
  workloads.set(context.verbs, started);
  started.catch(() => workloads.delete(context.verbs));
  return started;
}

interface Key {
  readonly name: string;
  readonly part: Part;
  readonly writer: string;
}

async function work(context: CheckContext): Promise<Workload> {
  const pops = popsOf(context);
  const windowMs = context.scaled(documentedWindowMs);
  const recorder = createRecorder({ nowNs: () => process.hrtime.bigint() });
  const parts: readonly Part[] = ["changed", "created", "deleted", "contended", "cached"];
  const keys: readonly Key[] = parts.flatMap((part) => pops.map((writer) => ({ name: `${context.unique}-${part}-${writer}`, part, writer })));

  // Every key but those to be created exists before anybody reads.
  for (const key of keys.filter(({ part }) => part !== "created")) await perform(context, recorder.client(key.writer), key.writer, { op: "put", key: key.name, text: `${key.name}#0` });

  const startMs = performance.now();
  const at = (windows: number): number => startMs + windows * windowMs;
  // The reads go on until the longest window after the last write is over, however late a busy machine made that write.
  let endMs = Infinity;
  const writes = Promise.all(keys.map((key) => writer(context, (pop) => recorder.client(pop), key, at, pops))).then(() => {
    endMs = performance.now() + (longCacheTtlSeconds / 60 + settling) * windowMs;
  });
  const reads = pops.map((pop) => reader(context, (name) => recorder.client(name), pop, keys, windowMs, () => endMs));
  await Promise.all([writes, ...reads]);

  const all = recorder.operations();
  const partOf = new Map(keys.map((key) => [key.name, key.part]));
  return { pops, operations: (wanted) => all.filter((operation) => wanted.includes(partOf.get(operation.key) ?? "changed")) };
}

/** Changes one key twice (once when it is created or deleted), at its own moment within the first half of the window. */
async function writer(context: CheckContext, client: (pop: string) => HistoryClient, key: Key, at: (windows: number) => number, pops: readonly string[]): Promise<void> {
  const own = client(key.writer);
  const jitter = context.random() * 0.1;
  await sleepUntil(context, at(firstWrite + jitter));
  if (key.part === "deleted") {
    await perform(context, own, key.writer, { op: "delete", key: key.name });
    return;
  }
  await perform(context, own, key.writer, { op: "put", key: key.name, text: `${key.name}#1` });
  if (key.part === "created") return;
  await sleepUntil(context, at(lastWrite - 0.1 + jitter));
  const second = perform(context, own, key.writer, { op: "put", key: key.name, text: `${key.name}#2` });
  const rival = pops[(pops.indexOf(key.writer) + 1) % pops.length];
  if (key.part === "contended" && rival !== undefined) {
    await perform(context, client(rival), rival, { op: "put", key: key.name, text: `${key.name}#rival` });
  }
  await second;
}

/**
 * Reads every key at one PoP again and again: all in one request, each key a client of its own in the history. The last read
 * begins after the end: it shows what is stale for too long although the machine stood still before.
 */
async function reader(context: CheckContext, client: (pop: string) => HistoryClient, pop: string, keys: readonly Key[], windowMs: number, endMs: () => number): Promise<void> {
  const kv = kvClient(context.fixture, pop);
  const clients = new Map(keys.map((key) => [key.name, client(pop)]));
  const operations: readonly KvOperation[] = keys.map((key) => ({ op: "get", key: key.name, ...(key.part === "cached" ? { options: { cacheTtl: longCacheTtlSeconds } } : {}) }));
  const intervalMs = Math.max(shortestReadIntervalMs, windowMs / readsPerWindow);
  for (let beganMs = 0; beganMs < endMs(); ) {
    beganMs = performance.now();
    const nextMs = beganMs + intervalMs;
    const open = keys.map((key) => clients.get(key.name)?.invoke({ action: "read", key: key.name }));
    const answers = await kv.attempt(operations).catch(() => undefined);
    open.forEach((operation, index) => {
      const answer = answers?.[index];
      if (answer?.ok === true) operation?.ok((answer.value as KvValue | null)?.text ?? null);
      else operation?.fail();
    });
    context.signal.throwIfAborted();
    await sleepUntil(context, nextMs);
  }
}

async function perform(context: CheckContext, client: HistoryClient, pop: string, operation: KvOperation): Promise<void> {
  const open = client.invoke({ action: operation.op === "delete" ? "delete" : "write", key: operation.key ?? "", ...(operation.text === undefined ? {} : { input: operation.text }) });
  const answer: KvAnswer | undefined = (await kvClient(context.fixture, pop).attempt([operation]).catch(() => undefined))?.[0];
  if (answer === undefined) open.info();
  else if (answer.ok) open.ok();
  else open.fail();
}

/** Waits for a moment of the workload's own timetable; nothing here waits for the target. */
function sleepUntil(context: CheckContext, atMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(new Error("the check's time is over"));
    };
    const timer = setTimeout(
      () => {
        context.signal.removeEventListener("abort", aborted);
        resolve();
      },
      Math.max(0, atMs - performance.now()),
    );
    context.signal.addEventListener("abort", aborted, { once: true });
  });
}

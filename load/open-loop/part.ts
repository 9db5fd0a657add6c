// A run of the open loop, or one thread's part of it: opens clock and transport, warms them, waits for the common start,
// drives, closes.
import { EdgemarkError } from "../../contract/errors.js";
import { classifyBy, type Classify, type ClassifyHeaders } from "./answer.js";
import { openClock } from "./clock.js";
import { drive } from "./drive.js";
import { openHttpTransport, type HttpTransport } from "./http-transport.js";
import type { LogColumns } from "./request-log.js";
import { createSchedule, partOf, type ScheduleOptions } from "./schedule.js";
import { openWebSocketTransport } from "./websocket-transport.js";

/** What a part is told; plain data, so that it can go to a thread. */
export interface PartOptions extends ScheduleOptions {
  readonly url: string;
  readonly host: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly connections: { readonly max: number; readonly warm?: number };
  readonly newConnectionPerRequest?: boolean;
  readonly localAddress?: string;
  readonly classifyHeaders?: ClassifyHeaders;
  readonly message?: string;
  /**
   * The same load for so long before the run, not counted. The first second of a process at thousands a second belongs to its
   * compilers: the driver's own, and the target's, which take the driver's core.
   */
  readonly warmUpMs?: number;
}

export interface PartScope {
  readonly index: number;
  readonly of: number;
  readonly signal?: AbortSignal;
  /** Replaces the classifying headers; only within a thread. */
  readonly classify?: Classify;
  /** Called when everything is open. @returns the common start, ns of the monotonic clock */
  readonly ready: () => Promise<bigint>;
}

export interface Part {
  readonly columns: LogColumns;
  readonly connectionsOpened: number;
}

/** Opening a connection costs both sides more than a request: as many as 10 ms of requests keep busy are opened ahead. */
const warmMs = 10;
const fewestWarm = 8;
const warmAtMostMs = 5_000;

/** @throws EdgemarkError usage.flag or usage.target for options that make no run */
export async function runPart(options: PartOptions, { index, of, signal, classify, ready }: PartScope): Promise<Part> {
  const schedule = partOf(createSchedule(options), index, of);
  const transport = openTransport(options, Math.floor(options.connections.max / of) + (index < options.connections.max % of ? 1 : 0), classify);
  const clock = await openClock();
  try {
    const highestRate = Math.max(options.ratePerSecond, options.rampToPerSecond ?? 0);
    const warm = options.connections.warm ?? Math.max(fewestWarm, (highestRate / 1_000) * warmMs);
    if (options.newConnectionPerRequest !== true) await transport.warm(warm / of, Math.min(options.timeoutMs, warmAtMostMs));
    const common = { clock, transport, timeoutMs: options.timeoutMs, ...(signal === undefined ? {} : { signal }) };
    for (const warmUp of warmUpsOf(options)) await drive({ ...common, schedule: partOf(createSchedule(warmUp), index, of) });
    const startNs = await ready();
    // Each thread's clock counts from another zero; the monotonic clock is one.
    const startMs = performance.now() + Number(startNs - process.hrtime.bigint()) / 1e6;
    const log = await drive({ ...common, schedule, startMs });
    return { columns: log.columns(), connectionsOpened: transport.opened };
  } finally {
    transport.close();
    await clock.close();
  }
}

/**
 * The warm-up in two halves: V8 compiles a function's inner ones for the call they belong to until it is called a second time,
 * and then once more. In one piece that happened when the run began: at 5,000/s on two shared cores, lag p99 0.5 to 1.0 ms (n 4)
 * after one drive of 1 s, 0.2 to 0.3 ms (n 4) after two of half a second.
 * @throws EdgemarkError usage.flag when a half would send nothing
 */
export function warmUpsOf({ warmUpMs = 0, ratePerSecond, arrivals, seed }: PartOptions): ScheduleOptions[] {
  if (warmUpMs === 0) return [];
  if ((ratePerSecond * warmUpMs) / 2_000 < 1) {
    throw new EdgemarkError("usage.flag", `expected a warm-up of two requests at least; ${ratePerSecond}/s for ${warmUpMs} ms came; make it longer, or leave it out`);
  }
  return [1, 2].map((half) => ({ ratePerSecond, arrivals, durationMs: warmUpMs / 2, seed: seed + half }));
}

function openTransport(options: PartOptions, maxConnections: number, classify: Classify | undefined): HttpTransport {
  const who = classify ?? (options.classifyHeaders === undefined ? undefined : classifyBy(options.classifyHeaders));
  const common = { url: options.url, host: options.host, path: options.path, maxConnections, ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }), ...(who === undefined ? {} : { classify: who }) };
  if (/^wss?:/.test(options.url)) return openWebSocketTransport({ ...common, message: options.message ?? "ping" });
  return openHttpTransport({ ...common, newConnectionPerRequest: options.newConnectionPerRequest === true });
}

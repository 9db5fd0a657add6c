// The open-loop driver for HTTP/1.1: requests go out at a constant rate whatever the target does, and latency counts from
// the intended send time, so that a target that stalls is seen to stall (no coordinated omission).
import type { Classify } from "./answer.js";
import { openClock } from "./clock.js";
import { drive } from "./drive.js";
import { openHttpTransport } from "./http-transport.js";
import { summarize, type OpenLoopResult } from "./result.js";
import { createSchedule, type Arrivals } from "./schedule.js";

export interface OpenLoopOptions {
  /** Where to connect, and the Host header to send: as Deploy gave them. */
  readonly url: string;
  readonly host: string;
  /** Begins with "/". */
  readonly path: string;
  readonly ratePerSecond: number;
  readonly arrivals: Arrivals;
  readonly durationMs: number;
  readonly seed: number;
  /** From the intended send time to the end of the answer. */
  readonly timeoutMs: number;
  /** max: the pool grows up to it; beyond it the run is void. warm: opened before the first request, default for answers within 10 ms. */
  readonly connections: { readonly max: number; readonly warm?: number };
  /** A new connection for every request, as new clients would make them. Default false: keep-alive. */
  readonly newConnectionPerRequest?: boolean;
  readonly localAddress?: string;
  readonly classify?: Classify;
  /** Called when the schedule begins: what is meant to happen under load waits for it. */
  readonly onBegin?: () => void;
  /** The latency the run will be judged by, ms: the driver's own lag must then be small beside this too, or the run is void. */
  readonly thresholdMs?: number;
  /** Ends the run at once; the result is then void. */
  readonly signal?: AbortSignal;
}

/** Opening a connection costs both sides more than a request: as many as 10 ms of requests keep busy are opened ahead. */
const warmMs = 10;
const fewestWarm = 8;

/**
 * Runs one open-loop load and returns when the last request has ended.
 * @throws EdgemarkError usage.flag or usage.target for options that make no run; a target that fails is a result
 */
export async function runOpenLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { signal, timeoutMs, thresholdMs, newConnectionPerRequest = false } = options;
  const schedule = createSchedule(options);
  const transport = openHttpTransport({ ...options, maxConnections: options.connections.max, newConnectionPerRequest });
  const clock = await openClock();
  try {
    if (!newConnectionPerRequest) await transport.warm(options.connections.warm ?? Math.max(fewestWarm, (options.ratePerSecond / 1_000) * warmMs), timeoutMs);
    const startedAtMs = Date.now();
    options.onBegin?.();
    const log = await drive({ schedule, clock, transport, timeoutMs, ...(signal === undefined ? {} : { signal }) });
    const facts = { log, intended: schedule.count, startedAtMs, connectionsOpened: transport.opened };
    return summarize(thresholdMs === undefined ? facts : { ...facts, thresholdMs });
  } finally {
    transport.close();
    await clock.close();
  }
}

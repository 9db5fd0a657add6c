// The open-loop driver for HTTP/1.1 and WebSocket: requests go out when the schedule says whatever the target does, and
// latency counts from the intended send time, so that a target that stalls is seen to stall (no coordinated omission).
import type { Classify } from "./answer.js";
import { runPart, warmUpsOf, type PartOptions } from "./part.js";
import { RequestLog } from "./request-log.js";
import { summarize, type OpenLoopResult } from "./result.js";
import { createSchedule } from "./schedule.js";
import { runThreads } from "./threads.js";

/**
 * url, host, path: where to connect, the Host header to send, and what to ask for, as Deploy gave them; a ws URL sends
 * `message` over WebSockets. timeoutMs: from the intended send time to the end of the answer. connections.max: the pool grows up
 * to it, beyond it the run is void; warm: opened before the first request, default for answers within 10 ms.
 * newConnectionPerRequest: as new clients would, default keep-alive.
 */
export interface OpenLoopOptions extends PartOptions {
  /** Threads that share the schedule, default 1. More than one cannot take `classify`, but takes `classifyHeaders`. */
  readonly threads?: number;
  readonly classify?: Classify;
  /** Called when the schedule begins: what is meant to happen under load waits for it. */
  readonly onBegin?: () => void;
  /** The latency the run will be judged by, ms: the driver's own lag must then be small beside this too, or the run is void. */
  readonly thresholdMs?: number;
  /** Ends the run at once; the result is then void. */
  readonly signal?: AbortSignal;
}

/**
 * Runs one open-loop load and returns when the last request has ended.
 * @throws EdgemarkError usage.flag or usage.target for options that make no run; a target that fails is a result
 */
export async function runOpenLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { signal, thresholdMs, threads = 1, classify, onBegin, ...part } = options;
  const intended = createSchedule(options).count;
  // Here, so that it is told as it is: an error of a thread arrives without its kind.
  warmUpsOf(part);
  let startedAtMs = 0;
  const begin = (): void => {
    startedAtMs = Date.now();
    onBegin?.();
  };
  const parts =
    threads > 1
      ? await runThreads(part, { threads, begin, ...(signal === undefined ? {} : { signal }) })
      : [
          await runPart(part, {
            index: 0,
            of: 1,
            ...(signal === undefined ? {} : { signal }),
            ...(classify === undefined ? {} : { classify }),
            ready: () => {
              begin();
              return Promise.resolve(process.hrtime.bigint());
            },
          }),
        ];
  const log = RequestLog.merged(parts.map(({ columns }) => columns));
  const connectionsOpened = parts.reduce((sum, one) => sum + one.connectionsOpened, 0);
  const facts = { log, intended, startedAtMs, connectionsOpened };
  return summarize(thresholdMs === undefined ? facts : { ...facts, thresholdMs });
}

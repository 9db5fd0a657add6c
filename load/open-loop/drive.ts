// The open loop itself: sends each request at its intended time whatever became of the ones before. Clock and
// transport are passed in, so that the loop is proven on a virtual clock against servers whose percentiles are known.
import type { Isolate } from "./answer.js";
import { RequestLog, type Outcome } from "./request-log.js";
import type { Schedule } from "./schedule.js";

export interface DriverClock {
  /** Monotonic, ms with a fraction. */
  nowMs(): number;
  /** Calls back once at that time or as soon after as it can; a new call replaces the one before. Infinity: never. */
  wakeAt(atMs: number, callback: () => void): void;
}

export interface Transport {
  /**
   * Sends one request now, without waiting for any other.
   * @param ended called at most once, never during send
   * @returns a function that gives the request up and its connection with it, or saturated when nothing could be sent
   */
  send(ended: (outcome: Outcome, tag?: string, isolate?: Isolate) => void): (() => void) | "saturated";
}

export interface DriveOptions {
  readonly schedule: Schedule;
  readonly clock: DriverClock;
  readonly transport: Transport;
  /** From the intended time: a request that the driver sent late has no longer to answer. */
  readonly timeoutMs: number;
  /** Time of the clock at which the schedule begins, for threads that begin together. Default: now. */
  readonly startMs?: number;
  readonly signal?: AbortSignal;
}

/** Sent at most before answers are looked at: a driver that is behind must not also stop reading, and open a connection for each. */
const maxBurst = 32;

/** @returns what happened to every request, after the last has ended; at once when the signal aborts */
export async function drive({ schedule, clock, transport, timeoutMs, startMs = clock.nowMs(), signal }: DriveOptions): Promise<RequestLog> {
  const log = new RequestLog(schedule.count);
  const cancels = new Map<number, () => void>();
  let nextMs = schedule.next();
  /** All requests before this one have ended; they time out in the order of their numbers. */
  let oldest = 0;

  return new Promise((resolve) => {
    function end(index: number, outcome: Outcome, tag?: string, isolate?: Isolate): void {
      if (!log.isOpen(index)) return;
      log.end(index, clock.nowMs() - startMs, outcome, tag, isolate);
      cancels.delete(index);
      if (nextMs === undefined && cancels.size === 0) finish();
    }

    function giveUp(index: number, outcome: Outcome): void {
      const cancel = cancels.get(index);
      end(index, outcome);
      cancel?.();
    }

    function send(intendedMs: number): void {
      const sentMs = clock.nowMs() - startMs;
      const index = log.begin(intendedMs, sentMs);
      // So late that it could only be given up at once: sending it would cost a connection and keep the driver behind.
      const isTooLate = sentMs - intendedMs >= timeoutMs;
      const cancel = isTooLate ? "saturated" : transport.send((outcome, tag, isolate) => end(index, outcome, tag, isolate));
      if (cancel === "saturated") log.end(index, clock.nowMs() - startMs, "saturated");
      else cancels.set(index, cancel);
    }

    function turn(): void {
      const elapsedMs = clock.nowMs() - startMs;
      for (let burst = 0; burst < maxBurst && nextMs !== undefined && nextMs <= elapsedMs; burst++) {
        const intendedMs = nextMs;
        nextMs = schedule.next();
        send(intendedMs);
      }
      for (; oldest < log.length; oldest++) {
        if (!log.isOpen(oldest)) continue;
        if (log.intendedMs(oldest) + timeoutMs > elapsedMs) break;
        giveUp(oldest, "timeout");
      }
      if (nextMs === undefined && cancels.size === 0) return finish();
      const timeoutAtMs = oldest < log.length ? log.intendedMs(oldest) + timeoutMs : Infinity;
      clock.wakeAt(startMs + Math.min(nextMs ?? Infinity, timeoutAtMs), turn);
    }

    function abort(): void {
      nextMs = undefined;
      for (const index of [...cancels.keys()]) giveUp(index, "aborted");
      finish();
    }

    function finish(): void {
      clock.wakeAt(Infinity, () => undefined);
      signal?.removeEventListener("abort", abort);
      resolve(log);
    }

    if (signal?.aborted === true) return resolve(log);
    signal?.addEventListener("abort", abort, { once: true });
    turn();
  });
}

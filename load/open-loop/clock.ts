// A clock that wakes the driver within about a tenth of a millisecond. Node's timers fire up to 1.1 ms late, and
// spinning instead takes a whole core away from the target. Measured on two shared cores at 500/s, lag p50 / p99 and
// CPU: setTimeout 0.56 / 1.12 ms, 6 %; spinning on setImmediate 0.00 / 0.30 ms, 100 %; a thread that sleeps on a
// futex and posts a message 0.18 / 0.30 ms, 10 %. So a thread sleeps until shortly before the time, and the rest is spun.
import { Worker } from "node:worker_threads";
import type { DriverClock } from "./drive.js";

/** The thread's message takes about this long to arrive; what it leaves is spun, with I/O running in between. */
const leadMs = 0.2;
/** Spinning takes at most this share of the time, so that a fast schedule does not take the target's core. */
const spinShare = 0.1;
/** Nearer than this is not worth a thread's sleep. */
const nearMs = 0.02;

export interface OpenedClock extends DriverClock {
  close(): Promise<void>;
}

/** Starts the pacing thread; ready when it runs. */
export async function openClock(): Promise<OpenedClock> {
  // [0]: number of the alarm. [1]: its time in ns of the monotonic clock, which all threads share.
  const cell = new BigInt64Array(new SharedArrayBuffer(16));
  const worker = new Worker(new URL("./pacer.js", import.meta.url), { workerData: cell.buffer });
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
  let callback: () => void = () => undefined;
  let dueMs = Infinity;
  let alarm = 0n;

  function spin(): void {
    if (dueMs === Infinity) return;
    if (performance.now() < dueMs) return void setImmediate(spinFor(alarm));
    dueMs = Infinity;
    callback();
  }
  function spinFor(started: bigint): () => void {
    return () => {
      if (started === alarm) spin();
    };
  }
  worker.on("message", (rung: bigint) => {
    if (rung === alarm) spin();
  });
  return {
    nowMs: () => performance.now(),
    wakeAt(atMs, next) {
      callback = next;
      dueMs = atMs;
      alarm++;
      const aheadMs = atMs - performance.now();
      if (aheadMs <= nearMs) return void setImmediate(spinFor(alarm));
      const sleepMs = aheadMs - Math.min(leadMs, spinShare * aheadMs);
      Atomics.store(cell, 1, atMs === Infinity ? never : process.hrtime.bigint() + BigInt(Math.round(sleepMs * 1e6)));
      Atomics.store(cell, 0, alarm);
      Atomics.notify(cell, 0);
    },
    async close() {
      dueMs = Infinity;
      await worker.terminate();
    },
  };
}

const never = 2n ** 62n;

// A clock that wakes the driver within about a tenth of a millisecond. Node's timers fire up to 1.1 ms late, and
// spinning instead takes a whole core away from the target. Measured on two shared cores at 500/s, lag p50 / p99 and
// CPU: setTimeout 0.56 / 1.12 ms, 6 %; spinning on setImmediate 0.00 / 0.30 ms, 100 %; a thread that sleeps on a
// futex and posts a message 0.18 / 0.30 ms, 10 %. So a thread sleeps until shortly before the time, and the rest is spun.
// At thousands a second its messages are themselves the load: there the driver waits for the next request itself, in naps
// so short that an answer is read between two. At 5,000/s, lag p99 and CPU: by messages 1.1 to 2.5 ms, 40 %; napping 0.4
// to 1.3 ms, 40 %; spinning 0.3 ms, 104 %. Seldom, naps would hide a busy machine: who sleeps much is let in first.
import { Worker } from "node:worker_threads";
import { keepCalm } from "./calm.js";
import type { DriverClock } from "./drive.js";

/** The thread's message takes about this long to arrive; what it leaves is spun, with I/O running in between. */
const leadMs = 0.2;
/** Spinning takes at most this share of the time, so that a fast schedule does not take the target's core. */
const spinShare = 0.1;
/** Nearer than this is not worth a thread's sleep. */
const nearMs = 0.02;

/** Alarms that follow each other faster than this, in the mean, are waited for in naps. */
const fastMs = 0.4;
/** Over about so many alarms. */
const meanOver = 64;
/** An alarm that is farther than this is left to the thread even so. */
const farMs = 2;
/** An answer that comes during a nap is read when it ends. */
const napMs = 0.05;
/** A futex wakes its thread late by about this (Linux lets a thread's timers slip by 0.05 ms): what is nearer is spun. */
const oversleepMs = 0.06;

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
  const release = keepCalm();
  let callback: () => void = () => undefined;
  let dueMs = Infinity;
  let alarm = 0n;

  /** Between the alarms, however late they were heard: a driver that is behind has no fast schedule. */
  let meanGapMs = fastMs;
  let lastMs = Infinity;
  // Nobody writes to it: waiting for it is a nap.
  const bed = new Int32Array(new SharedArrayBuffer(4));

  /** A step of the way to the alarm; whatever has come in is seen to before the next. */
  function approach(started: bigint, naps: boolean): void {
    if (started !== alarm || dueMs === Infinity) return;
    const leftMs = dueMs - performance.now();
    if (leftMs <= 0) {
      dueMs = Infinity;
      return callback();
    }
    const sleepMs = naps ? Math.min(napMs, leftMs - oversleepMs) : 0;
    if (sleepMs > 0) Atomics.wait(bed, 0, 0, sleepMs);
    setImmediate(approach, started, naps);
  }
  worker.on("message", (rung: bigint) => approach(rung, false));
  return {
    nowMs: () => performance.now(),
    wakeAt(atMs, next) {
      callback = next;
      dueMs = atMs;
      alarm++;
      if (lastMs < atMs && atMs < Infinity) meanGapMs += (atMs - lastMs - meanGapMs) / meanOver;
      lastMs = atMs;
      const aheadMs = atMs - performance.now();
      const naps = meanGapMs < fastMs && aheadMs < farMs;
      if (naps || aheadMs <= nearMs) return void setImmediate(approach, alarm, naps);
      const sleepMs = aheadMs - Math.min(leadMs, spinShare * aheadMs);
      Atomics.store(cell, 1, atMs === Infinity ? never : process.hrtime.bigint() + BigInt(Math.round(sleepMs * 1e6)));
      Atomics.store(cell, 0, alarm);
      Atomics.notify(cell, 0);
    },
    async close() {
      dueMs = Infinity;
      release();
      await worker.terminate();
    },
  };
}

const never = 2n ** 62n;

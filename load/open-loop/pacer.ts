// The thread that sleeps for the driver's clock: waits on a shared cell until the time that stands there, posts the
// alarm's number, and waits for the next. A thread may block; the driver's own must not.
import { parentPort, workerData } from "node:worker_threads";

/** The boundary to the clock that started this thread. */
const cell = new BigInt64Array(workerData as SharedArrayBuffer);
let rung = Atomics.load(cell, 0);
parentPort?.postMessage(rung);

for (;;) {
  const alarm = Atomics.load(cell, 0);
  if (alarm === rung) {
    Atomics.wait(cell, 0, alarm);
    continue;
  }
  const sleepMs = Number(Atomics.load(cell, 1) - process.hrtime.bigint()) / 1e6;
  // Woken by another alarm: look again.
  if (sleepMs > 0 && Atomics.wait(cell, 0, alarm, sleepMs) !== "timed-out") continue;
  rung = alarm;
  parentPort?.postMessage(alarm);
}

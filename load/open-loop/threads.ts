// A run of the open loop on several threads: each takes every n-th request of the one schedule, all begin at the same
// instant, and their logs are put together request by request, so that nothing is lost in the merging.
import { Worker } from "node:worker_threads";
import { EdgemarkError } from "../../contract/errors.js";
import type { Part, PartOptions } from "./part.js";

export interface ThreadsScope {
  readonly threads: number;
  /** Called when the schedule is about to begin. */
  readonly begin: () => void;
  readonly signal?: AbortSignal;
}

/** From the last thread's readiness to the first request: the start must lie ahead for every thread. */
const leadMs = 5;

/** @throws EdgemarkError harness.internal when a thread ends without a result */
export async function runThreads(options: PartOptions, { threads, begin, signal }: ThreadsScope): Promise<readonly Part[]> {
  const { classifyHeaders, message, localAddress, newConnectionPerRequest, rampToPerSecond, url, host, path, ratePerSecond, arrivals, durationMs, seed, timeoutMs, connections, warmUpMs } = options;
  // Only what can be copied to a thread; a caller's object may carry more than its type says.
  const plain = { classifyHeaders, message, localAddress, newConnectionPerRequest, rampToPerSecond, url, host, path, ratePerSecond, arrivals, durationMs, seed, timeoutMs, connections, warmUpMs };
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const workers = Array.from({ length: threads }, (_, index) => new Worker(new URL("./thread.js", import.meta.url), { workerData: { options: given, index, of: threads } }));
  const abort = (): void => {
    for (const worker of workers) worker.postMessage("abort");
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    let ready = 0;
    return await Promise.all(
      workers.map(
        (worker) =>
          new Promise<Part>((resolve, reject) => {
            worker.on("error", reject);
            worker.on("exit", () => reject(new EdgemarkError("harness.internal", "a driver thread was expected to send its log; it ended without one; report this")));
            worker.on("message", (message: "ready" | Part) => {
              if (message !== "ready") return resolve(message);
              if (++ready < threads) return;
              if (signal?.aborted === true) abort();
              const startNs = process.hrtime.bigint() + BigInt(leadMs * 1_000_000);
              for (const each of workers) each.postMessage(startNs);
              begin();
            });
          }),
      ),
    );
  } finally {
    signal?.removeEventListener("abort", abort);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

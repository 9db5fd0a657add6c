// How many requests a target answers when clients never pause: a closed loop by autocannon. Only the rate is told. Its latencies
// are in whole milliseconds and leave out what a stalled client never sent, so the open loop measures those.
import autocannon from "autocannon";
import { EdgemarkError } from "../../contract/errors.js";

export interface SaturationOptions {
  /** http://host:port: where to connect. */
  readonly url: string;
  /** The Host header. */
  readonly host: string;
  /** Begins with "/". */
  readonly path: string;
  readonly connections: number;
  /** At least 100. */
  readonly durationMs: number;
  /** Requests in flight per connection: 1, since more measures batching and not a server's users. */
  readonly pipelining: 1;
  readonly signal?: AbortSignal;
}

export interface SaturationResult {
  /** Answers of any status per second of real duration; a rate with errors or non2xx is not a target's rate. */
  readonly requestsPerSecond: number;
  /** Answers. */
  readonly n: number;
  readonly non2xx: number;
  /** Requests that got no answer: broken, refused or timed out. */
  readonly errors: number;
  readonly durationMs: number;
}

/** autocannon ends only at a tick; at 100 ms the duration is at most a tick too long, and is measured. */
const tickMs = 100;
const timeoutSeconds = 10;

/**
 * Runs one closed-loop load.
 * @throws EdgemarkError usage.flag for fewer than one connection or less than 100 ms
 */
export async function runSaturation({ url, host, path, connections, durationMs, pipelining, signal }: SaturationOptions): Promise<SaturationResult> {
  if (!(connections >= 1) || !(durationMs >= tickMs)) {
    throw new EdgemarkError("usage.flag", `expected at least 1 connection and ${tickMs} ms; got ${connections} and ${durationMs}; raise them`);
  }
  // No rate is set, so that no correction for coordinated omission is applied either (it would divide seconds by
  // milliseconds); asking for none explicitly is refused without a rate.
  const run = autocannon({
    url: `${url.replace(/\/$/, "")}${path}`,
    headers: { host },
    connections,
    duration: durationMs / 1_000,
    pipelining,
    timeout: timeoutSeconds,
    sampleInt: tickMs,
  });
  const stop = (): void => run.stop();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  try {
    const result = await run;
    const n = result["2xx"] + result.non2xx;
    // A server that closes the connection instead of answering is no error to autocannon: it connects again and says
    // nothing. What was sent and neither answered nor in flight at the end was lost.
    const errors = Math.max(result.errors, result.requests.sent - n - connections * pipelining);
    return { requestsPerSecond: result.duration === 0 ? 0 : n / result.duration, n, non2xx: result.non2xx, errors, durationMs: result.duration * 1_000 };
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

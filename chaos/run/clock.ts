// Time in a run: moments since its clients began, and limits on what the world may never answer.
import type { ChaosPort } from "../port.js";

const nsPerMs = 1e6;

/** Elapsed since a moment of the port's clock, ms. */
export function sinceMs(port: Pick<ChaosPort, "now">, startNs: bigint): number {
  return Number(port.now() - startNs) / nsPerMs;
}

/**
 * What a promise gives, or an error once it took longer; the promise itself goes on.
 * @param what what is awaited, for the message
 */
export async function within<T>(port: Pick<ChaosPort, "wait">, limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([
      work,
      port.wait(limitMs, done.signal).then(() => {
        throw new Error(`${what}: no answer within ${limitMs} ms`);
      }),
    ]);
  } finally {
    done.abort();
  }
}

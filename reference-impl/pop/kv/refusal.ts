// What KV refuses, and with which words. The native binding shows a worker `KV PUT failed: <status> <text>`, so the
// texts are part of the interface: programs match on them.

/** A request that KV answers with an error status. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly text: string,
  ) {
    super(`${status} ${text}`);
    this.name = "Refusal";
  }
}

export const tooManyRequests = (): Refusal => new Refusal(429, "Too Many Requests");
export const unavailable = (): Refusal => new Refusal(503, "Service Unavailable");

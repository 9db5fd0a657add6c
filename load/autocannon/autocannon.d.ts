// What we use of autocannon, which ships no types.
declare module "autocannon" {
  interface Options {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    readonly pipelining: number;
    /** Seconds. */
    readonly timeout: number;
    /** ms; the run can only end at such a tick. */
    readonly sampleInt: number;
    /** Requests per second over all connections. */
    readonly overallRate?: number;
    readonly ignoreCoordinatedOmission?: boolean;
  }

  interface Result {
    readonly "2xx": number;
    readonly non2xx: number;
    /** Timeouts included. */
    readonly errors: number;
    readonly timeouts: number;
    readonly requests: { readonly sent: number };
    /** Seconds, to 10 ms. */
    readonly duration: number;
    /** ms. */
    readonly latency: Readonly<Record<"p25" | "p50" | "p75" | "p90" | "p97_5" | "p99" | "p99_9" | "average" | "totalCount", number>>;
  }

  interface Run extends PromiseLike<Result> {
    stop(): void;
  }

  export default function autocannon(options: Options): Run;
}

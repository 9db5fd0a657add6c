// Histories: the recorded operations of a workload. Checkers read these; a history file is one JSON operation a line.

/**
 * One operation. `callNs` and `returnNs` are monotonic, from one clock in the harness.
 * ok: it happened, `output` is its answer. fail: it certainly did not happen. info: the answer was lost, so it may have
 * happened at any time after the call; such an operation has no return and stays open to the end of the history.
 */
export interface Operation {
  readonly process: number;
  readonly outcome: "ok" | "fail" | "info";
  /** What was asked: "write", "read", "increment"... */
  readonly action: string;
  /** The key or object; operations on different keys are independent. */
  readonly key: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly callNs: bigint;
  /** null for info. */
  readonly returnNs: bigint | null;
  /** The PoP that was asked. */
  readonly popId?: string;
}

/** What a checker answers. unknown (out of budget, or nothing to judge) is never a pass. */
export interface CheckerAnswer {
  readonly verdict: "valid" | "invalid" | "unknown";
  readonly reason: string;
  /** The smallest part of the history that shows the violation. */
  readonly violation?: readonly Operation[];
}

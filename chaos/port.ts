// What chaos needs of the world: a deployed workload to send to, and a target that can be harmed. Suites and the command
// line each make one of these; nothing in chaos opens a connection of its own, so that a simulated world can stand in.
import type { FaultEffect, FaultSpec, ObjectLocation, TargetDescription } from "../contract/target/types.js";

/** One request of a workload. */
export interface ChaosRequest {
  /** A PoP's id, or "anycast". */
  readonly pop: string;
  readonly path: string;
  /** Sent as POST when there is one, else GET. */
  readonly body?: string;
  readonly deadlineMs: number;
}

export interface ChaosAnswer {
  readonly status: number;
  readonly text: string;
}

/** Thrown by send when the request certainly never reached anybody: its connection was refused. */
export class NotSent extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "NotSent";
  }
}

/** The world of one chaos run. */
export interface ChaosPort {
  readonly target: TargetDescription;
  /** Aborted when the run must end; whatever is in effect is healed even then. */
  readonly signal: AbortSignal;
  /**
   * Sends one request to the workload's fixture. Ends by the request's deadline, and when the run is aborted.
   * @throws NotSent when it certainly did not arrive; anything else when no complete answer came: whether it happened is then unknown
   */
  send(request: ChaosRequest): Promise<ChaosAnswer>;
  /**
   * The same to the program of expirations, whose KV values show the clock of a PoP's platform timers; absent where the target cannot
   * have it beside the workload's.
   */
  readonly sendToExpirations?: (request: ChaosRequest) => Promise<ChaosAnswer>;
  inject(fault: FaultSpec): Promise<FaultEffect>;
  heal(faultId: string): Promise<{ readonly evidence: string; readonly effectiveAtMs: number }>;
  /** Which PoP owns an object of the workload's class now, by the object's id in hex; absent when the target cannot say. */
  readonly locate?: (objectId: string) => Promise<ObjectLocation>;
  /** Monotonic, the clock of the history, ns. */
  now(): bigint;
  /** Resolves after that long, or as soon as `until` is aborted. */
  wait(milliseconds: number, until?: AbortSignal): Promise<void>;
}

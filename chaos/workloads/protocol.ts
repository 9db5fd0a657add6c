// How a run speaks to the program that serves a workload: one POST an operation, answered with what came of it. An answer that
// is neither "it happened" nor "it certainly did not" leaves the operation open.
import type { ChaosAnswer } from "../port.js";
import type { Invocation } from "./workload.js";

export interface WorkloadRequest {
  readonly path: string;
  readonly body?: string;
}

export type OperationAnswer = { readonly outcome: "ok"; readonly output: unknown } | { readonly outcome: "fail" | "info"; readonly reason: string };

/** The request for one operation of a workload. */
export function requestOf(workloadId: string, { action, key, input }: Invocation): WorkloadRequest {
  return { path: "/operation", body: JSON.stringify({ workload: workloadId, action, key, ...(input === undefined ? {} : { input }) }) };
}

/** What an answer says of its operation. */
export function answerOf({ status, text }: ChaosAnswer): OperationAnswer {
  const shown = text.slice(0, 200);
  if (status !== 200) return { outcome: "info", reason: `HTTP ${status}: ${shown}` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { outcome: "info", reason: `not JSON: ${shown}` };
  }
  if (typeof parsed !== "object" || parsed === null || !("ok" in parsed)) return { outcome: "info", reason: `no answer to an operation: ${shown}` };
  if (parsed.ok === true && "output" in parsed) return { outcome: "ok", output: parsed.output };
  if (parsed.ok === false) return { outcome: "fail", reason: "reason" in parsed ? String(parsed.reason) : "refused" };
  return { outcome: "info", reason: `no answer to an operation: ${shown}` };
}

/** Requests that are no operations: they look at what a nemesis does. Every program of a workload answers them. */
export const probes = {
  /** Answers 200 and "alive" wherever a worker runs. */
  alive: { path: "/alive" },
  /** The same, after so long. */
  held: (milliseconds: number): WorkloadRequest => ({ path: `/alive?afterMs=${milliseconds}` }),
  /** Answers after a fixed piece of work for the processor. */
  work: { path: "/work" },
  /** Answers the id of the object with that name, for Locate. */
  id: (key: string): WorkloadRequest => ({ path: `/id?key=${encodeURIComponent(key)}` }),
  /** Writes to an object. Answers 200 and "written" once that is durable. */
  write: (key: string): WorkloadRequest => ({ path: `/probe?key=${encodeURIComponent(key)}`, body: "probe" }),
  /** Asks an object, which must exist only where it lives. Answers 200. */
  ask: (key: string): WorkloadRequest => ({ path: `/probe?key=${encodeURIComponent(key)}` }),
  /** The same; the object takes so long. */
  heldAsk: (key: string, milliseconds: number): WorkloadRequest => ({ path: `/probe?key=${encodeURIComponent(key)}&afterMs=${milliseconds}` }),
  /** Answers Date.now() of the worker. */
  now: { path: "/now" },
} as const;

/** The shortest life that KV gives a value, expirationTtl: 60: a clock that is wrong by less shows in no expiry at once. */
export const shortestLifeMs = 60_000;

/** Requests to the program of expirations, which is beside that of the workload. */
export const expirations = {
  /** Writes a value of the shortest life. Answers 200 and "written". */
  write: (key: string): WorkloadRequest => ({ path: `/expiring?key=${encodeURIComponent(key)}&lifeSeconds=${shortestLifeMs / 1_000}`, body: "write" }),
  /** Answers 200 and "there" or "gone". */
  read: (key: string): WorkloadRequest => ({ path: `/expiring?key=${encodeURIComponent(key)}` }),
} as const;

// The world of a chaos run, made of what a check is given: its fixture to send to, its target to harm. Faults go through the
// check's context, so that they are recorded with their evidence and healed whatever becomes of the check.
import { setTimeout as delay } from "node:timers/promises";
import { type ChaosPort, NotSent } from "../../chaos/port.js";
import type { CheckContext } from "../check.js";
import { codeOf } from "./outcome.js";

/** Errors of a connection that was never made: nobody got the request. */
const neverArrived: ReadonlySet<string> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"]);

/**
 * The port of a check's own fixture, which is a workload's program.
 * @param className the class of the workload's objects, for Locate; undefined when it has none
 */
export function chaosPortOf(context: Pick<CheckContext, "fixture" | "target" | "verbs" | "signal" | "inject" | "heal">, className: string | undefined): ChaosPort {
  const { fixture, target, verbs, signal } = context;
  return {
    target,
    signal,
    async send({ pop, path, body, deadlineMs }) {
      try {
        const { status, text } = await fixture.request({ pop, path, deadlineMs, ...(body === undefined ? {} : { method: "POST", body }) });
        return { status, text };
      } catch (error) {
        if (error instanceof Error && neverArrived.has(codeOf(error))) throw new NotSent(error.message, { cause: error });
        throw error;
      }
    },
    inject: (fault) => context.inject(fault),
    heal: (faultId) => context.heal(faultId),
    ...(className === undefined || !target.capabilities.includes("locate")
      ? {}
      : { locate: (objectId: string) => verbs.locate(fixture.deployment.deploymentId, className, objectId) }),
    now: () => process.hrtime.bigint(),
    wait: (milliseconds, until = signal) => delay(milliseconds, undefined, { signal: until }).catch(() => undefined),
  };
}

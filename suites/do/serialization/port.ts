// The world of a chaos run, made of what a check is given: its fixture to send to, its target to harm. Faults go through the
// check's context, so that they are recorded with their evidence and healed whatever becomes of the check.
import { NotSent, type ChaosPort } from "../../../chaos/port.js";
import type { CheckContext } from "../../check.js";
import { codeOf } from "../../runner/outcome.js";

/** Errors of a connection that was never made: nobody got the request. */
const neverArrived: ReadonlySet<string> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"]);

/**
 * The port of a check's own fixture.
 * @param className the class of the objects, for Locate; undefined when the workload has none
 */
export function portOf(context: CheckContext, className: string | undefined): ChaosPort {
  const { fixture, target, verbs, signal } = context;
  const locate = className === undefined || !target.capabilities.includes("locate") ? undefined : (objectId: string) => verbs.locate(fixture.deployment.deploymentId, className, objectId);
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
    ...(locate === undefined ? {} : { locate }),
    now: () => process.hrtime.bigint(),
    wait: (milliseconds, until = signal) => wait(milliseconds, until),
  };
}

function wait(milliseconds: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (until.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      until.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    until.addEventListener("abort", end);
  });
}

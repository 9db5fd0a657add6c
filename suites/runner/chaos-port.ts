// The world of a chaos run, made of what a check is given: its fixture to send to, its target to harm. Faults go through the
// check's context, so that they are recorded with their evidence and healed whatever becomes of the check.
import { setTimeout as delay } from "node:timers/promises";
import { type ChaosAnswer, type ChaosPort, type ChaosRequest, NotSent } from "../../chaos/port.js";
import { expirationsFixture } from "../../chaos/workloads/expirations.js";
import type { Capability } from "../../contract/target/types.js";
import type { CheckContext, DeployedFixture } from "../check.js";
import { codeOf } from "./outcome.js";

/** Errors of a connection that was never made: nobody got the request. */
const neverArrived: ReadonlySet<string> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"]);

/** What it takes to have another program beside the workload's. */
const besides: readonly Capability[] = ["deploy", "workers.multiple", "kv"];

async function sendTo(fixture: DeployedFixture, { pop, path, body, deadlineMs }: ChaosRequest): Promise<ChaosAnswer> {
  try {
    const { status, text } = await fixture.request({ pop, path, deadlineMs, ...(body === undefined ? {} : { method: "POST", body }) });
    return { status, text };
  } catch (error) {
    if (error instanceof Error && neverArrived.has(codeOf(error))) throw new NotSent(error.message, { cause: error });
    throw error;
  }
}

/**
 * The port of a check's own fixture, which is a workload's program.
 * @param className the class of the workload's objects, for Locate; undefined when it has none
 */
export function chaosPortOf(context: Pick<CheckContext, "fixture" | "target" | "verbs" | "signal" | "inject" | "heal" | "deploy">, className: string | undefined): ChaosPort {
  const { fixture, target, verbs, signal } = context;
  let expirationsProgram: Promise<DeployedFixture> | undefined;
  return {
    target,
    signal,
    send: (request) => sendTo(fixture, request),
    ...(besides.every((capability) => target.capabilities.includes(capability))
      ? {
          sendToExpirations: async (request: ChaosRequest) => {
            // Once it is asked: few runs set a clock wrong.
            expirationsProgram ??= context.deploy(expirationsFixture);
            return sendTo(await expirationsProgram, request);
          },
        }
      : {}),
    inject: (fault) => context.inject(fault),
    heal: (faultId) => context.heal(faultId),
    ...(className === undefined || !target.capabilities.includes("locate")
      ? {}
      : { locate: (objectId: string) => verbs.locate(fixture.deployment.deploymentId, className, objectId) }),
    now: () => process.hrtime.bigint(),
    wait: (milliseconds, until = signal) => delay(milliseconds, undefined, { signal: until }).catch(() => undefined),
  };
}

// The world of a chaos run, made of a target and a deployed workload: what was sent, harmed and located goes through the
// same doors as in every other check.
import { setTimeout as delay } from "node:timers/promises";
import { type ChaosPort, NotSent } from "../../chaos/port.js";
import type { Workload } from "../../chaos/workloads/workload.js";
import type { TargetDescription, TargetVerbs } from "../../contract/target/types.js";
import type { DeployedFixture } from "../check.js";
import { codeOf } from "./outcome.js";

export interface ChaosWorld {
  readonly target: TargetDescription;
  readonly verbs: Pick<TargetVerbs, "locate">;
  /** The workload's program. */
  readonly deployed: DeployedFixture;
  readonly workload: Pick<Workload, "className">;
  readonly signal: AbortSignal;
  readonly inject: ChaosPort["inject"];
  readonly heal: ChaosPort["heal"];
}

/** @returns the port of one run */
export function chaosPortOf({ target, verbs, deployed, workload, signal, inject, heal }: ChaosWorld): ChaosPort {
  const { className } = workload;
  return {
    target,
    signal,
    async send({ pop, path, body, deadlineMs }) {
      try {
        const { status, text } = await deployed.request({ pop, path, deadlineMs, ...(body === undefined ? {} : { method: "POST", body }) });
        return { status, text };
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        if (codeOf(cause) === "ECONNREFUSED") throw new NotSent("the connection was refused", { cause: error });
        throw error;
      }
    },
    inject,
    heal,
    ...(className === undefined || !target.capabilities.includes("locate")
      ? {}
      : { locate: (objectId: string) => verbs.locate(deployed.deployment.deploymentId, className, objectId) }),
    now: () => process.hrtime.bigint(),
    wait: (milliseconds, until) => delay(milliseconds, undefined, until === undefined ? {} : { signal: until }).catch(() => undefined),
  };
}

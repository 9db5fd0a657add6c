// Lag of D1's replicas as a fault: the feed from primaries to the replicas of one PoP is slow, or stands still.
import { EdgemarkError } from "../../../contract/errors.js";
import type { Inject } from "./injected.js";
import { parametersOf } from "./parameters.js";

/** The scope that means the feed of a PoP's replicas. */
export const replicationScope = "replication";

const longestMs = 3_600_000;

export const lagReplicas: Inject = async (edge, pop, fault) => {
  if (pop.current === undefined) throw new EdgemarkError("target.refused", `expected a PoP that is up; ${pop.id} is down, and its replicas with it; bring it up first`);
  switch (fault.kind) {
    case "slow-link": {
      const { delayMs, jitterMs } = parametersOf(fault, { delayMs: { least: 1, most: longestMs }, jitterMs: { otherwise: 0, least: 0, most: longestMs } });
      // Up to so much more, as on every link; the rule's jitter is to both sides of its delay.
      const rule = `*>${pop.id}=${Math.round(delayMs + jitterMs / 2)}~${Math.round(jitterMs / 2)}`;
      return held(await edge.holdD1Lag(rule), `replicas at PoP ${pop.id} were told to show changes ${Math.round(delayMs)}${jitterMs > 0 ? ` to ${Math.round(delayMs + jitterMs)}` : ""} ms after their commit`, pop.id);
    }
    case "isolate":
      parametersOf(fault, {});
      return held(await edge.holdD1Lag(`*>${pop.id}=stopped`), `replicas at PoP ${pop.id} were told to take no changes`, pop.id);
    default:
      throw new EdgemarkError("target.refused", `expected slow-link or isolate for the scope ${replicationScope}; ${fault.kind} came; name one of them`);
  }
};

function held(lag: { release(): Promise<void> }, evidence: string, popId: string): Awaited<ReturnType<Inject>> {
  return {
    evidence,
    async heal() {
      await lag.release();
      return `replicas at PoP ${popId} follow as before`;
    },
  };
}

// Isolates that stay loaded: how much memory each takes, and how a cold start fares beside many of them.
import { messageOf } from "../../contract/errors.js";
import type { Deployment } from "../../contract/target/types.js";
import { descendantsOf, memoryOf } from "../machine/processes.js";
import { openColdClient } from "./client.js";
import { deployCold, type ColdScope } from "./measure.js";

export interface Residents {
  /** Isolates that are loaded, at every PoP. */
  readonly count: number;
  readonly deployments: readonly Deployment[];
  /** Memory of the target's runtime processes together, MB; undefined where the kernel cannot be asked. */
  readonly memoryMb: number | undefined;
  /** Why there are fewer than wanted. */
  readonly endedEarly?: string;
}

/** A small script: what is measured is what an isolate costs, not its code. */
const residentBytes = 1_000;

/** Memory of every process below this one but its own children, which are adapters. */
export function runtimeMemoryMb(): number | undefined {
  const all = descendantsOf(process.pid);
  const measured = memoryOf(all);
  // The adapter is the first below us; the runtime's processes are below that.
  const runtime = measured.filter(({ pid }) => pid !== all[0]);
  return runtime.length === 0 ? undefined : runtime.reduce((sum, { proportionalMb }) => sum + proportionalMb, 0);
}

/**
 * Deploys and asks workers until `wanted` are resident at every PoP.
 * @param before those that are already
 * @param budgetMs none is begun after this; where every deployment restarts the runtime, a thousand of them would take hours
 */
export async function growResidents(scope: ColdScope, before: readonly Deployment[], wanted: number, budgetMs: number): Promise<Residents> {
  const deployments = [...before];
  const startedMs = performance.now();
  let endedEarly: string | undefined;
  while (deployments.length < wanted && endedEarly === undefined) {
    const elapsedMs = performance.now() - startedMs;
    const done = deployments.length - before.length;
    const projectedMs = done < 3 ? 0 : (elapsedMs / done) * (wanted - before.length);
    if (scope.signal.aborted) endedEarly = "interrupted";
    else if (elapsedMs > budgetMs || projectedMs > 3 * budgetMs) endedEarly = `${wanted} deployments would take about ${(Math.max(projectedMs, elapsedMs) / 1_000).toFixed(0)} s, and ${(budgetMs / 1_000).toFixed(0)} s are allowed`;
    else {
      try {
        const deployment = await deployCold(scope, `edgemark-resident-${deployments.length}`, residentBytes, "resident");
        deployments.push(deployment);
        await ask(deployment);
      } catch (error) {
        endedEarly = messageOf(error).slice(0, 300);
      }
    }
  }
  // A runtime that restarts with each deployment has forgotten the others: what is resident is what answered since.
  if (endedEarly === undefined) for (const deployment of deployments) await ask(deployment).catch((error: unknown) => (endedEarly = messageOf(error).slice(0, 300)));
  return { count: deployments.length, deployments, memoryMb: runtimeMemoryMb(), ...(endedEarly === undefined ? {} : { endedEarly }) };
}

async function ask({ endpoints }: Deployment): Promise<void> {
  for (const { url, host } of endpoints) {
    const client = await openColdClient(url);
    try {
      await client.ask(host);
    } finally {
      client.close();
    }
  }
}

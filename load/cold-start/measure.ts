// Takes cold-start samples of a target: deploys a version that nobody has loaded, lets the machine come to rest, asks for it
// once on a connection that is open and warm, then a few times more.
import { messageOf } from "../../contract/errors.js";
import type { Deployment, Endpoint, TargetVerbs } from "../../contract/target/types.js";
import { descendantsOf, usageOf } from "../machine/processes.js";
import { openColdClient } from "./client.js";
import { scriptOf } from "./script.js";
import { median, type ColdSample } from "./statistics.js";

export interface ColdSeries {
  /** The deployment's name; each sample is a new version of it. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly samples: number;
  /** No further sample is begun after this. */
  readonly budgetMs: number;
  /** The beginning of the head goes out so long before the rest; 0: all at once. */
  readonly aheadMs: number;
}

export interface ColdScope {
  readonly verbs: Pick<TargetVerbs, "deploy">;
  readonly compatibilityDate: string;
  /** A small worker that is deployed already. */
  readonly warm: Endpoint;
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface ColdReading {
  readonly samples: readonly ColdSample[];
  /** Mean time of a deployment, ms. */
  readonly deployMs: number;
  /** Why there are fewer samples than wanted. */
  readonly endedEarly?: string;
}

/** Requests after the cold one, whose median is its pair; an odd number. */
const warmRequests = 7;
/** Requests to what is warm already, right before the cold one: connection, front and client are then at work. */
const warmingRequests = 5;
/** A deployment leaves work behind (processes that end, code that is compiled); at rest means less than this share of one processor... */
const restShare = 0.2;
const restWindowMs = 15;
/** ... and it is waited for no longer than this. */
const restAtMostMs = 1_000;

/** Deploys a version no isolate has loaded. @throws EdgemarkError of kind target when it is refused */
export async function deployCold(scope: Pick<ColdScope, "verbs" | "compatibilityDate" | "seed">, name: string, sizeBytes: number, salt: string): Promise<Deployment> {
  const content = scriptOf(sizeBytes, `${scope.seed}-${name}-${salt}`);
  return scope.verbs.deploy({ name, mainModule: "main.js", modules: [{ path: "main.js", kind: "esm", content }], compatibilityDate: scope.compatibilityDate, compatibilityFlags: [], bindings: [], crons: [] });
}

/** @returns what could be measured; a target that refuses the size is a finding, told in endedEarly */
export async function measureCold(scope: ColdScope, series: ColdSeries): Promise<ColdReading> {
  const samples: ColdSample[] = [];
  const startedMs = performance.now();
  let deployedMs = 0;
  let deployments = 0;
  let endedEarly: string | undefined;
  for (let index = 0; index < series.samples; index++) {
    if (scope.signal.aborted) endedEarly = "interrupted";
    else if (performance.now() - startedMs > series.budgetMs) endedEarly = `the time of ${(series.budgetMs / 1_000).toFixed(0)} s was over`;
    if (endedEarly !== undefined) break;
    const deployStartedMs = performance.now();
    try {
      const deployment = await deployCold(scope, series.name, series.sizeBytes, String(index));
      deployedMs += performance.now() - deployStartedMs;
      deployments++;
      const [endpoint] = deployment.endpoints;
      if (endpoint === undefined) throw new Error("the deployment has no endpoint");
      samples.push(await sampleAt(endpoint, scope.warm, series.aheadMs));
    } catch (error) {
      endedEarly = messageOf(error).slice(0, 300);
    }
  }
  return { samples, deployMs: deployedMs / Math.max(1, deployments), ...(endedEarly === undefined ? {} : { endedEarly }) };
}

/** One sample at one PoP. @throws EdgemarkError target.refused @param warm what is asked before, so that nothing but the version is new */
export async function sampleAt(endpoint: Endpoint, warm: Endpoint, aheadMs: number): Promise<ColdSample> {
  const pids = [process.pid, ...descendantsOf(process.pid)];
  await atRest(pids.slice(1));
  const client = await openColdClient(endpoint.url);
  // Where every worker has an address of its own, the sample's connection carries nothing before it.
  const warming = warm.url === endpoint.url ? client : await openColdClient(warm.url);
  try {
    for (let request = 0; request < warmingRequests; request++) await warming.ask(warm.host);
    // What is loaded during a head start is not in the time that is measured, and neither is what it waited.
    let waitedBeforeMs = 0;
    const cold = await client.ask(endpoint.host, { aheadMs, onSend: () => (waitedBeforeMs = usageOf(pids).waitedMs) });
    const waitedMs = usageOf(pids).waitedMs - waitedBeforeMs;
    if (cold.status !== 200) throw new Error(`the worker was expected to answer with status 200; ${cold.status} came`);
    const again: number[] = [];
    for (let request = 0; request < warmRequests; request++) again.push((await client.ask(endpoint.host)).firstByteMs);
    return { coldMs: cold.firstByteMs, warmMs: median(again), before: cold.before, waitedMs };
  } finally {
    warming.close();
    client.close();
  }
}

/** Waits until the target's processes use little. Unknown processes count as at rest. */
async function atRest(pids: readonly number[]): Promise<void> {
  const untilMs = performance.now() + restAtMostMs;
  for (let before = usageOf(pids).cpuMs; pids.length > 0 && performance.now() < untilMs; ) {
    const beganMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, restWindowMs));
    const { cpuMs } = usageOf(pids);
    if (cpuMs - before < restShare * (performance.now() - beganMs)) return;
    before = cpuMs;
  }
}

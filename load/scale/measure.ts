// What a target costs at one size: memory, idle processor time, deployments, the latency of a small request and its processor
// time. One place of a curve.
import type { Deployment, Endpoint } from "../../contract/target/types.js";
import { median } from "../../contract/median.js";
import { descendantsOf, memoryOf, usageOf } from "../machine/processes.js";
import { runOpenLoop } from "../open-loop/open-loop.js";

/** What a request costs and how long it takes. */
export interface RequestCost {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of all of the target's processes, us for each request; undefined where the kernel cannot be asked. */
  readonly cpuUs: number | undefined;
  readonly n: number;
  /** Why it must not be judged. */
  readonly voidBecause?: string;
}

/** Proportional memory of everything that was started below this process, MB; undefined where the kernel cannot be asked. */
export function memoryMb(): number | undefined {
  const measured = memoryOf(descendantsOf(process.pid));
  return measured.length === 0 ? undefined : measured.reduce((sum, { proportionalMb }) => sum + proportionalMb, 0);
}

/** What a target uses while nobody asks it anything. */
export interface Idle {
  /** Processor time, ms each second. */
  readonly cpuMs: number | undefined;
  readonly memoryMb: number | undefined;
  /** Why it must not be judged. */
  readonly voidBecause?: string;
}

/** Looks at a target at rest. A process that ends or begins meanwhile takes its processor time and memory with it: then nothing is known. */
export async function idleCost(windowMs: number): Promise<Idle> {
  const pids = descendantsOf(process.pid);
  if (pids.length === 0) return { cpuMs: undefined, memoryMb: undefined };
  const beganMs = performance.now();
  const before = usageOf(pids).cpuMs;
  await new Promise((resolve) => setTimeout(resolve, windowMs));
  const cpuMs = (1_000 * (usageOf(pids).cpuMs - before)) / (performance.now() - beganMs);
  const after = new Set(descendantsOf(process.pid));
  const isSame = after.size === pids.length && pids.every((pid) => after.has(pid));
  return { cpuMs: isSame ? cpuMs : undefined, memoryMb: memoryMb(), ...(isSame ? {} : { voidBecause: "processes of the target ended or began meanwhile" }) };
}

/** Asks one endpoint at a low rate. */
export async function requestCost({ url, host }: Pick<Endpoint, "url" | "host">, path: string, { ratePerSecond, durationMs, seed, signal }: { readonly ratePerSecond: number; readonly durationMs: number; readonly seed: number; readonly signal: AbortSignal }): Promise<RequestCost> {
  const pids = descendantsOf(process.pid);
  const before = usageOf(pids).cpuMs;
  const result = await runOpenLoop({ url, host, path, ratePerSecond, arrivals: "poisson", durationMs, seed, timeoutMs: 10_000, connections: { max: 200 }, signal });
  const usedMs = usageOf(pids).cpuMs - before;
  const failed = result.intended - result.counts.ok;
  const voidBecause = result.void ?? (failed > 0 ? `${failed} of ${result.intended} requests failed` : undefined);
  return { p50Ms: result.latency.percentileMs(50), p99Ms: result.latency.percentileMs(99), cpuUs: pids.length === 0 ? undefined : (1_000 * usedMs) / Math.max(1, result.counts.ok), n: result.counts.ok, ...(voidBecause === undefined ? {} : { voidBecause }) };
}

/** Median time of some deployments, ms. @param deploy puts the next version there */
export async function deploymentMs(deploy: (index: number) => Promise<Deployment>, count: number): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const beganMs = performance.now();
    await deploy(index);
    times.push(performance.now() - beganMs);
  }
  return median(times);
}

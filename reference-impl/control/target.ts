// The reference edge as a target: the contract's verbs in terms of the edge. This folder and main.ts are all of the
// reference that knows the contract.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Binding, Capability, Deployment, DeploySpec, TargetDescription, TargetEvent, TargetServer } from "../../contract/target/types.js";
import { newestCompatibilityDate, workerdVersion } from "../supervisor/binary.js";
import { callAdmin } from "../supervisor/admin.js";
import { type DeployedBinding, type DeployedWorker, hostOf } from "../supervisor/deployment.js";
import type { Edge, EdgeEvent } from "../supervisor/edge.js";
import { EngineFailed } from "../supervisor/engine.js";
import type { Faults } from "./faults/registry.js";
import { timeTravelOf } from "./time-travel.js";

export interface TargetOptions {
  readonly edge: Edge;
  readonly version: string;
  readonly timeScale: number;
  /** A lease of 20 s is so many times shorter. */
  readonly leaseDivisor: number;
  readonly faults: Faults;
  /** Whether stateless workers are loaded on demand. */
  readonly isOnDemand: boolean;
  /** Named defect that was planted, "" for none. */
  readonly mutant: string;
  /** Gives every event of the edge to the listener; returns a function that ends it. */
  readonly subscribe: (listener: (event: EdgeEvent) => void) => () => void;
}

const capabilities: readonly Capability[] = [
  "workers",
  "deploy",
  "deploy.at-once",
  "workers.multiple",
  "workers.env",
  "workers.service",
  "workers.cf",
  "workers.wait-until",
  "workers.scheduled",
  "workers.websocket",
  "workers.cache",
  "workers.html-rewriter",
  "workers.event-target",
  "workers.node",
  "workers.modules",
  "kv",
  "durable-objects",
  "d1",
  "d1.replicas",
  "d1.replica-lag",
  "d1.time-travel",
  "anycast",
  "reset",
  "evict",
  "locate",
  "watch",
  "clock",
];

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The verbs of the contract over an edge. */
export function targetOf(options: TargetOptions): TargetServer {
  const { edge } = options;
  const versions = new Map<string, number>();
  const { faults } = options;

  function nameOf(deploymentId: string): string {
    const name = deploymentId.replace(/@\d+$/, "");
    if (!edge.workers.has(name)) throw new EdgemarkError("target.refused", `expected the id of a deployment; ${JSON.stringify(deploymentId)} names none; deploy it first`);
    return name;
  }

  return {
    describe: () => Promise.resolve(describe(options)),
    async deploy(spec) {
      const version = (versions.get(spec.name) ?? 0) + 1;
      const worker = workerOf(spec, version, edge);
      try {
        await edge.deploy(worker);
      } catch (error) {
        if (!(error instanceof EngineFailed)) throw error;
        throw new EdgemarkError("target.refused", `the worker ${spec.name} was refused and the previous version keeps serving: ${error.details.slice(-1500) || error.message}`, { cause: error });
      }
      versions.set(spec.name, version);
      return deploymentOf(edge, worker);
    },
    async undeploy(deploymentId) {
      const name = nameOf(deploymentId);
      // A version that was replaced is gone already; only the current one takes the deployment with it.
      if (deploymentId === `${name}@${versions.get(name) ?? 0}`) await edge.undeploy(name);
    },
    reset: () => edge.reset(),
    async evict(deploymentId) {
      await edge.evict(nameOf(deploymentId));
    },
    async locate(deploymentId, _className, objectId) {
      nameOf(deploymentId);
      const owner = await edge.locate(objectId);
      return owner === undefined ? { found: false, popId: "", epoch: "" } : { found: true, ...owner };
    },
    injectFault: (fault) => faults.inject(fault),
    healFault: (faultId) => faults.heal(faultId),
    clock: (advanceMs) => edge.advanceClock(advanceMs),
    async triggerCron(request) {
      const worker = nameOf(request.deploymentId);
      const pop = request.popId === undefined ? edge.pops.find((one) => one.current !== undefined) : edge.pop(request.popId);
      if (pop === undefined) throw new EdgemarkError("target.refused", `expected a PoP that is up; ${request.popId ?? "none"} is not; name another`);
      try {
        const answer = JSON.parse(await callAdmin(pop, edge.adminToken, "/scheduled", { worker, cron: request.cron, scheduledTimeMs: request.scheduledTimeMs, isolate: edge.isolateOf(worker) })) as { outcome: string; noRetry: boolean };
        return { outcome: answer.outcome, noRetry: answer.noRetry };
      } catch (cause) {
        throw new EdgemarkError("target.refused", `the scheduled event could not be delivered: ${messageOf(cause)}`, { cause });
      }
    },
    ...timeTravelOf(edge, nameOf),
    watch: (onEvent) => options.subscribe((event) => onEvent(event satisfies TargetEvent)),
  };
}

function describe(options: TargetOptions): TargetDescription {
  const { edge } = options;
  return {
    name: "reference",
    version: options.version,
    vendor: "Edgemark",
    capabilities: [...capabilities, ...options.faults.capabilities],
    unknownCapabilities: [],
    timeScale: options.timeScale,
    pops: edge.pops.map((pop) => ({
      id: pop.id,
      region: pop.place.region,
      latitude: pop.place.latitude,
      longitude: pop.place.longitude,
      httpAddress: `127.0.0.1:${pop.listener?.port ?? 0}`,
    })),
    anycastAddress: `127.0.0.1:${edge.anycast.port}`,
    limits: {},
    notes: [
      `workerd ${workerdVersion()}, one process per PoP, in cluster mode: Durable Objects are the engine's own`,
      "a client's place is told by its loopback address: 127.<10 + n>.x.y is near place n",
      `a PoP that falls silent keeps its objects until its lease is over, ${20 / options.leaseDivisor} s; one that is seen to exit does not`,
      ...(options.isOnDemand ? ["stateless workers are loaded on demand, by workerd's Worker Loader; the others are part of their PoP's process"] : []),
      ...(options.mutant === "" ? [] : [`planted defect: ${options.mutant}`]),
    ],
    compatibilityDate: newestCompatibilityDate(),
  };
}

function workerOf(spec: DeploySpec, version: number, edge: Edge): DeployedWorker {
  const problems: string[] = [];
  if (!namePattern.test(spec.name)) problems.push(`a name of lower case letters, digits and dashes was expected; ${JSON.stringify(spec.name)} came`);
  if (!spec.modules.some((module) => module.path === spec.mainModule)) problems.push(`the main module ${JSON.stringify(spec.mainModule)} is not among the modules`);
  const bindings: DeployedBinding[] = [];
  for (const binding of spec.bindings) {
    const translated = bindingOf(binding);
    if (typeof translated === "string") problems.push(translated);
    else bindings.push(translated);
    if (binding.kind === "service" && binding.service !== spec.name && !edge.workers.has(binding.service)) problems.push(`the service binding ${binding.name} names ${binding.service}, which is not deployed`);
  }
  if (problems.length > 0) throw new EdgemarkError("target.refused", `the worker ${spec.name} cannot be deployed: ${problems.join("; ")}`);
  return { name: spec.name, version, mainModule: spec.mainModule, modules: spec.modules, compatibilityDate: spec.compatibilityDate, compatibilityFlags: spec.compatibilityFlags, bindings, crons: spec.crons };
}

function bindingOf(binding: Binding): DeployedBinding | string {
  switch (binding.kind) {
    case "kv":
    case "d1":
    case "durable_object":
    case "service":
      return binding;
    case "text":
    case "secret":
      return { kind: "text", name: binding.name, value: binding.value };
    case "json":
      return { kind: "json", name: binding.name, value: binding.value };
    case "r2":
    case "queue":
      return `the binding ${binding.name} is of kind ${binding.kind}, which this edge does not have yet`;
  }
}

function deploymentOf(edge: Edge, worker: DeployedWorker): Deployment {
  const host = hostOf(worker.name);
  return {
    deploymentId: `${worker.name}@${worker.version}`,
    version: String(worker.version),
    endpoints: edge.pops.map((pop) => ({ popId: pop.id, url: `http://127.0.0.1:${pop.listener?.port ?? 0}`, host })),
    anycast: { popId: "anycast", url: `http://127.0.0.1:${edge.anycast.port}`, host },
  };
}

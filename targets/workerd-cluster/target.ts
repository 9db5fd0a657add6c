// The cluster seen through the contract: what it declares, and each verb in its words.
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { Binding, TargetServer } from "../../contract/target/types.js";
import { known } from "../kit/process-per-worker.js";
import type { Cluster } from "./cluster.js";
import { controlSocket, socketOf } from "./config.js";

const unavailable: readonly Binding["kind"][] = ["r2", "queue"];

/**
 * @param version of workerd
 * @param bucketWords what the nodes share, for the notes
 */
export function targetOf(cluster: Cluster, version: string, bucketWords: string): TargetServer {
  return {
    describe: async () => ({
      name: "workerd-cluster",
      version,
      vendor: "Cloudflare",
      capabilities: [
        "workers",
        "deploy",
        "workers.multiple",
        "workers.env",
        "workers.modules",
        "workers.service",
        "workers.wait-until",
        "workers.scheduled",
        "workers.websocket",
        "workers.html-rewriter",
        "workers.event-target",
        "workers.node",
        "kv",
        "durable-objects",
        "d1",
        "reset",
        "watch",
        "fault.kill",
        "fault.stop",
        "fault.pause",
      ],
      unknownCapabilities: [],
      timeScale: 1,
      pops: cluster.nodes.map(({ id }) => ({ id, region: "local", latitude: 0, longitude: 0, httpAddress: "" })),
      anycastAddress: "",
      limits: {},
      notes: [
        `${cluster.nodes.length} nodes of stock workerd with --experimental, all on this machine; ${bucketWords}`,
        "KV and D1 are the modules that come with workerd (/workerd/kv.js, /workerd/d1.js); D1 has one copy and no replicas",
        "real time: a lease lasts 20 s, so the objects of a killed node are taken over after up to 20 s",
        "every Deploy, Undeploy and Reset restarts all nodes: connections and what objects hold in memory are lost, stored data stays, faults end",
        "no cache is configured, request.cf is not set, and no address routes to the nearest node, so these are not declared",
      ],
      compatibilityDate: "2026-11-17",
    }),
    async deploy(spec) {
      for (const { kind, name, ...binding } of spec.bindings) {
        if (unavailable.includes(kind)) throw new EdgemarkError("usage.input", `expected bindings that this target has; ${name} is ${kind}; remove it`);
        const other = "service" in binding ? binding.service : "script" in binding ? binding.script : undefined;
        if (other !== undefined && other !== spec.name && !cluster.deployments.has(other)) throw new EdgemarkError("usage.input", `expected ${name} to name a deployment; ${other} is none; deploy it first`);
      }
      const version = await cluster.deploy(spec);
      const endpoints = await Promise.all(
        cluster.nodes.map(async (node) => ({ popId: node.id, url: `http://127.0.0.1:${await node.port(socketOf(spec.name))}`, host: `${spec.name}.localhost` })),
      );
      return { deploymentId: spec.name, version, endpoints };
    },
    undeploy: (deploymentId) => cluster.undeploy(deploymentId),
    reset: () => cluster.reset(),
    async triggerCron({ deploymentId, cron, scheduledTimeMs, popId }) {
      known(cluster.deployments, deploymentId);
      const node = popId === undefined ? cluster.nodes.find((one) => one.isRunning) : cluster.nodes.find(({ id }) => id === popId);
      if (node === undefined) throw new EdgemarkError("usage.input", `expected a PoP that runs; ${popId ?? "none does"}; name another`);
      const response = await fetch(`http://127.0.0.1:${await node.port(controlSocket)}/`, {
        method: "POST",
        // The engine closes connections that were idle for 5 s: one that is used just then loses its request.
        headers: { connection: "close" },
        body: JSON.stringify({ service: deploymentId, cron, scheduledTimeMs }),
        signal: AbortSignal.timeout(60_000),
      });
      return parseOutcome(await response.text());
    },
    injectFault: (fault) => cluster.inject(fault),
    healFault: (faultId) => cluster.heal(faultId),
    watch: (onEvent) => cluster.watch(onEvent),
  };
}

function parseOutcome(text: string): { outcome: string; noRetry: boolean } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "outcome" in value && typeof value.outcome === "string") {
      return { outcome: value.outcome, noRetry: "noRetry" in value && value.noRetry === true };
    }
  } catch (error) {
    throw new EdgemarkError("harness.internal", `expected the outcome of a trigger; ${JSON.stringify(text.slice(0, 300))} came (${messageOf(error)})`, { cause: error });
  }
  throw new EdgemarkError("harness.internal", `expected the outcome of a trigger; ${JSON.stringify(text.slice(0, 300))} came`);
}

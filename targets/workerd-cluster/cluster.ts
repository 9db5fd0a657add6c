// The cluster as one thing: its deployments, its nodes, its faults. A change of deployments is a new configuration, and so
// a restart of every node; changes happen one at a time.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { DeploySpec, EventKind, FaultEffect, FaultSpec, TargetEvent } from "../../contract/target/types.js";
import { freePort } from "../kit/front.js";
import { known } from "../kit/process-per-worker.js";
import type { Bucket } from "./bucket.js";
import { clusterConfig } from "./config.js";
import { ClusterNode } from "./nodes.js";

export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  readonly deployments: ReadonlyMap<string, { readonly spec: DeploySpec; readonly version: string }>;
  open(): Promise<void>;
  deploy(spec: DeploySpec): Promise<string>;
  undeploy(name: string): Promise<void>;
  reset(): Promise<void>;
  inject(fault: FaultSpec): Promise<FaultEffect>;
  heal(faultId: string): Promise<{ readonly evidence: string; readonly effectiveAtMs: number }>;
  /** @returns a function that ends it */
  watch(onEvent: (event: TargetEvent) => void): () => void;
  close(): Promise<void>;
}

export interface ClusterOptions {
  readonly program: string;
  readonly folder: string;
  readonly bucket: Bucket;
  readonly pops: number;
  readonly key: string;
}

/** @returns the cluster, not started */
export function openCluster({ program, folder, bucket, pops, key }: ClusterOptions): Cluster {
  const deployments = new Map<string, { readonly spec: DeploySpec; readonly version: string }>();
  const faults = new Map<string, { readonly node: ClusterNode; readonly kind: FaultSpec["kind"] }>();
  const listeners = new Set<(event: TargetEvent) => void>();
  let generation = 0;
  let versions = 0;
  let isOver = false;

  const emit = (kind: EventKind, popId: string, detail: string): void => {
    for (const listener of listeners) listener({ kind, atMs: Date.now(), popId, detail });
  };
  const isFaulty = (node: ClusterNode): boolean => [...faults.values()].some((fault) => fault.node === node);
  const onDown = (node: ClusterNode, words: string): void => {
    emit("pop-down", node.id, words);
    // A node that lost its lease ends by itself; its supervisor starts it again.
    if (!isOver && !isFaulty(node)) void inTurn(() => revive(node)).catch(() => undefined);
  };
  const nodes = Array.from({ length: pops }, (_, index) => new ClusterNode(`node-${index + 1}`, folder, freePort, onDown));
  const revive = async (node: ClusterNode): Promise<void> => {
    if (isOver || node.isRunning || isFaulty(node)) return;
    await node.restart();
    emit("pop-up", node.id, `process ${node.pid} answers`);
  };

  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };

  /** Restarts all nodes with the deployments as they are now; a node that a fault holds down stays so. */
  const apply = async (): Promise<void> => {
    const specs = [...deployments.values()].map(({ spec }) => spec);
    const configFile = join(folder, "cluster.capnp");
    for (const { name, modules } of specs) {
      for (const { path, content } of modules) {
        const file = join(folder, name, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
      }
    }
    // It holds the cluster's key.
    await writeFile(configFile, clusterConfig(specs, { bucket: `${bucket.url}-${generation}`, endpoint: bucket.endpoint, key }), { mode: 0o600 });
    await Promise.all(nodes.map((node) => node.stop()));
    const launch = { program, configFile, env: bucket.env, deployments: specs.map(({ name }) => name), generation };
    const results = await Promise.allSettled(nodes.map((node) => node.start(launch)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    // A restart ends faults of processes, which are others now.
    faults.clear();
  };

  const nodeOf = (popId: string): ClusterNode => {
    const node = nodes.find(({ id }) => id === popId);
    if (node === undefined) throw new EdgemarkError("usage.input", `expected one of ${nodes.map(({ id }) => id).join(", ")}; ${JSON.stringify(popId)} came; name a PoP of Describe`);
    return node;
  };

  return {
    nodes,
    deployments,
    open: apply,
    deploy: (spec) =>
      inTurn(async () => {
        const before = deployments.get(spec.name);
        const version = `v${++versions}`;
        deployments.set(spec.name, { spec, version });
        try {
          await apply();
        } catch (error) {
          if (before === undefined) deployments.delete(spec.name);
          else deployments.set(spec.name, before);
          await apply().catch((second: unknown) => {
            throw new EdgemarkError("harness.internal", `expected the cluster to start as it was before the worker was refused; ${messageOf(second)}`, { cause: error });
          });
          throw error;
        }
        for (const node of nodes) emit("deployment-rolled-out", node.id, `${spec.name} ${version}`);
        return version;
      }),
    undeploy: (name) =>
      inTurn(async () => {
        known(deployments, name);
        deployments.delete(name);
        await apply();
        await rm(join(folder, name), { recursive: true, force: true });
      }),
    reset: () =>
      inTurn(async () => {
        // Nodes refuse disks of another prefix, so both are new.
        generation++;
        await apply();
      }),
    async inject({ kind, popId }) {
      const node = nodeOf(popId);
      if (kind !== "kill" && kind !== "stop" && kind !== "pause") throw new EdgemarkError("usage.input", `expected kill, stop or pause; ${kind} came, which this target does not declare`);
      const faultId = `fault-${++versions}`;
      // Before the process ends, or its end would be taken for a crash.
      faults.set(faultId, { node, kind });
      try {
        const evidence = kind === "pause" ? await node.pause() : await node.end(kind === "kill" ? "SIGKILL" : "SIGTERM");
        emit("fault-injected", popId, evidence);
        return { faultId, evidence, effectiveAtMs: Date.now() };
      } catch (error) {
        faults.delete(faultId);
        throw error;
      }
    },
    heal: (faultId) =>
      inTurn(async () => {
        const { node, kind } = known(faults, faultId);
        faults.delete(faultId);
        let evidence = kind === "pause" ? node.resume() : "";
        // A node that was paused for longer than its lease ends by itself; then it is started again.
        if (kind !== "pause") {
          await revive(node);
          evidence = `process ${node.pid} answers`;
        }
        emit("fault-healed", node.id, evidence);
        return { evidence, effectiveAtMs: Date.now() };
      }),
    watch(onEvent) {
      listeners.add(onEvent);
      return () => void listeners.delete(onEvent);
    },
    async close() {
      isOver = true;
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

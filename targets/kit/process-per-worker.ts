// The target around a runtime that runs one worker per process (deno, bun, edge-runtime): one PoP, a process and a stable
// address per deployment, and no storage.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";
import type { Binding, DeploySpec, Deployment, TargetDescription, TargetServer } from "../../contract/target/types.js";
import type { Child } from "./child.js";
import { type Front, openFront } from "./front.js";
import type { RunningAdapter } from "./adapter.js";

export const popId = "local";

export interface WorkerFiles {
  /** A folder of this version's own. */
  readonly folder: string;
  readonly mainModule: string;
  readonly env: Readonly<Record<string, unknown>>;
}

export interface ProcessRuntime {
  readonly description: Omit<TargetDescription, "pops" | "anycastAddress" | "unknownCapabilities" | "timeScale" | "limits" | "compatibilityDate">;
  /** Starts a worker whose modules lie in a folder. @throws EdgemarkError usage.input when the worker does not start */
  start(files: WorkerFiles): Promise<Child & { readonly port: number }>;
}

interface Running {
  readonly name: string;
  readonly front: Front;
  child: Child;
  files: WorkerFiles;
}

/** Opens the target; its processes start with Deploy. */
export async function openProcessPerWorker(runtime: ProcessRuntime): Promise<RunningAdapter> {
  const root = await mkdtemp(join(tmpdir(), "edgemark-"));
  const deployments = new Map<string, Running>();
  let versions = 0;

  const launch = async (spec: DeploySpec): Promise<{ child: Child & { readonly port: number }; files: WorkerFiles; version: string }> => {
    const version = `v${++versions}`;
    const folder = join(root, spec.name, version);
    await writeModules(spec, folder, runtime.description.name);
    const files = { folder, mainModule: spec.mainModule, env: envOf(spec.bindings, runtime.description.name) };
    return { child: await runtime.start(files), files, version };
  };
  /** A worker that ends its process loses what it was doing; like any platform, the target starts it again. */
  const restartAfterCrash = (running: Running, child: Child): void => {
    const isCurrent = (): boolean => deployments.get(running.name) === running && running.child === child;
    void child.exited.then(async () => {
      if (!isCurrent()) return;
      const next = await runtime.start(running.files).catch(() => undefined);
      if (next === undefined) return;
      if (!isCurrent()) return next.stop();
      running.child = next;
      restartAfterCrash(running, next);
      await running.front.switchTo(next.port);
    });
  };

  const server: TargetServer = {
    describe: async () => ({
      ...runtime.description,
      unknownCapabilities: [],
      timeScale: 1,
      pops: [{ id: popId, region: "local", latitude: 0, longitude: 0, httpAddress: "" }],
      anycastAddress: "",
      limits: {},
      compatibilityDate: "",
    }),
    async deploy(spec) {
      const { child, files, version } = await launch(spec);
      const before = deployments.get(spec.name);
      if (before === undefined) {
        const running: Running = { name: spec.name, front: await openFront(child.port), child, files };
        deployments.set(spec.name, running);
        restartAfterCrash(running, child);
        return answer(spec.name, version, running.front.port);
      }
      const old = { child: before.child, folder: before.files.folder };
      Object.assign(before, { child, files });
      restartAfterCrash(before, child);
      await before.front.switchTo(child.port);
      await old.child.stop();
      await rm(old.folder, { recursive: true, force: true });
      return answer(spec.name, version, before.front.port);
    },
    async undeploy(deploymentId) {
      const running = known(deployments, deploymentId);
      deployments.delete(deploymentId);
      await Promise.all([running.front.close(), running.child.stop()]);
      await rm(join(root, running.name), { recursive: true, force: true });
    },
  };
  const close = async (): Promise<void> => {
    const all = [...deployments.values()];
    deployments.clear();
    await Promise.all(all.map(({ front, child }) => Promise.all([front.close(), child.stop()])));
    await rm(root, { recursive: true, force: true });
  };
  return { server, close };
}

function answer(name: string, version: string, port: number): Deployment {
  return { deploymentId: name, version, endpoints: [{ popId, url: `http://127.0.0.1:${port}`, host: `${name}.localhost` }] };
}

/** @throws EdgemarkError usage.input for an id that names nothing */
export function known<T>(deployments: ReadonlyMap<string, T>, deploymentId: string): T {
  const found = deployments.get(deploymentId);
  if (found !== undefined) return found;
  throw new EdgemarkError("usage.input", `expected the id of a deployment; ${JSON.stringify(deploymentId)} is none; there are ${[...deployments.keys()].join(", ") || "none"}`);
}

async function writeModules(spec: DeploySpec, folder: string, runtimeName: string): Promise<void> {
  for (const { path, kind, content } of spec.modules) {
    if (kind !== "esm" && kind !== "json") throw new EdgemarkError("usage.input", `expected modules of kind esm or json; ${path} is ${kind}, which ${runtimeName} does not import; deploy a bundle`);
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await writeFile(join(folder, "package.json"), '{"type":"module"}', { flag: "wx" }).catch(() => undefined);
}

/** The bindings a runtime without storage can have: values. @throws EdgemarkError usage.input for others */
export function envOf(bindings: readonly Binding[], runtimeName: string): Record<string, unknown> {
  const entries = bindings.map((binding): [string, unknown] => {
    if (binding.kind === "text" || binding.kind === "secret") return [binding.name, binding.value];
    if (binding.kind === "json") return [binding.name, JSON.parse(binding.value)];
    throw new EdgemarkError("usage.input", `expected text, secret or json bindings; ${binding.name} is ${binding.kind}, which ${runtimeName} does not have; remove it`);
  });
  return Object.fromEntries(entries);
}

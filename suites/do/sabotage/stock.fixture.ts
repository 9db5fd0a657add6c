// A target for the suite's own tests: stock workerd on loopback, its PoPs addresses of one process (or of two that know
// nothing of each other), and a defect planted around every program that is deployed.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EdgemarkError } from "../../../contract/errors.js";
import type { Binding, Capability, DeploySpec, TargetDescription, TargetVerbs } from "../../../contract/target/types.js";

const popIds = ["a", "b"] as const;
const declared: readonly Capability[] = ["workers", "deploy", "workers.multiple", "workers.env", "workers.service", "workers.wait-until", "workers.websocket", "durable-objects"];
const saboteur = fileURLToPath(new URL("./saboteur.worker.js", import.meta.url));

export interface StockTarget {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  close(): Promise<void>;
}

interface Runtime {
  readonly child: ChildProcess;
  readonly ports: ReadonlyMap<string, number>;
}

/**
 * @param sabotage name of what is planted; "none" for nothing
 * @param isSplit whether the two PoPs are two runtimes
 */
export function stockTarget(sabotage: string, isSplit = false): StockTarget {
  const folder = mkdtempSync(join(tmpdir(), "edgemark-sabotage-"));
  const deployed = new Map<string, DeploySpec>();
  let runtimes: readonly Runtime[] = [];
  let versions = 0;

  const restart = async (): Promise<void> => {
    await Promise.all(runtimes.map(({ child }) => killed(child)));
    runtimes = [];
    runtimes = await Promise.all((isSplit ? popIds : popIds.slice(0, 1)).map((pop) => startRuntime(join(folder, `${pop}-${++versions}`), join(folder, `disk-${pop}`), [...deployed.values()], sabotage)));
  };
  // Deploys go one after the other.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };
  const refuse = async (): Promise<never> => {
    throw new EdgemarkError("target.unimplemented", "a verb of the stock target expected; it has none of this name");
  };

  const description: TargetDescription = {
    name: "stock",
    version: "1",
    vendor: "tests",
    capabilities: declared,
    unknownCapabilities: [],
    timeScale: 1,
    pops: popIds.map((id) => ({ id, region: "local", latitude: 0, longitude: 0, httpAddress: "" })),
    anycastAddress: "",
    limits: {},
    notes: [],
    compatibilityDate: "2026-11-01",
  };
  const verbs: TargetVerbs = {
    describe: async () => description,
    deploy: (spec) =>
      inTurn(async () => {
        deployed.set(spec.name, spec);
        await restart();
        const endpoints = popIds.map((popId, index) => ({ popId, url: `http://127.0.0.1:${(runtimes[index] ?? runtimes[0])?.ports.get(spec.name)}`, host: "stock" }));
        return { deploymentId: spec.name, version: String(versions), endpoints };
      }),
    undeploy: async (name) => void deployed.delete(name),
    reset: refuse,
    evict: refuse,
    locate: refuse,
    injectFault: refuse,
    healFault: refuse,
    clock: refuse,
    triggerCron: refuse,
    triggerAlarm: refuse,
    bookmarkDatabase: refuse,
    restoreDatabase: refuse,
    watch: () => () => undefined,
  };
  return {
    verbs,
    description,
    async close() {
      await queue;
      await Promise.all(runtimes.map(({ child }) => killed(child)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startRuntime(folder: string, disk: string, deployments: readonly DeploySpec[], sabotage: string): Promise<Runtime> {
  mkdirSync(folder, { recursive: true });
  mkdirSync(disk, { recursive: true });
  writeFileSync(join(folder, "saboteur.js"), readFileSync(saboteur));
  const services = deployments.map((spec, index) => serviceOf(spec, index, folder, sabotage));
  const config = join(folder, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "disk", disk = (path = ${JSON.stringify(disk)}, writable = true)), ${services.join(", ")}],
  sockets = [${deployments.map(({ name }) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}")`).join(", ")}],
);
`,
  );
  const binary = join(dirname(createRequire(import.meta.url).resolve("workerd/package.json")), "bin", "workerd");
  const child = spawn(binary, ["serve", config, "--control-fd=3", "--experimental"], { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  try {
    return { child, ports: await portsOf(child, deployments.length) };
  } catch (error) {
    await killed(child);
    throw error;
  }
}

function serviceOf({ name, modules, mainModule, compatibilityDate, compatibilityFlags, bindings }: DeploySpec, index: number, folder: string, sabotage: string): string {
  const program = new TextDecoder().decode(modules.find(({ path }) => path === mainModule)?.content);
  writeFileSync(join(folder, `program-${index}.js`), program);
  const exported = exportedNames(program);
  const own = bindings.flatMap((one) => (one.kind === "durable_object" && one.script === undefined ? [one] : []));
  const classes = [...new Set(own.map((one) => one.className))];
  const lines = exported.map((one) => (one === "default" ? "export default planted.default;" : `export const ${one} = planted.${one};`));
  writeFileSync(
    join(folder, `main-${index}.js`),
    `import * as program from "./program.js";\nimport { plant } from "./saboteur.js";\nconst planted = plant(program, ${JSON.stringify(classes)}, ${JSON.stringify(sabotage)});\n${lines.join("\n")}\n`,
  );
  const namespaces = classes.map((className) => `(className = "${className}", uniqueKey = "${name}-${className}", enableSql = ${own.some((one) => one.className === className && one.sqlite)})`);
  return `(name = "${name}", worker = (
    modules = [(name = "main.js", esModule = embed "main-${index}.js"), (name = "program.js", esModule = embed "program-${index}.js"), (name = "saboteur.js", esModule = embed "saboteur.js")],
    compatibilityDate = "${compatibilityDate}", compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
    bindings = [${bindings.map(bindingOf).join(", ")}],
    durableObjectNamespaces = [${namespaces.join(", ")}], durableObjectStorage = (localDisk = "disk")
  ))`;
}

/** The names in the export list that ends a bundle. */
function exportedNames(program: string): readonly string[] {
  const list = /export\s*\{([^}]*)\};?\s*$/.exec(program)?.[1] ?? "";
  return list.split(",").map((entry) => entry.trim().replace(/^.* as /, "")).filter((name) => name !== "");
}

function bindingOf(binding: Binding): string {
  switch (binding.kind) {
    case "durable_object":
      return `(name = "${binding.name}", durableObjectNamespace = (className = "${binding.className}"${binding.script === undefined ? "" : `, serviceName = "${binding.script}"`}))`;
    case "service":
      return `(name = "${binding.name}", service = (name = "${binding.service}"${binding.entrypoint === undefined ? "" : `, entrypoint = "${binding.entrypoint}"`}))`;
    case "text":
      return `(name = "${binding.name}", text = ${JSON.stringify(binding.value)})`;
    default:
      throw new EdgemarkError("harness.internal", `a binding that the stock target has expected; ${binding.name} is ${binding.kind}`);
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await ended;
}

function portsOf(child: ChildProcess, count: number): Promise<ReadonlyMap<string, number>> {
  return new Promise((resolve, reject) => {
    const ports = new Map<string, number>();
    let said = "";
    let told = "";
    const timer = setTimeout(() => reject(new Error("workerd was not listening within ten seconds")), 10_000);
    child.stderr?.on("data", (data: Buffer) => (said = (said + data.toString()).slice(-2000)));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`workerd ended with ${code}: ${said}`)));
    child.stdio[3]?.on("data", (data: Buffer) => {
      told += data.toString();
      for (const [, socket = "", port = ""] of told.matchAll(/"event":"listen","socket":"([^"]*)","port":(\d+)/g)) ports.set(socket, Number(port));
      if (ports.size < count) return;
      clearTimeout(timer);
      resolve(ports);
    });
  });
}

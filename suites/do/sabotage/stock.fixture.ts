// Targets for the suite's own tests: stock workerd on loopback, its PoPs addresses of one process (or of two that know
// nothing of each other), and a defect planted around every program that is deployed. Many targets share one process, each
// with services, isolates and storage of its own: processes are what such a test would spend its time on.
import { mkdirSync, mkdtempSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EdgemarkError } from "../../../contract/errors.js";
import type { Binding, Capability, Deployment, DeploySpec, TargetDescription, TargetVerbs } from "../../../contract/target/types.js";
import { startStockRuntime, type StockRuntime } from "../../runner/stock-runtime.fixture.js";

const popIds = ["a", "b"] as const;
const declared: readonly Capability[] = ["workers", "deploy", "workers.multiple", "workers.env", "workers.service", "workers.wait-until", "workers.websocket", "durable-objects"];
const saboteur = fileURLToPath(new URL("./saboteur.worker.js", import.meta.url));

export interface StockTarget {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
}

/** One runtime (or two that know nothing of each other) on which targets with different defects stand beside each other. */
export interface Stage {
  /** @param sabotage name of what is planted; "none" for nothing */
  target(sabotage: string, timeScale?: number): StockTarget;
  close(): Promise<void>;
}

export interface StageOptions {
  /** The runtime starts when so many deployments are asked for; each later one starts it anew, under the feet of all. */
  readonly deployments: number;
  /** Whether the two PoPs are two runtimes. Default: they are one. */
  readonly isSplit?: boolean;
}

interface Placed {
  readonly spec: DeploySpec;
  readonly sabotage: string;
  /** Of the target, unique on the stage. */
  readonly at: string;
}

/** The name of a worker among those of all targets of a stage. */
const placeOf = (at: string, name: string): string => `${at}--${name}`;

/** Every object is three files, so they are kept in memory where there is enough of it. */
function scratchFolder(): string {
  const inMemory = "/dev/shm";
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    if (bavail * bsize >= 1024 ** 3) return inMemory;
  } catch {
    // Not on this machine.
  }
  return tmpdir();
}

/** Opens a stage with nothing on it. */
export function openStage({ deployments, isSplit = false }: StageOptions): Stage {
  const folder = mkdtempSync(join(scratchFolder(), "edgemark-sabotage-"));
  const deployed = new Map<string, Placed>();
  let runtimes: readonly StockRuntime[] = [];
  let versions = 0;

  const restart = async (): Promise<void> => {
    const before = runtimes;
    await Promise.all(before.map((runtime) => runtime.kill()));
    runtimes = [];
    const start = (pop: string, index: number): Promise<StockRuntime> =>
      startRuntime({ folder: join(folder, `${pop}-${++versions}`), disk: join(folder, `disk-${pop}`), placed: [...deployed.values()], ports: before[index]?.ports ?? new Map() });
    runtimes = await Promise.all((isSplit ? popIds : popIds.slice(0, 1)).map(start));
  };
  let asked = 0;
  let startNow: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (startNow = resolve)).then(restart);
  // Deploys after the first start go one after the other, and after it: two starts at once would leave one runtime to nobody.
  let queue: Promise<unknown> = deployments === 0 ? Promise.resolve() : first.catch(() => undefined);
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };
  const refuse = async (): Promise<never> => {
    throw new EdgemarkError("target.unimplemented", "a verb of the stock target expected; it has none of this name");
  };

  const stand = async (placed: Placed): Promise<Deployment> => {
    const place = placeOf(placed.at, placed.spec.name);
    asked++;
    if (asked <= deployments) {
      deployed.set(place, placed);
      if (asked === deployments) startNow();
      await first;
    } else {
      await inTurn(async () => {
        deployed.set(place, placed);
        await restart();
      });
    }
    const endpoints = popIds.map((popId, index) => ({ popId, url: `http://127.0.0.1:${(runtimes[index] ?? runtimes[0])?.ports.get(place)}`, host: "stock" }));
    return { deploymentId: place, version: String(versions), endpoints };
  };

  return {
    target(sabotage, timeScale = 1) {
      const description: TargetDescription = {
        name: "stock",
        version: "1",
        vendor: "tests",
        capabilities: declared,
        unknownCapabilities: [],
        timeScale,
        pops: popIds.map((id) => ({ id, region: "local", latitude: 0, longitude: 0, httpAddress: "" })),
        anycastAddress: "",
        limits: {},
        notes: [],
        compatibilityDate: "2026-11-01",
      };
      const verbs: TargetVerbs = {
        describe: async () => description,
        deploy: (spec) => stand({ spec, sabotage, at: `${sabotage}-${timeScale}` }),
        undeploy: async (place) => void deployed.delete(place),
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
      return { verbs, description };
    },
    async close() {
      // Before the first start there is nothing to wait for, and nothing that would end the waiting.
      if (asked >= deployments) await queue;
      await Promise.all(runtimes.map((runtime) => runtime.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Start {
  readonly folder: string;
  readonly disk: string;
  readonly placed: readonly Placed[];
  /** What stood before keeps its port. */
  readonly ports: ReadonlyMap<string, number>;
}

function startRuntime({ folder, disk, placed, ports }: Start): Promise<StockRuntime> {
  mkdirSync(folder, { recursive: true });
  mkdirSync(disk, { recursive: true });
  writeFileSync(join(folder, "saboteur.js"), readFileSync(saboteur));
  const services = placed.map((one, index) => serviceOf(one, index, folder));
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "disk", disk = (path = ${JSON.stringify(disk)}, writable = true)), ${services.join(", ")}],
  sockets = [${placed.map(({ spec, at }) => placeOf(at, spec.name)).map((place) => `(name = "${place}", address = "127.0.0.1:${ports.get(place) ?? 0}", http = (), service = "${place}")`).join(", ")}],
);
`,
  );
  return startStockRuntime(folder, placed.length);
}

function serviceOf({ spec: { name, modules, mainModule, compatibilityDate, compatibilityFlags, bindings }, sabotage, at }: Placed, index: number, folder: string): string {
  const place = placeOf(at, name);
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
  const namespaces = classes.map((className) => `(className = "${className}", uniqueKey = "${place}-${className}", enableSql = ${own.some((one) => one.className === className && one.sqlite)})`);
  return `(name = "${place}", worker = (
    modules = [(name = "main.js", esModule = embed "main-${index}.js"), (name = "program.js", esModule = embed "program-${index}.js"), (name = "saboteur.js", esModule = embed "saboteur.js")],
    compatibilityDate = "${compatibilityDate}", compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
    bindings = [${bindings.map((binding) => bindingOf(binding, at)).join(", ")}],
    durableObjectNamespaces = [${namespaces.join(", ")}], durableObjectStorage = (localDisk = "disk")
  ))`;
}

/** The names in the export list that ends a bundle. */
function exportedNames(program: string): readonly string[] {
  const list = /export\s*\{([^}]*)\};?\s*$/.exec(program)?.[1] ?? "";
  return list.split(",").map((entry) => entry.trim().replace(/^.* as /, "")).filter((name) => name !== "");
}

function bindingOf(binding: Binding, at: string): string {
  switch (binding.kind) {
    case "durable_object":
      return `(name = "${binding.name}", durableObjectNamespace = (className = "${binding.className}"${binding.script === undefined ? "" : `, serviceName = "${placeOf(at, binding.script)}"`}))`;
    case "service":
      return `(name = "${binding.name}", service = (name = "${placeOf(at, binding.service)}"${binding.entrypoint === undefined ? "" : `, entrypoint = "${binding.entrypoint}"`}))`;
    case "text":
      return `(name = "${binding.name}", text = ${JSON.stringify(binding.value)})`;
    default:
      throw new EdgemarkError("harness.internal", `a binding that the stock target has expected; ${binding.name} is ${binding.kind}`);
  }
}

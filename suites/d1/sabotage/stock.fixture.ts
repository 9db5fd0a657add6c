// A target for the suite's own tests: one workerd process on loopback with a D1 service for each of two PoPs, a primary and a
// replica, and a saboteur around every program that is deployed. A request's header names the defect, so that one process serves all.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EdgemarkError } from "../../../contract/errors.js";
import type { Binding, DeploySpec, Endpoint, FaultSpec, TargetDescription, TargetVerbs } from "../../../contract/target/types.js";
import { startStockRuntime, type StockRuntime } from "../../runner/stock-runtime.fixture.js";

const pops = [
  { id: "a", region: "WEUR" },
  { id: "b", region: "ENAM" },
] as const;
const saboteur = fileURLToPath(new URL("./saboteur.worker.js", import.meta.url));
/** A program of the build, run in a process of its own: the suite knows it only by what it answers. */
const d1Program = fileURLToPath(new URL("../../../reference-impl/pop/d1/d1.worker.js", import.meta.url));
/** The engine closes a connection that was idle for 5 s: a request that went over one just then would be lost. */
const headers = { connection: "close", "content-type": "application/json" } as const;

export interface StockTarget {
  readonly verbs: TargetVerbs;
  readonly description: TargetDescription;
  close(): Promise<void>;
}

/** @returns a target without a process: the first Deploy starts it, each further one starts another on the same disk */
export function stockTarget(): StockTarget {
  const folder = mkdtempSync(join(tmpdir(), "edgemark-d1-sabotage-"));
  mkdirSync(join(folder, "disk"));
  copyFileSync(saboteur, join(folder, "saboteur.js"));
  copyFileSync(d1Program, join(folder, "service.js"));
  const deployed = new Map<string, DeploySpec>();
  const open = new Map<string, FaultSpec>();
  let runtime: StockRuntime | undefined;
  let faults = 0;

  // One after the other: a restart and a restart do not mix.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = queue.then(work);
    queue = mine.catch(() => undefined);
    return mine;
  };
  const restart = async (): Promise<void> => {
    if (runtime !== undefined) await runtime.kill();
    runtime = undefined;
    runtime = await startRuntime(folder, [...deployed.values()]);
  };
  const portOf = (socket: string): number => {
    const port = runtime?.ports.get(socket);
    if (port === undefined) throw new EdgemarkError("harness.internal", `a socket ${socket} of the stock target expected; there is none; deploy first`);
    return port;
  };
  const setLag = async (popId: string): Promise<void> => {
    const rules = [...open.values()].filter((fault) => fault.popId === popId).map(({ kind, parameters }) => (kind === "isolate" ? "stopped" : String(parameters?.["delayMs"] ?? 0)));
    const answer = await fetch(`http://127.0.0.1:${portOf(`admin-${popId}`)}/lag`, { method: "POST", headers, body: JSON.stringify({ rules: rules.join(",") }) });
    if (!answer.ok) throw new EdgemarkError("harness.internal", `the lag of replicas at ${popId} was to be set; HTTP ${answer.status} came`);
  };
  const refuse = async (): Promise<never> => {
    throw new EdgemarkError("target.unimplemented", "a verb of the stock target expected; it has none of this name");
  };

  const description: TargetDescription = {
    name: "stock",
    version: "1",
    vendor: "tests",
    capabilities: ["workers", "deploy", "workers.multiple", "workers.env", "evict", "d1", "d1.replicas", "d1.replica-lag"],
    unknownCapabilities: [],
    timeScale: 1,
    pops: pops.map(({ id, region }) => ({ id, region, latitude: 0, longitude: 0, httpAddress: "" })),
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
        // The next process listens elsewhere.
        const endpoints = pops.map(({ id }): Endpoint => ({ popId: id, host: "stock", get url() { return `http://127.0.0.1:${portOf(`${id}-${spec.name}`)}`; } }));
        return { deploymentId: spec.name, version: "1", endpoints };
      }),
    undeploy: async (name) => void deployed.delete(name),
    evict: () => inTurn(restart),
    async injectFault(fault) {
      const faultId = `fault-${faults++}`;
      open.set(faultId, fault);
      await setLag(fault.popId);
      return { faultId, evidence: `replicas at ${fault.popId} were told`, effectiveAtMs: Date.now() };
    },
    async healFault(faultId) {
      const fault = open.get(faultId);
      open.delete(faultId);
      if (fault !== undefined) await setLag(fault.popId);
      return { evidence: "they were told again", effectiveAtMs: Date.now() };
    },
    reset: refuse,
    locate: refuse,
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
      if (runtime !== undefined) await runtime.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startRuntime(folder: string, deployments: readonly DeploySpec[]): Promise<StockRuntime> {
  for (const spec of deployments) {
    writeFileSync(join(folder, `${spec.name}-program.js`), spec.modules.find(({ path }) => path === spec.mainModule)?.content ?? "");
    writeFileSync(join(folder, `${spec.name}-main.js`), `import program from "./program.js";\nimport { plant } from "./saboteur.js";\nexport default plant(program, ${JSON.stringify(spec.name)});\n`);
  }
  writeFileSync(join(folder, "config.capnp"), configuration(deployments));
  return startStockRuntime(folder, pops.length * (deployments.length + 1));
}

function configuration(deployments: readonly DeploySpec[]): string {
  const placed = pops.flatMap(({ id }) => deployments.map((spec) => ({ id, spec })));
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "disk", disk = (path = "disk", writable = true)),
    ${[...pops.map(({ id, region }) => d1Service(id, region)), ...placed.map(({ id, spec }) => userService(id, spec))].join(",\n    ")}
  ],
  sockets = [
    ${[...pops.map(({ id }) => socket(`admin-${id}`, `(name = "d1-${id}", entrypoint = "D1Admin")`)), ...placed.map(({ id, spec }) => socket(`${id}-${spec.name}`, `"${id}-${spec.name}"`))].join(",\n    ")}
  ]
);
`;
}

const socket = (name: string, service: string): string => `(name = "${name}", address = "127.0.0.1:0", http = (), service = ${service})`;

/** Databases have their primary in the first PoP's service; each PoP's replicas are in its own. */
function d1Service(popId: string, region: string): string {
  const isFirst = popId === pops[0].id;
  return `(name = "d1-${popId}", worker = (
      modules = [(name = "service.js", esModule = embed "service.js")],
      compatibilityDate = "2026-11-01",
      bindings = [
        (name = "PRIMARY", durableObjectNamespace = (className = "D1Primary"${isFirst ? "" : `, serviceName = "d1-${pops[0].id}"`})),
        (name = "REPLICA", durableObjectNamespace = "D1Replica"),
        (name = "POP_ID", text = "${popId}"), (name = "REGION", text = "${region.toLowerCase()}"), (name = "LAG", text = "")
      ],
      durableObjectNamespaces = [${isFirst ? `(className = "D1Primary", uniqueKey = "primary", enableSql = true), ` : ""}(className = "D1Replica", uniqueKey = "replica-${popId}", enableSql = true)],
      durableObjectStorage = (localDisk = "disk")
    ))`;
}

function userService(popId: string, { name, compatibilityDate, compatibilityFlags, bindings }: DeploySpec): string {
  return `(name = "${popId}-${name}", worker = (
      modules = [(name = "main.js", esModule = embed "${name}-main.js"), (name = "program.js", esModule = embed "${name}-program.js"), (name = "saboteur.js", esModule = embed "saboteur.js")],
      compatibilityDate = "${compatibilityDate}", compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
      bindings = [(name = "SABOTAGE_POP", text = "${popId}"), ${bindings.map((binding) => bindingOf(popId, binding)).join(", ")}]
    ))`;
}

function bindingOf(popId: string, binding: Binding): string {
  if (binding.kind !== "d1") throw new EdgemarkError("harness.internal", `a binding that the stock target has expected; ${binding.name} is ${binding.kind}`);
  const props = JSON.stringify(JSON.stringify({ database: binding.database }));
  return `(name = "${binding.name}", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = (name = "d1-${popId}", props = (json = ${props})))]))`;
}

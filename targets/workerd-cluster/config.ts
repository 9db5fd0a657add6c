// The configuration of the cluster: text in Cap'n Proto's notation, the same for every node, as cluster mode demands.
// What differs by node (ports, disk) is given on the command line.
import type { Binding, DeploySpec, ModuleKind } from "../../contract/target/types.js";

export interface ClusterSettings {
  /** s3://bucket/prefix; credentials come by the environment. */
  readonly bucket: string;
  readonly endpoint: string;
  /** At least 32 random bytes. */
  readonly key: string;
}

/** A stopping node hands over and ends in this time, ms: every Deploy restarts all nodes. */
const stopTimeoutMs = 1_000;
const ownDate = "2026-11-01";
export const controlSocket = "edgemark-control";
export const diskService = "edgemark-disk";

/** Name of the socket of a deployment. */
export function socketOf(name: string): string {
  return `worker-${name}`;
}

/** Runs triggers: workerd has no other door for scheduled events. */
const controlProgram = `export default {
  async fetch(request, env) {
    if (request.method !== "POST") return new Response("ready");
    const { service, cron, scheduledTimeMs } = await request.json();
    const { outcome, noRetry } = await env[service].scheduled({ cron, scheduledTime: new Date(scheduledTimeMs) });
    return Response.json({ outcome, noRetry });
  },
};
`;

/** @returns the configuration, which embeds modules from "<name>/<path>" beside it */
export function clusterConfig(deployments: readonly DeploySpec[], cluster: ClusterSettings): string {
  const services = [
    `(name = ${quote(diskService)}, disk = (writable = true))`,
    `(name = "edgemark-blobs", bucket = (path = "kv"))`,
    // As other local runtimes do, a worker may reach what runs on this machine.
    `(name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))`,
    kvService,
    d1Service,
    controlService(deployments),
    ...deployments.map(userService),
  ];
  const sockets = [controlSocket, ...deployments.map(({ name }) => socketOf(name))];
  const serviceOf = (index: number): string => (index === 0 ? "edgemark-control" : userServiceName(deployments[index - 1]?.name ?? ""));
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(",\n    ")}
  ],
  sockets = [
    ${sockets.map((name, index) => `(name = ${quote(name)}, http = (), service = ${quote(serviceOf(index))})`).join(",\n    ")}
  ],
  cluster = (
    bucket = ${quote(cluster.bucket)},
    bucketOptions = [${quote(`aws_endpoint=${cluster.endpoint}`)}, "aws_region=auto"],
    address = "127.0.0.1:0",
    key = ${quote(cluster.key)},
    stopTimeoutMs = ${stopTimeoutMs}
  )
);
`;
}

const kvService = `(name = "edgemark-kv", worker = (
      modules = [(name = "kv.js", bundled = "/workerd/kv.js")],
      compatibilityDate = "${ownDate}",
      bindings = [
        (name = "SHARD", durableObjectNamespace = "KVNamespace"),
        (name = "BLOBS", service = "edgemark-blobs"),
        (name = "CLUSTERED", json = "true")
      ],
      durableObjectNamespaces = [(className = "KVNamespace", uniqueKey = "edgemark-kv", enableSql = true)],
      durableObjectStorage = (localDisk = "${diskService}")
    ))`;

const d1Service = `(name = "edgemark-d1", worker = (
      modules = [(name = "d1.js", bundled = "/workerd/d1.js")],
      compatibilityDate = "${ownDate}",
      bindings = [(name = "DATABASE", durableObjectNamespace = "D1Database")],
      durableObjectNamespaces = [(className = "D1Database", uniqueKey = "edgemark-d1", enableSql = true)],
      durableObjectStorage = (localDisk = "${diskService}")
    ))`;

function controlService(deployments: readonly DeploySpec[]): string {
  return `(name = "edgemark-control", worker = (
      modules = [(name = "control.js", esModule = ${quote(controlProgram)})],
      compatibilityDate = "${ownDate}",
      compatibilityFlags = ["service_binding_extra_handlers"],
      bindings = [${deployments.map(({ name }) => `(name = ${quote(name)}, service = ${quote(userServiceName(name))})`).join(", ")}]
    ))`;
}

function userService({ name, mainModule, modules, bindings, compatibilityDate, compatibilityFlags }: DeploySpec): string {
  const main = modules.filter(({ path }) => path === mainModule);
  const others = modules.filter(({ path }) => path !== mainModule);
  const classes = new Map(bindings.flatMap((one) => (one.kind === "durable_object" && one.script === undefined ? [[one.className, one.sqlite] as const] : [])));
  const namespaces = [...classes].map(([className, sqlite]) => `(className = ${quote(className)}, uniqueKey = ${quote(`${name}-${className}`)}, enableSql = ${sqlite})`);
  const storage = namespaces.length === 0 ? "" : `
      durableObjectNamespaces = [${namespaces.join(", ")}],
      durableObjectStorage = (localDisk = "${diskService}"),`;
  return `(name = ${quote(userServiceName(name))}, worker = (
      modules = [${[...main, ...others].map(({ path, kind }) => `(name = ${quote(path)}, ${moduleFields[kind]} = embed ${quote(`${name}/${path}`)})`).join(", ")}],
      compatibilityDate = ${quote(compatibilityDate || ownDate)},
      compatibilityFlags = [${compatibilityFlags.map(quote).join(", ")}],${storage}
      bindings = [${bindings.map(bindingOf).join(", ")}]
    ))`;
}

const moduleFields: Readonly<Record<ModuleKind, string>> = { esm: "esModule", commonjs: "commonJsModule", text: "text", data: "data", json: "json", wasm: "wasm" };

/** Kinds that this cluster cannot have are refused before. */
function bindingOf(binding: Binding): string {
  const name = `name = ${quote(binding.name)}`;
  const props = (key: string, value: string): string => `props = (json = ${quote(JSON.stringify({ [key]: value }))})`;
  switch (binding.kind) {
    case "text":
    case "secret":
      return `(${name}, text = ${quote(binding.value)})`;
    case "json":
      return `(${name}, json = ${quote(binding.value)})`;
    case "kv":
      return `(${name}, kvNamespace = (name = "edgemark-kv", ${props("namespace", binding.namespace)}))`;
    case "d1":
      return `(${name}, wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = (name = "edgemark-d1", ${props("database", binding.database)}))]))`;
    case "durable_object": {
      const service = binding.script === undefined ? "" : `, serviceName = ${quote(userServiceName(binding.script))}`;
      return `(${name}, durableObjectNamespace = (className = ${quote(binding.className)}${service}))`;
    }
    case "service": {
      const entrypoint = binding.entrypoint === undefined ? "" : `, entrypoint = ${quote(binding.entrypoint)}`;
      return `(${name}, service = (name = ${quote(userServiceName(binding.service))}${entrypoint}))`;
    }
    default:
      return "";
  }
}

/** Deployments are named by strangers; the prefix keeps them apart from the cluster's own services. */
function userServiceName(name: string): string {
  return `worker-${name}`;
}

/** A text literal of Cap'n Proto, which reads the file as UTF-8 and takes hex escapes. */
function quote(text: string): string {
  return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)}"`;
}

// The configuration of one workerd process: text in Cap'n Proto's notation, with module contents in files beside it.
// All processes of an edge get the same services, as cluster mode demands; only addresses and identity differ.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DeployedBinding, DeployedModule, DeployedWorker, ModuleKind } from "./deployment.js";

export type ProgramName = "kv" | "d1" | "cache" | "admin" | "loader" | "objects";

export interface EngineSettings {
  readonly popId: string;
  /** Location hint of the PoP's region. */
  readonly region: string;
  /** Rules for how late replicas of D1 are, as pop/d1/lag.ts reads them. */
  readonly d1Lag: string;
  readonly workers: readonly DeployedWorker[];
  /** Folder of the workers that are loaded on demand; undefined: none is. */
  readonly onDemandFolder?: string;
  readonly cluster: ClusterSettings;
  /** Header in which the ingress hands over request.cf. */
  readonly cfBlobHeader: string;
  /** Platform timers run this many times faster. */
  readonly timeScale: number;
  readonly clockOffsetMs: number;
  /** The wall time at which the scaled clock began, the same at every PoP. */
  readonly clockBaseMs: number;
  /** The edge's own programs, compiled: text by name. */
  readonly programs: Readonly<Record<ProgramName, string>>;
  /** A secret that requests on the admin socket carry. */
  readonly adminToken: string;
}

export interface ClusterSettings {
  /** s3://bucket/prefix */
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The process's own address in 127/8, by which its lease is known. */
  readonly address: string;
  /** At least 32 random bytes, shared by the cluster. */
  readonly key: string;
  /** Divides the lease of 20 s and what hangs on it, for tests. Default 1. */
  readonly leaseDivisor?: number;
}

/** A stopping process hands its objects over and ends in this time. */
export const stopTimeoutMs = 2000;

const moduleField: Record<ModuleKind, string> = {
  esm: "esModule",
  commonjs: "commonJsModule",
  text: "text",
  data: "data",
  json: "json",
  wasm: "wasm",
};

/** A Cap'n Proto text literal. Control characters go as hex escapes; workerd reads the file as UTF-8. */
function quote(text: string): string {
  return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)}"`;
}

/** Name of the socket that serves a deployment. */
export function socketName(worker: string): string {
  return `worker-${worker}`;
}
export const adminSocket = "admin";
/** Serves all workers that are loaded on demand. */
export const loaderSocket = "loader";

/**
 * Writes the configuration and its modules.
 * @param folder an empty folder of this process
 * @returns path of the configuration file
 */
export async function writeEngineConfig(folder: string, settings: EngineSettings): Promise<string> {
  const files = new Map<string, Uint8Array | string>();
  const text = engineConfig(settings, join(folder, "disk"), (path, content) => files.set(path, content));
  await mkdir(join(folder, "disk"), { recursive: true });
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const config = join(folder, "engine.capnp");
  // The configuration holds the cluster's key and the bucket's credentials.
  await writeFile(config, text, { mode: 0o600 });
  return config;
}

function engineConfig(settings: EngineSettings, disk: string, file: (path: string, content: Uint8Array | string) => void): string {
  const { workers, cluster } = settings;
  for (const [name, program] of Object.entries(settings.programs)) file(`programs/${name}.js`, program);
  const services = [
    kvService(settings),
    d1Service(settings),
    cacheService,
    adminService(settings),
    `(name = "disk", disk = (path = ${quote(disk)}, writable = true))`,
    `(name = "kv-values", bucket = (path = "kv-values"))`,
    // A worker on a laptop may call what runs on the laptop, as other local runtimes allow.
    `(name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))`,
    ...loaderServices(settings),
    ...workers.map((worker, index) => userService(worker, index, workers, file)),
  ];
  const http = `http = (cfBlobHeader = ${quote(settings.cfBlobHeader)})`;
  const sockets = [
    `(name = "${adminSocket}", address = "127.0.0.1:0", http = (), service = "admin")`,
    ...(settings.onDemandFolder === undefined ? [] : [`(name = "${loaderSocket}", address = "127.0.0.1:0", ${http}, service = "loader")`]),
    ...workers.map((worker) => `(name = ${quote(socketName(worker.name))}, address = "127.0.0.1:0", ${http}, service = ${quote(serviceName(worker.name))})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  logging = (structuredLogging = true),
  services = [
    ${services.join(",\n    ")}
  ],
  sockets = [
    ${sockets.join(",\n    ")}
  ],
  cluster = (
    bucket = ${quote(cluster.bucket)},
    bucketOptions = [${[
      `aws_endpoint=${cluster.endpoint}`,
      `aws_region=${cluster.region}`,
      `aws_access_key_id=${cluster.accessKeyId}`,
      `aws_secret_access_key=${cluster.secretAccessKey}`,
    ]
      .map(quote)
      .join(", ")}],
    address = ${quote(`${cluster.address}:0`)},
    key = ${quote(cluster.key)},
    stopTimeoutMs = ${stopTimeoutMs},
    unsafeTimeDivisor = ${cluster.leaseDivisor ?? 1}
  )
);
`;
}

const ownCompatibility = `compatibilityDate = "2026-11-01"`;

function kvService(settings: EngineSettings): string {
  return `(name = "kv", worker = (
      modules = [(name = "kv.js", esModule = embed "programs/kv.js")],
      ${ownCompatibility},
      bindings = [
        (name = "SHARDS", durableObjectNamespace = "KvShard"),
        (name = "BUCKET", service = "kv-values"),
        (name = "POP_ID", text = ${quote(settings.popId)}),
        (name = "TIME_SCALE", text = "${settings.timeScale}"),
        (name = "CLOCK_OFFSET_MS", text = "${settings.clockOffsetMs}"),
        (name = "CLOCK_BASE_MS", text = "${settings.clockBaseMs}")
      ],
      durableObjectNamespaces = [(className = "KvShard", uniqueKey = "edgemark-kv", enableSql = true)],
      durableObjectStorage = (localDisk = "disk")
    ))`;
}

function d1Service(settings: EngineSettings): string {
  return `(name = "d1", worker = (
      modules = [(name = "d1.js", esModule = embed "programs/d1.js")],
      ${ownCompatibility},
      bindings = [
        (name = "PRIMARY", durableObjectNamespace = "D1Primary"),
        (name = "REPLICA", durableObjectNamespace = "D1Replica"),
        (name = "POP_ID", text = ${quote(settings.popId)}),
        (name = "REGION", text = ${quote(settings.region)}),
        (name = "LAG", text = ${quote(settings.d1Lag)})
      ],
      durableObjectNamespaces = [
        (className = "D1Primary", uniqueKey = "edgemark-d1", enableSql = true),
        (className = "D1Replica", uniqueKey = "edgemark-d1-replica", enableSql = true)
      ],
      durableObjectStorage = (localDisk = "disk")
    ))`;
}

const cacheService = `(name = "cache", worker = (
      modules = [(name = "cache.js", esModule = embed "programs/cache.js")],
      ${ownCompatibility}
    ))`;

function loaderServices({ onDemandFolder }: EngineSettings): string[] {
  if (onDemandFolder === undefined) return [];
  return [
    `(name = "code", disk = (path = ${quote(onDemandFolder)}))`,
    `(name = "loader", worker = (
      modules = [(name = "loader.js", esModule = embed "programs/loader.js")],
      ${ownCompatibility},
      compatibilityFlags = ["experimental", "service_binding_extra_handlers"],
      bindings = [(name = "LOADER", workerLoader = (id = "on-demand")), (name = "CODE", service = "code")]
    ))`,
  ];
}

function adminService(settings: EngineSettings): string {
  const bindings = [
    `(name = "TOKEN", text = ${quote(settings.adminToken)})`,
    `(name = "KV_ADMIN", service = (name = "kv", entrypoint = "KvAdmin"))`,
    `(name = "D1_ADMIN", service = (name = "d1", entrypoint = "D1Admin"))`,
    `(name = "CACHE_ADMIN", service = (name = "cache", entrypoint = "CacheAdmin"))`,
    ...(settings.onDemandFolder === undefined ? [] : [`(name = "LOADER_ADMIN", service = (name = "loader", entrypoint = "LoaderAdmin"))`]),
    ...settings.workers.map((worker) => `(name = ${quote(`WORKER ${worker.name}`)}, service = ${quote(serviceName(worker.name))})`),
    // Every class, so that an object can be begun on behalf of nobody: its process died and left it an alarm.
    `(name = "OBJECTS kv", durableObjectNamespace = (className = "KvShard", serviceName = "kv"))`,
    ...settings.workers.flatMap((worker) =>
      [...classesOf(worker, settings.workers).keys()].map((name) => `(name = ${quote(`OBJECTS ${worker.name} ${name}`)}, durableObjectNamespace = (className = ${quote(name)}, serviceName = ${quote(serviceName(worker.name))}))`),
    ),
  ];
  return `(name = "admin", worker = (
      modules = [(name = "admin.js", esModule = embed "programs/admin.js")],
      ${ownCompatibility},
      compatibilityFlags = ["experimental", "service_binding_extra_handlers"],
      bindings = [${bindings.join(", ")}]
    ))`;
}

function serviceName(worker: string): string {
  return `user:${worker}`;
}

function userService(worker: DeployedWorker, index: number, workers: readonly DeployedWorker[], file: (path: string, content: Uint8Array | string) => void): string {
  const classes = classesOf(worker, workers);
  const ordered = [...guardModules(worker, classes), ...[...worker.modules].sort((a, b) => Number(b.path === worker.mainModule) - Number(a.path === worker.mainModule))];
  const modules = ordered.map((module, position) => moduleEntry(module, `modules/${index}/${position}`, file));
  if (ordered[0]?.path === guardMain) modules.push(`(name = ${quote(guardProgram)}, esModule = embed "programs/objects.js")`);
  const namespaces = [...classes].map(
    ([className, sqlite]) => `(className = ${quote(className)}, uniqueKey = ${quote(`${worker.name}-${className}`)}, enableSql = ${sqlite})`,
  );
  const fields = [
    `modules = [${modules.join(", ")}]`,
    `compatibilityDate = ${quote(worker.compatibilityDate)}`,
    `compatibilityFlags = [${worker.compatibilityFlags.map(quote).join(", ")}]`,
    `bindings = [${worker.bindings.map(bindingEntry).join(", ")}]`,
    `cacheApiOutbound = (name = "cache", props = (json = ${quote(JSON.stringify({ worker: worker.name }))}))`,
    ...(namespaces.length > 0 ? [`durableObjectNamespaces = [${namespaces.join(", ")}]`, `durableObjectStorage = (localDisk = "disk")`] : []),
  ];
  return `(name = ${quote(serviceName(worker.name))}, worker = (\n      ${fields.join(",\n      ")}\n    ))`;
}

/** Names that no deployed module has. */
const guardMain = "edgemark-objects-main.js";
const guardProgram = "edgemark-objects.js";

/**
 * The main module of a worker that defines Durable Objects: the worker's own, with guards of the documented limits around
 * its classes.
 */
function guardModules(worker: DeployedWorker, classes: ReadonlyMap<string, boolean>): readonly DeployedModule[] {
  const main = worker.modules.find(({ path }) => path === worker.mainModule);
  if (classes.size === 0 || main?.kind !== "esm") return [];
  const from = JSON.stringify(`./${main.path.replace(/^(?:\.?\/)+/, "")}`);
  const lines = [
    `import { guard } from "./${guardProgram}";`,
    `import * as worker from ${from};`,
    `export * from ${from};`,
    // A word in a comment gives a default export that is undefined, which the engine takes for none.
    ...(/\bdefault\b/.test(Buffer.from(main.content).toString("utf8")) ? ["export default worker.default;"] : []),
    ...[...classes].filter(([name]) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== "default").map(([name, hasSql]) => `export const ${name} = guard(worker.${name}, ${hasSql});`),
  ];
  return [{ path: guardMain, kind: "esm", content: Buffer.from(lines.join("\n")) }];
}

/** The Durable Object classes a worker defines, each with whether it has SQLite. */
function classesOf(worker: DeployedWorker, workers: readonly DeployedWorker[]): ReadonlyMap<string, boolean> {
  const objects = worker.bindings.flatMap((binding) => (binding.kind === "durable_object" && (binding.script ?? worker.name) === worker.name ? [binding] : []));
  // A class can also be bound from another deployment only; its namespace belongs to the worker that defines it.
  const classes = new Map(objects.map((object) => [object.className, object.sqlite]));
  for (const other of workers) {
    for (const binding of other.bindings) {
      if (binding.kind === "durable_object" && binding.script === worker.name && !classes.has(binding.className)) classes.set(binding.className, binding.sqlite);
    }
  }
  return classes;
}

function moduleEntry(module: DeployedModule, path: string, file: (path: string, content: Uint8Array | string) => void): string {
  file(path, module.content);
  return `(name = ${quote(module.path)}, ${moduleField[module.kind]} = embed ${quote(path)})`;
}

function bindingEntry(binding: DeployedBinding): string {
  const name = `name = ${quote(binding.name)}`;
  switch (binding.kind) {
    case "kv":
      return `(${name}, kvNamespace = (name = "kv", props = (json = ${quote(JSON.stringify({ namespace: binding.namespace }))})))`;
    case "d1":
      return `(${name}, wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = (name = "d1", props = (json = ${quote(JSON.stringify({ database: binding.database }))})))]))`;
    case "durable_object":
      return binding.script === undefined
        ? `(${name}, durableObjectNamespace = ${quote(binding.className)})`
        : `(${name}, durableObjectNamespace = (className = ${quote(binding.className)}, serviceName = ${quote(serviceName(binding.script))}))`;
    case "service":
      return binding.entrypoint === undefined
        ? `(${name}, service = ${quote(serviceName(binding.service))})`
        : `(${name}, service = (name = ${quote(serviceName(binding.service))}, entrypoint = ${quote(binding.entrypoint)}))`;
    case "text":
      return `(${name}, text = ${quote(binding.value)})`;
    case "json":
      return `(${name}, json = ${quote(binding.value)})`;
  }
}

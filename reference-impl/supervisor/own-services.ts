// The services of the edge itself in the configuration of a process: KV, D1, the cache, the loader of workers on demand,
// and the one through which the supervisor talks to the process.
import { quote } from "./capnp.js";
import type { EngineSettings } from "./config.js";
import { classesOf, serviceName } from "./user-service.js";

const ownCompatibility = `compatibilityDate = "2026-11-01"`;

/** The edge's own services, as entries of the configuration's list. */
export function ownServices(settings: EngineSettings): string[] {
  return [kvService(settings), d1Service(settings), cacheService, adminService(settings), ...loaderServices(settings)];
}

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

// A deployed worker in the configuration of a process: its modules, its bindings and its Durable Object classes with
// their guards.
import { quote } from "./capnp.js";
import type { DeployedBinding, DeployedModule, DeployedWorker, ModuleKind } from "./deployment.js";

const moduleField: Record<ModuleKind, string> = {
  esm: "esModule",
  commonjs: "commonJsModule",
  text: "text",
  data: "data",
  json: "json",
  wasm: "wasm",
};

/** Name of the service that a deployed worker is. */
export function serviceName(worker: string): string {
  return `user:${worker}`;
}

/**
 * The service of a deployed worker.
 * @param index its place among the workers, which names its files
 * @param file takes the content of a module by its path beside the configuration
 */
export function userService(worker: DeployedWorker, index: number, workers: readonly DeployedWorker[], file: (path: string, content: Uint8Array | string) => void): string {
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
export function classesOf(worker: DeployedWorker, workers: readonly DeployedWorker[]): ReadonlyMap<string, boolean> {
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

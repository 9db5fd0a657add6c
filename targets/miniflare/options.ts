// Turns a deployment of the contract into the options of one Miniflare worker.
import type { Binding, DeploySpec, ModuleKind } from "../../contract/target/types.js";

const moduleTypes = { esm: "ESModule", commonjs: "CommonJS", text: "Text", data: "Data", wasm: "CompiledWasm", json: "ESModule" } as const satisfies Record<ModuleKind, string>;

/** The Host header that reaches a deployment. */
export function hostOf(name: string): string {
  return `${name}.localhost`;
}

/** @param defaultDate compatibility date of a deployment that names none */
export function workerOptions(spec: DeploySpec, defaultDate: string) {
  const { bindings } = spec;
  const main = spec.modules.filter((module) => module.path === spec.mainModule);
  const others = spec.modules.filter((module) => module.path !== spec.mainModule);
  return {
    name: spec.name,
    routes: [`${hostOf(spec.name)}/*`],
    compatibilityDate: spec.compatibilityDate || defaultDate,
    compatibilityFlags: [...spec.compatibilityFlags],
    // The first module is the main one. Miniflare knows no JSON modules, so one becomes a module that exports its value.
    modules: [...main, ...others].map(({ path, kind, content }) => ({
      type: moduleTypes[kind],
      path,
      contents: kind === "json" ? `export default ${Buffer.from(content).toString("utf8")};` : kind === "data" || kind === "wasm" ? content : Buffer.from(content).toString("utf8"),
    })),
    bindings: Object.fromEntries(bindings.flatMap(valueOf)),
    kvNamespaces: Object.fromEntries(bindings.flatMap((one) => (one.kind === "kv" ? [[one.name, one.namespace]] : []))),
    d1Databases: Object.fromEntries(bindings.flatMap((one) => (one.kind === "d1" ? [[one.name, one.database]] : []))),
    r2Buckets: Object.fromEntries(bindings.flatMap((one) => (one.kind === "r2" ? [[one.name, one.bucket]] : []))),
    queueProducers: Object.fromEntries(bindings.flatMap((one) => (one.kind === "queue" ? [[one.name, one.queue]] : []))),
    serviceBindings: Object.fromEntries(
      bindings.flatMap((one) => (one.kind === "service" ? [[one.name, { name: one.service, ...(one.entrypoint === undefined ? {} : { entrypoint: one.entrypoint }) }]] : [])),
    ),
    durableObjects: Object.fromEntries(
      bindings.flatMap((one) =>
        one.kind === "durable_object" ? [[one.name, { className: one.className, useSQLite: one.sqlite, ...(one.script === undefined ? {} : { scriptName: one.script }) }]] : [],
      ),
    ),
  };
}

/** JSON values, as Miniflare wants them; what is parsed here was checked when it came over the contract. */
function valueOf(binding: Binding): [string, string | null][] {
  if (binding.kind === "text" || binding.kind === "secret") return [[binding.name, binding.value]];
  if (binding.kind === "json") return [[binding.name, JSON.parse(binding.value) as string | null]];
  return [];
}

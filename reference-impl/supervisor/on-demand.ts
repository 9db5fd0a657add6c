// Stateless workers that are loaded when they are first asked for, instead of with their PoP's process: a deployment is then
// a file, and an eviction a new name. Their names, versions and files; who loads them is pop/loader.
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoredWorker } from "../pop/loader/stored-worker.js";
import type { DeployedWorker } from "./deployment.js";

/** In-flight requests of an isolate that is replaced get this long, like those of a process: "30 s grace" (WK-13). */
const drainMs = 30_000;

export interface OnDemand {
  /** Folder of the stored workers, for the engines. */
  readonly folder: string;
  /** Whether a worker can be loaded on demand and behaves there as everywhere. */
  canLoad(worker: DeployedWorker): boolean;
  /** The isolate that answers for a worker now; undefined when it is not loaded on demand. */
  isolateOf(name: string): string | undefined;
  /** Stores a version. @param check loads it once under the name it is given. @throws what check throws: the version before stays */
  deploy(worker: DeployedWorker, check: (isolate: string) => Promise<void>): Promise<void>;
  /** The next request of the worker meets an isolate that never ran. */
  evict(name: string): void;
  /** The worker is no longer loaded on demand. */
  remove(name: string): void;
  close(): void;
}

interface Version {
  readonly number: number;
  attempt: number;
}

/**
 * @param folder made when it is missing
 * @param end ends an isolate at every PoP; called when its requests have had time to finish
 */
export async function openOnDemand(folder: string, end: (isolate: string) => void): Promise<OnDemand> {
  await mkdir(folder, { recursive: true });
  const versions = new Map<string, Version>();
  const timers = new Set<NodeJS.Timeout>();
  const nameOf = (name: string, { number, attempt }: Version): string => `${name}@${number}${attempt === 0 ? "" : `.${attempt}`}`;
  const fileOf = (name: string, { number }: Version): string => join(folder, `${name}@${number}.json`);

  function retire(name: string, version: Version, isGone: boolean): void {
    const isolate = nameOf(name, version);
    const timer = setTimeout(() => {
      timers.delete(timer);
      end(isolate);
      if (isGone) void rm(fileOf(name, version), { force: true });
    }, drainMs);
    timer.unref();
    timers.add(timer);
  }

  return {
    folder,
    canLoad,
    isolateOf(name) {
      const version = versions.get(name);
      return version === undefined ? undefined : nameOf(name, version);
    },
    async deploy(worker, check) {
      const version = { number: worker.version, attempt: 0 };
      const file = fileOf(worker.name, version);
      // Whole or not there: an engine may read it at any time.
      await writeFile(`${file}.new`, JSON.stringify(storedOf(worker)));
      await rename(`${file}.new`, file);
      // Under another name than it will have: what is checked is not what will be cold.
      await check(`${worker.name}@${worker.version}.check`);
      const before = versions.get(worker.name);
      versions.set(worker.name, version);
      if (before !== undefined) retire(worker.name, before, true);
    },
    evict(name) {
      const version = versions.get(name);
      if (version === undefined) return;
      retire(name, { ...version }, false);
      version.attempt++;
    },
    remove(name) {
      const version = versions.get(name);
      if (version === undefined) return;
      versions.delete(name);
      retire(name, version, true);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/**
 * What keeps a worker with its process: state and other services, which the loader cannot bind; the Cache API, which it
 * does not have; WebAssembly, which it does not take.
 */
function canLoad({ bindings, modules, mainModule }: DeployedWorker): boolean {
  const isPlain = bindings.every(({ kind }) => kind === "text" || kind === "json");
  const main = modules.find(({ path }) => path === mainModule);
  const isLoadable = modules.every(({ kind, content }) => kind !== "wasm" && !(kind === "esm" || kind === "commonjs" ? mentionsWhatIsMissing(content) : false));
  return isPlain && main?.kind === "esm" && isLoadable;
}

/** caches: not there. exports: of the whole worker, among which ours would be. A word in a comment keeps a worker static, which is always right. */
function mentionsWhatIsMissing(content: Uint8Array): boolean {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return text.includes("caches") || text.includes("ctx.exports") || /import\s*\{[^}]*\bexports\b[^}]*\}\s*from\s*["']cloudflare:workers/.test(text.toString("latin1"));
}

function storedOf(worker: DeployedWorker): StoredWorker {
  const modules: Record<string, StoredWorker["modules"][string]> = {};
  for (const { path, kind, content } of worker.modules) {
    if (kind === "wasm") continue;
    modules[path] = { kind, text: Buffer.from(content).toString(kind === "data" ? "base64" : "utf8") };
  }
  const env: Record<string, unknown> = {};
  for (const binding of worker.bindings) {
    if (binding.kind === "text") env[binding.name] = binding.value;
    if (binding.kind === "json") env[binding.name] = JSON.parse(binding.value) as unknown;
  }
  return { mainModule: worker.mainModule, modules, env, compatibilityDate: worker.compatibilityDate, compatibilityFlags: worker.compatibilityFlags };
}

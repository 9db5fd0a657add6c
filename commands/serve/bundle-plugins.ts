// What the bundler must leave to the isolate: the platform's own modules, Node's where the project asks for them, and
// files that become modules of their own kind.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import type { Plugin } from "esbuild";
import picomatch from "picomatch";
import type { ModuleKind, WorkerModule } from "../../contract/target/types.js";
import type { ModuleRule } from "./project.js";

/** cloudflare:workers and its like exist only inside the isolate. */
export const platformModules: Plugin = {
  name: "platform-modules",
  setup(build) {
    build.onResolve({ filter: /^(?:cloudflare|workerd):/ }, ({ path }) => ({ path, external: true }));
  },
};

/** Node's modules, under either name. A require() of one becomes an import: an isolate has no require. */
export const nodeModules: Plugin = {
  name: "node-modules",
  setup(build) {
    const bare = builtinModules.filter((name) => !name.startsWith("_"));
    const names = new RegExp(`^(?:node:.+|${bare.map((name) => name.replace("/", "\\/")).join("|")})$`);
    build.onResolve({ filter: names }, ({ path, kind }) => {
      const full = path.startsWith("node:") ? path : `node:${path}`;
      return kind === "require-call" || kind === "require-resolve" ? { path: full, namespace: "required-node" } : { path: full, external: true };
    });
    build.onLoad({ filter: /.*/, namespace: "required-node" }, ({ path }) => ({ contents: `import it from ${JSON.stringify(path)};\nmodule.exports = it;\n`, loader: "js" }));
  },
};

const kinds: Record<ModuleRule["type"], ModuleKind> = { Text: "text", Data: "data", CompiledWasm: "wasm" };

/** Files that rules make modules of their own; their names carry a hash, so that two of one name do not collide. */
export class CollectedModules {
  readonly #byFile = new Map<string, WorkerModule>();
  readonly plugin: Plugin;

  constructor(folder: string, rules: readonly ModuleRule[]) {
    const matchers = rules.map(({ type, globs }) => ({ kind: kinds[type], isMatch: picomatch(globs, { dot: true }) }));
    this.plugin = {
      name: "collected-modules",
      setup: (build) => {
        build.onResolve({ filter: /\.[A-Za-z0-9]+(?:\?module)?$/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
          if (pluginData === "resolving" || kind === "entry-point") return undefined;
          const wanted = matchers.find(({ isMatch }) => isMatch(matchable(resolve(resolveDir, path), folder)) || isMatch(path));
          if (wanted === undefined) return undefined;
          const plain = path.replace(/\?module$/, "");
          const found = await build.resolve(plain, { importer, resolveDir, kind, pluginData: "resolving" });
          // A package's bare name may end like a file; what esbuild cannot find, it says better itself.
          if (found.errors.length > 0) return { errors: found.errors };
          return { path: `./${this.#add(found.path, wanted.kind).path}`, external: true };
        });
      },
    };
  }

  modules(): readonly WorkerModule[] {
    return [...new Map([...this.#byFile.values()].map((module) => [module.path, module])).values()];
  }

  files(): readonly string[] {
    return [...this.#byFile.keys()];
  }

  #add(file: string, kind: ModuleKind): WorkerModule {
    const known = this.#byFile.get(file);
    if (known !== undefined) return known;
    const content = readFileSync(file);
    const digest = createHash("sha256").update(dirname(file)).update("\0").update(content).digest("hex").slice(0, 16);
    const module: WorkerModule = { path: `${digest}-${basename(file).replace(/[^\w.-]/g, "-")}`, kind, content };
    this.#byFile.set(file, module);
    return module;
  }
}

/** A path as globs see it: relative to the project, or from the root for what lies outside. */
function matchable(file: string, folder: string): string {
  const inside = relative(folder, file);
  return inside.startsWith("..") || isAbsolute(inside) ? file.replace(/^\/+/, "") : inside;
}

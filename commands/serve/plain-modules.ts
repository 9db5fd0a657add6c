// A project that is not bundled (no_bundle): its modules go to the isolate as they lie in its folder, each under its own
// path, so that one can import another by a name that is known only at run time.
import { readFile } from "node:fs/promises";
import { dirname, extname, join, relative, resolve, sep } from "node:path";
import { build, type Plugin } from "esbuild";
import picomatch from "picomatch";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import type { ModuleKind, WorkerModule } from "../../contract/target/types.js";
import type { Bundle } from "./bundle.js";
import { filesBelow } from "./files-below.js";
import type { BundleSettings, PlainSettings } from "./project.js";

const kindOfRule: Readonly<Record<string, ModuleKind>> = { ESModule: "esm", CommonJS: "commonjs", Text: "text", Data: "data", CompiledWasm: "wasm" };
/** What holds for files that no rule of the project names. */
const kindOfExtension: Readonly<Record<string, ModuleKind>> = { ".js": "esm", ".mjs": "esm", ".cjs": "commonjs", ".json": "json" };
/** More than this is no worker: its folder was meant to be another. */
const mostModules = 2000;

/**
 * @param settings of the project
 * @param plain how its modules are found
 * @returns the modules with paths below the base folder; the main one first
 * @throws EdgemarkError usage.input when the main module is no JavaScript, lies elsewhere or imports what is missing
 */
export async function collectProject(settings: BundleSettings, plain: PlainSettings): Promise<Bundle> {
  const base = plain.baseFolder;
  const mainModule = pathOf(settings.main, base);
  if (mainModule.startsWith("..")) throw new EdgemarkError("usage.input", `expected the main module below ${base}; ${settings.main} lies elsewhere; correct base_dir`);
  if (!/\.m?js$/.test(mainModule)) throw new EdgemarkError("usage.input", `expected a JavaScript module as main, since no_bundle sends it as it is; ${mainModule} came; compile it first, or leave no_bundle out`);
  const { exports, imported } = await look(settings);
  const others = plain.findsModules ? await filesBelow(base, mostModules) : [];
  const matchers = plain.rules.map(({ type, globs }) => ({ kind: kindOfRule[type], isMatch: picomatch(globs, { dot: true }) }));
  const kindOf = (path: string): ModuleKind | undefined => matchers.find(({ isMatch }) => isMatch(path))?.kind ?? kindOfExtension[extname(path)];
  const modules: WorkerModule[] = [{ path: mainModule, kind: "esm", content: await readFile(settings.main) }];
  const inputs = new Set([settings.main, ...imported]);
  for (const path of others) {
    const kind = kindOf(path);
    if (path === mainModule || kind === undefined || isSettingsFile(path)) continue;
    inputs.add(join(base, path));
    modules.push({ path, kind, content: await readFile(join(base, path)) });
  }
  return { mainModule, modules, exports, inputs: [...inputs], warnings: [] };
}

/** Files that stand beside a worker and are none of its modules. */
function isSettingsFile(path: string): boolean {
  return /(?:^|\/)(?:wrangler|package|package-lock|tsconfig[\w.-]*)\.jsonc?$/.test(path);
}

function pathOf(file: string, base: string): string {
  return relative(base, file).split(sep).join("/");
}

/** Reads the main module and what it imports by a fixed relative name, only to know what it exports. */
async function look(settings: BundleSettings): Promise<{ readonly exports: readonly string[]; readonly imported: readonly string[] }> {
  const result = await build({
    entryPoints: [settings.main],
    absWorkingDir: settings.folder,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "esnext",
    logLevel: "silent",
    plugins: [onlyOwnScripts],
  }).catch((error: unknown) => {
    throw new EdgemarkError("usage.input", `expected ${settings.main} to be a module whose relative imports are there; ${messageOf(error)}; correct it`, { cause: error });
  });
  return {
    exports: Object.values(result.metafile.outputs)[0]?.exports ?? [],
    imported: Object.keys(result.metafile.inputs).map((path) => resolve(settings.folder, path)),
  };
}

const onlyOwnScripts: Plugin = {
  name: "only-own-scripts",
  setup(found) {
    found.onResolve({ filter: /.*/ }, ({ path, kind, resolveDir }) => {
      if (kind === "entry-point" || (/^\.{1,2}\//.test(path) && /\.m?js$/.test(path))) return undefined;
      // Modules of other kinds, of the platform, and what is imported by its path from the base folder.
      return { path: join(dirname(resolveDir), path), external: true };
    });
  },
};

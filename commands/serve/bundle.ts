// Bundles a project's main module into modules for an isolate: one ES module, and beside it the text, data and
// WebAssembly files that it imports.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { build, type BuildFailure, formatMessages, type Message } from "esbuild";
import { EdgemarkError } from "../../contract/errors.js";
import type { WorkerModule } from "../../contract/target/types.js";
import { CollectedModules, nodeModules, platformModules } from "./bundle-plugins.js";
import { collectProject } from "./plain-modules.js";
import type { BundleSettings } from "./project.js";

export interface Bundle {
  readonly mainModule: string;
  readonly modules: readonly WorkerModule[];
  /** What the main module exports. */
  readonly exports: readonly string[];
  /** Absolute paths of everything that was read. */
  readonly inputs: readonly string[];
  /** esbuild's warnings, as it words them. */
  readonly warnings: readonly string[];
}

const mainModule = "index.js";

/**
 * @throws EdgemarkError usage.input with esbuild's message, file and line, when it does not bundle
 */
export async function bundleProject(settings: BundleSettings): Promise<Bundle> {
  const isThere = (await stat(settings.main).catch(() => undefined))?.isFile() === true;
  if (!isThere) throw new EdgemarkError("usage.input", `expected the main module at ${settings.main}; there is no such file; correct main, or build the project first`);
  if (settings.plain !== undefined) return expectExports(settings, await collectProject(settings, settings.plain));
  const collected = new CollectedModules(settings.folder, settings.rules);
  const result = await build({
    entryPoints: [settings.main],
    absWorkingDir: settings.folder,
    outfile: mainModule,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    target: "es2024",
    loader: { ".js": "jsx", ".mjs": "jsx", ".cjs": "jsx" },
    define: { "process.env.NODE_ENV": '"development"', "global.process.env.NODE_ENV": '"development"', "globalThis.process.env.NODE_ENV": '"development"', ...settings.define },
    alias: { ...settings.alias },
    minify: settings.isMinified,
    keepNames: settings.keepsNames,
    logLevel: "silent",
    ...(settings.tsconfig === undefined ? {} : { tsconfig: settings.tsconfig }),
    ...(settings.jsxFactory === undefined ? {} : { jsxFactory: settings.jsxFactory }),
    ...(settings.jsxFragment === undefined ? {} : { jsxFragment: settings.jsxFragment }),
    plugins: [platformModules, ...(settings.hasNode ? [nodeModules] : []), collected.plugin],
  }).catch(async (error: unknown) => {
    throw isBuildFailure(error) ? await refusal(settings, error) : error;
  });
  const [output] = result.outputFiles;
  const exports = Object.values(result.metafile.outputs)[0]?.exports ?? [];
  return expectExports(settings, {
    mainModule,
    modules: [{ path: mainModule, kind: "esm", content: output?.contents ?? new Uint8Array() }, ...collected.modules()],
    exports,
    inputs: [...Object.keys(result.metafile.inputs).filter((path) => !path.startsWith("required-node:")).map((path) => resolve(settings.folder, path)), ...collected.files()],
    warnings: (await formatMessages(result.warnings, { kind: "warning" })).map((text) => text.trim()),
  });
}

function expectExports(settings: BundleSettings, bundle: Bundle): Bundle {
  if (bundle.exports.length > 0) return bundle;
  throw new EdgemarkError("usage.input", `expected ${settings.main} to export something, as a module worker does (export default { fetch() { ... } }); it exports nothing; addEventListener("fetch") alone is not served`);
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

async function refusal(settings: BundleSettings, failure: BuildFailure): Promise<EdgemarkError> {
  const messages = (await formatMessages(failure.errors, { kind: "error" })).map((text) => text.trim()).join("\n\n");
  const wantsNode = !settings.hasNode && failure.errors.some(isAboutNode);
  const advice = wantsNode ? 'add "nodejs_compat" to compatibility_flags' : "correct it";
  const first = failure.errors[0]?.location;
  const where = first === null || first === undefined ? "" : ` (${first.file}:${first.line}:${first.column + 1})`;
  return new EdgemarkError("usage.input", `expected ${settings.main} to bundle; esbuild refused it${where}; ${advice}:\n${messages}`, { cause: failure });
}

function isAboutNode(message: Message): boolean {
  return /Could not resolve "(?:node:|[a-z_]+(?:\/promises)?")/.test(message.text) && message.notes.some((note) => note.text.includes("built into node"));
}

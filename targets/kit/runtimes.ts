// Finds the runtimes that adapters drive. They are not dependencies of Edgemark: who wants to certify one installs it.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { EdgemarkError } from "../../contract/errors.js";

interface Runtime {
  /** npm package, and the version the adapter was written for. */
  readonly package: string;
  readonly version: string;
  /** The real program, not a shim that would be killed in its place; in the package, or in a package of its own. */
  readonly programs: readonly string[];
  /** Its name on the PATH, where another installation serves as well. */
  readonly onPath?: string;
}

const denoPlatforms = { "linux-x64": "linux-x64-glibc", "linux-arm64": "linux-arm64-glibc", "darwin-x64": "darwin-x64", "darwin-arm64": "darwin-arm64" };
const workerdPlatforms = { "linux-x64": "linux-64", "linux-arm64": "linux-arm64", "darwin-x64": "darwin-64", "darwin-arm64": "darwin-arm64" };
const platform = `${process.platform}-${process.arch}`;
const of = (table: Readonly<Record<string, string>>): string => table[platform] ?? platform;

const runtimes = {
  deno: { package: "deno", version: "2.9.6", programs: [`@deno/${of(denoPlatforms)}/deno`, "deno/deno"], onPath: "deno" },
  bun: { package: "bun", version: "1.4.5", programs: ["bun/bin/bun.exe"], onPath: "bun" },
  "edge-runtime": { package: "edge-runtime", version: "4.0.1", programs: [] },
  miniflare: { package: "miniflare", version: "4.20260426.0", programs: [] },
  workerd: { package: "workerd", version: "1.20261117.1", programs: [`@cloudflare/workerd-${of(workerdPlatforms)}/bin/workerd`, "workerd/bin/workerd"] },
} as const satisfies Record<string, Runtime>;

export type RuntimeName = keyof typeof runtimes;

export interface FoundRuntime {
  /** The package's version; "" for a program from the PATH, which tells its own. */
  readonly version: string;
  /** Absolute path of the program; "" for a runtime that is a library. */
  readonly program: string;
}

/** @throws EdgemarkError usage.install that says what to type */
export function findRuntime(name: RuntimeName): FoundRuntime {
  const runtime: Runtime = runtimes[name];
  const folder = packageFolder(runtime.package);
  if (folder !== undefined) {
    const version = versionIn(folder);
    if (runtime.programs.length === 0) return { version, program: "" };
    const modules = join(folder, "..");
    const program = runtime.programs.map((path) => join(modules, path)).find((path) => isProgram(path));
    if (program !== undefined) return { version, program };
  }
  const program = runtime.onPath === undefined ? undefined : onPath(runtime.onPath);
  if (program !== undefined) return { version: "", program };
  throw new EdgemarkError(
    "usage.install",
    `expected the npm package ${runtime.package}, with its install script run; ${folder === undefined ? "it is not installed" : "its program is missing"}; type: npm install --save-dev ${runtime.package}@${runtime.version}`,
  );
}

function packageFolder(name: string): string | undefined {
  // From here, and from where the user stands: a global Edgemark finds the project's own runtimes.
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    const paths = createRequire(from).resolve.paths(name) ?? [];
    const folder = paths.map((path) => join(path, name)).find((path) => existsSync(join(path, "package.json")));
    if (folder !== undefined) return folder;
  }
  return undefined;
}

function versionIn(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  return typeof version === "string" ? version : "";
}

/** The stubs that stand in for a program until an install script ran are small texts. */
function isProgram(path: string): boolean {
  return existsSync(path) && statSync(path).size > 100_000;
}

function onPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.endsWith(join("node_modules", ".bin")));
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

// Compiles the project into dist/: Node files one to one, programs that run in an isolate as one bundle each.
// esbuild only strips types (they are checked apart, by `npm run check`), so a fresh clone is ready in a second.
//   EDGEMARK_OUT=DIR          compiles into DIR instead of dist/
//   EDGEMARK_MUTANT=FILE      plants a defect: FILE holds {"file", "find", "replace"}, and `find` must occur exactly once
import { chmod, cp, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const folders = ["commands", "contract", "targets", "reference-impl", "suites", "load", "chaos", "reports"];
// Everything that is read at run time and is not a program.
const dataFile = /\.(proto|yaml|json|css|html|txt)$/;

async function files(folder) {
  const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const all = ["edgemark.ts", ...(await Promise.all(folders.map(files))).flat()];
const sources = all.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
const isIsolateProgram = (file) => file.endsWith(".worker.ts");

const out = process.env.EDGEMARK_OUT ?? join(root, "dist");
/** Replaces one text in one source file; a mutant whose text is gone or ambiguous is a stale mutant and stops the build. */
async function plantedDefect() {
  if (process.env.EDGEMARK_MUTANT === undefined) return [];
  const { file, find, replace } = JSON.parse(await readFile(process.env.EDGEMARK_MUTANT, "utf8"));
  const path = join(root, file);
  const source = await readFile(path, "utf8");
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`a defect is planted by replacing a text that occurs once in ${file}; ${JSON.stringify(find)} occurs ${count} times; mend the mutant`);
  const contents = source.replace(find, () => replace);
  return [{ name: "planted-defect", setup: (build) => build.onLoad({ filter: /\.ts$/ }, (args) => (args.path === path ? { contents, loader: "ts" } : undefined)) }];
}

const plugins = await plantedDefect();
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const common = { absWorkingDir: root, outdir: out, outbase: ".", format: "esm", target: "es2022", logLevel: "warning", plugins };
await build({ ...common, entryPoints: sources.filter((file) => !isIsolateProgram(file)), platform: "node", sourcemap: "inline" });
await build({
  ...common,
  entryPoints: sources.filter(isIsolateProgram),
  bundle: true,
  platform: "neutral",
  external: ["cloudflare:*", "node:*", "workerd:*"],
  keepNames: false,
});
// Example reports are for readers of the repository.
for (const file of all.filter((name) => dataFile.test(name) && !name.startsWith("reports/examples/"))) await cp(join(root, file), join(out, file));
await chmod(join(out, "edgemark.js"), 0o755);

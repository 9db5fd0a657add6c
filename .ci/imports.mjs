// Holds the import rules of .dependency-cruiser.mjs, and guards against their false green: with a compiler it does not
// know, dependency-cruiser overlooks most .ts files and reports "no violations". So every file on disk must have been seen.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const home = fileURLToPath(new URL("..", import.meta.url));
const folders = ["commands", "contract", "targets", "reference-impl", "suites", "load", "chaos", "reports"];
const run = promisify(execFile);

async function sourcesOf(root) {
  const found = [];
  for (const folder of folders.filter((name) => existsSync(join(root, name)))) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true, recursive: true })) {
      if (entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("node_modules")) found.push(relative(root, join(entry.parentPath, entry.name)));
    }
  }
  if (existsSync(join(root, "edgemark.ts"))) found.push("edgemark.ts");
  return found;
}

/**
 * Examines a tree of sources by the project's rules.
 * @param root folder with the layout of the project, its tsconfig.json and packages
 * @param nodeFlags flags for the Node process that runs the tool
 * @returns {Promise<{violations: {rule: string, from: string, to: string, why: string}[], unseen: string[], seen: number}>} unseen: files on disk that no rule was held against
 */
export async function examineImports(root, nodeFlags = []) {
  const sources = await sourcesOf(root);
  const starts = ["edgemark.ts", "build.mjs", ...folders].filter((name) => existsSync(join(root, name)));
  const { stdout } = await run(process.execPath, [
    ...nodeFlags,
    join(home, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
    "--config", join(home, ".dependency-cruiser.mjs"), "--output-type", "json", ...starts,
  ], { cwd: root, maxBuffer: 256 * 1024 * 1024 }).catch((error) => {
    // Its exit code is the number of violations.
    if (typeof error.stdout === "string" && error.stdout.startsWith("{")) return error;
    throw error;
  });
  const { modules, summary } = JSON.parse(stdout);
  const seen = new Set(modules.map((module) => module.source));
  const why = new Map(summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment ?? ""]));
  return {
    violations: summary.violations.map(({ rule, from, to, cycle }) => ({ rule: rule.name, from, to: cycle === undefined ? to : cycle.map((step) => step.name ?? step).join(" → "), why: why.get(rule.name) ?? "" })),
    unseen: sources.filter((file) => !seen.has(file)),
    seen: sources.length,
  };
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  const { violations, unseen, seen } = await examineImports(home);
  for (const { rule, from, to, why } of violations) console.error(`${from} → ${to}\n    ${rule}: ${why}`);
  for (const file of unseen) console.error(`${file}\n    was not seen by dependency-cruiser, so no rule was held against it; is the version of typescript one it supports?`);
  console.log(`${seen - unseen.length} of ${seen} source files seen, ${violations.length} imports against the rules`);
  process.exit(violations.length + unseen.length > 0 || seen === 0 ? 1 : 0);
}

// The fingerprint of the machine and of Edgemark itself: results of different environments are not compared.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Environment } from "../../contract/result/document.js";
import { edgemarkVersion } from "../../contract/version.js";

/** @returns the environment now; without git, its commit is "" */
export async function fingerprint(): Promise<Environment> {
  const processors = cpus();
  const root = packageRoot();
  const gitCommit = await git(root, ["rev-parse", "HEAD"]);
  return {
    cpu: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    node: process.version,
    platform: `${platform()}-${arch()}`,
    loadAverage: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    edgemarkVersion: edgemarkVersion(),
    gitCommit,
    gitDirty: gitCommit !== "" && (await git(root, ["status", "--porcelain", "--untracked-files=no"])) !== "",
  };
}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

async function git(root: string, args: readonly string[]): Promise<string> {
  // Only of Edgemark's own checkout: installed as a package, a repository around it is somebody else's.
  if (!existsSync(join(root, ".git"))) return "";
  try {
    const { stdout } = await promisify(execFile)("git", ["-C", root, ...args], { timeout: 5_000 });
    return stdout.trim();
  } catch {
    return ""; // No git here, or not ours to read: the fingerprint says so by an empty commit.
  }
}

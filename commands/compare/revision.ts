// Another revision of this repository, built in a temporary folder, so that its reference edge can be started beside ours.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { knownTargets } from "../../targets/names.js";

const run = promisify(execFile);
const buildLimitMs = 120_000;
const installLimitMs = 600_000;

export interface Revision {
  /** The commit, whole. */
  readonly commit: string;
  /** The adapter of a target that ships, as that revision has it. @throws EdgemarkError usage.target for another target */
  adapterOf(target: string): string;
  close(): Promise<void>;
}

/** @returns the commit that a word names, or undefined when it names none or this is no checkout */
export async function commitOf(word: string): Promise<string | undefined> {
  const root = checkout();
  if (root === undefined || word.startsWith("-")) return undefined;
  return run("git", ["-C", root, "rev-parse", "--verify", "--quiet", "--end-of-options", `${word}^{commit}`], { timeout: 10_000 }).then(({ stdout }) => stdout.trim(), () => undefined);
}

/**
 * Checks a commit out into a temporary folder and builds it.
 * @throws EdgemarkError usage.input when it cannot be checked out or built
 */
export async function buildRevision(commit: string, say: (words: string) => void): Promise<Revision> {
  const root = checkout() ?? "";
  const folder = await mkdtemp(join(tmpdir(), "edgemark-revision-"));
  const tree = join(folder, "tree");
  const close = async (): Promise<void> => {
    await run("git", ["-C", root, "worktree", "remove", "--force", tree], { timeout: 60_000 }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    await run("git", ["-C", root, "worktree", "prune"], { timeout: 60_000 }).catch(() => undefined);
  };
  try {
    say(`building ${commit.slice(0, 12)} in ${tree}`);
    await run("git", ["-C", root, "worktree", "add", "--detach", tree, commit], { timeout: 60_000 });
    await providePackages(root, tree, say);
    await run(process.execPath, ["build.mjs"], { cwd: tree, timeout: buildLimitMs, env: { ...process.env, EDGEMARK_OUT: join(tree, "dist") } });
  } catch (cause) {
    await close();
    throw new EdgemarkError("usage.input", `expected a revision that can be built; ${commit.slice(0, 12)} cannot: ${messageOf(cause).slice(0, 600)}; name another`, { cause });
  }
  return {
    commit,
    close,
    adapterOf(name) {
      const target = knownTargets.find((one) => one.name === name);
      const path = target === undefined ? undefined : join(tree, "dist", relative(compiledRoot(), fileURLToPath(target.program)));
      if (path === undefined || !existsSync(path)) throw new EdgemarkError("usage.target", `a target that ships with ${commit.slice(0, 12)} expected; ${name} is none; a revision brings its own targets only`);
      return path;
    },
  };
}

/** The same packages where the lock file is the same; its own otherwise. */
async function providePackages(root: string, tree: string, say: (words: string) => void): Promise<void> {
  const lock = async (folder: string): Promise<string> => readFile(join(folder, "package-lock.json"), "utf8");
  if ((await lock(root)) === (await lock(tree))) return symlink(join(root, "node_modules"), join(tree, "node_modules"));
  say("its dependencies are others: npm ci");
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: tree, timeout: installLimitMs });
}

/** dist, or wherever this was compiled to. */
function compiledRoot(): string {
  return fileURLToPath(new URL("../../", import.meta.url));
}

/** The checkout that this was compiled from, when there is one. */
function checkout(): string | undefined {
  // Looked for from the compiled code, never from where the command is typed: that repository is somebody else's.
  for (let folder = compiledRoot(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git")) && existsSync(join(folder, "build.mjs"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

// Finds k6, or builds it. k6 is a Go program under the AGPL: it is started, never linked, and nobody needs it who does not ask
// for it.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { EdgemarkError, messageOf } from "../../contract/errors.js";
import { isExecutable } from "../../contract/executable.js";

/** What --install builds. */
export const k6Version = "2.2.0";
const neededMajor = 2;
const neededGo = [1, 25] as const;

export interface K6Program {
  readonly path: string;
  readonly version: string;
}

const howToGet = `set K6_BIN to one, put one on the PATH, or type: edgemark load k6 --install (needs Go ${neededGo.join(".")} or newer); https://grafana.com/docs/k6/latest/set-up/install-k6/ has packages`;

/** Where --install puts it. */
export function installedPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "edgemark", `k6-${k6Version}`, "k6");
}

/**
 * Finds k6: K6_BIN, the PATH, what --install built, in this order.
 * @throws EdgemarkError usage.install when there is none, or one of another major version
 */
export async function findK6(env: NodeJS.ProcessEnv = process.env): Promise<K6Program> {
  const path = pathOf(env);
  if (path === undefined) throw new EdgemarkError("usage.install", `k6 ${neededMajor}.x expected; none is here; ${howToGet}`);
  const { stdout } = await output(path, ["version"]).catch((cause: unknown) => {
    throw new EdgemarkError("usage.install", `a k6 that runs expected; ${path} does not (${messageOf(cause)}); ${howToGet}`, { cause });
  });
  const version = versionOf(stdout);
  if (version === undefined) throw new EdgemarkError("usage.install", `k6 ${neededMajor}.x expected; ${path} says ${JSON.stringify(stdout.slice(0, 100))}, which is no version of k6; ${howToGet}`);
  if (Number(version.split(".")[0]) !== neededMajor) throw new EdgemarkError("usage.install", `k6 ${neededMajor}.x expected; ${path} is ${version}, which has other executors and options; ${howToGet}`);
  return { path, version };
}

function pathOf(env: NodeJS.ProcessEnv): string | undefined {
  const given = env["K6_BIN"];
  if (given !== undefined && given !== "") {
    if (isExecutable(given)) return given;
    throw new EdgemarkError("usage.install", `an executable k6 expected in K6_BIN; ${given} is none; correct it or unset it`);
  }
  const onPath = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "").map((folder) => join(folder, "k6")).find(isExecutable);
  return onPath ?? (isExecutable(installedPath(env)) ? installedPath(env) : undefined);
}

/** @param said what `k6 version` printed @returns x.y.z */
export function versionOf(said: string): string | undefined {
  return /^k6(?:\.exe)? v(\d+\.\d+\.\d+)/.exec(said.trim())?.[1];
}

/** Whether a Go can build it. @param said what `go version` printed */
export function isGoEnough(said: string): boolean {
  const [, major, minor] = /\bgo(\d+)\.(\d+)/.exec(said) ?? [];
  return Number(major) > neededGo[0] || (Number(major) === neededGo[0] && Number(minor) >= neededGo[1]);
}

/**
 * Builds k6 with Go into the user's cache; what is there already is kept.
 * @param say told what happens; it takes minutes
 * @throws EdgemarkError usage.install when Go is missing, too old or fails
 */
export async function installK6(say: (words: string) => void, env: NodeJS.ProcessEnv = process.env): Promise<K6Program> {
  const path = installedPath(env);
  if (!existsSync(path)) {
    const { stdout } = await output("go", ["version"]).catch((cause: unknown) => {
      throw new EdgemarkError("usage.install", `Go ${neededGo.join(".")} or newer expected, to build k6; none is on the PATH; install it, or ${howToGet}`, { cause });
    });
    if (!isGoEnough(stdout)) throw new EdgemarkError("usage.install", `Go ${neededGo.join(".")} or newer expected, to build k6; ${stdout.trim()} is here; install a newer one, or ${howToGet}`);
    say(`building k6 ${k6Version} with ${stdout.trim()}; this takes some minutes`);
    const folder = await mkdtemp(join(tmpdir(), "edgemark-k6-"));
    try {
      // A module of nothing: `go install` refuses a module whose own go.mod has replacements.
      await writeFile(join(folder, "go.mod"), "module edgemark/k6\n\ngo 1.25\n");
      await output("go", ["mod", "edit", `-require=go.k6.io/k6/v2@v${k6Version}`], folder);
      await output("go", ["build", "-mod=mod", "-o", "k6", "go.k6.io/k6/v2"], folder);
      await mkdir(join(path, ".."), { recursive: true });
      await rename(join(folder, "k6"), path).catch(async () => {
        // The cache is on another disk.
        const { copyFile, chmod } = await import("node:fs/promises");
        await copyFile(join(folder, "k6"), `${path}.new`);
        await chmod(`${path}.new`, 0o755);
        await rename(`${path}.new`, path);
      });
    } catch (cause) {
      if (cause instanceof EdgemarkError) throw cause;
      throw new EdgemarkError("usage.install", `k6 ${k6Version} was expected to build; ${messageOf(cause).slice(-600)}; ${howToGet}`, { cause });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return findK6({ ...env, K6_BIN: path });
}

/** Runs a program to its end. @throws Error with what it wrote when it cannot be started or fails */
export function output(program: string, args: readonly string[], cwd?: string): Promise<{ readonly stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...(cwd === undefined ? {} : { cwd }) });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-4_000)));
    child.once("error", reject);
    child.once("close", (code, signal) => (code === 0 ? resolve({ stdout }) : reject(new Error(`${program} ended with ${code ?? signal}${stderr.trim() === "" ? " and said nothing" : `: ${stderr.trim()}`}`))));
  });
}
